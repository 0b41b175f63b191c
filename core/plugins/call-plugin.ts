import { UpgradeAnswer, UpgradeStep, type HookEvent } from '../../sdk/index.ts'
import { instant, type Clock } from '../kernel/index.ts'
import { openDesk } from './broker/broker.ts'
import type { RefusedAsk } from './broker/refusal.ts'
import { noBodies } from './broker/body-parts.ts'
import type { Resolver } from './broker/connect.ts'
import type { OutboundMap } from './broker/fetch.ts'
import { networkRules, tcpRules, type IsOwnHost } from './broker/network.ts'
import { subjectOf, type Scopes } from './broker/records.ts'
import { maskedStart, tokenOf, type SecretScope } from './broker/secrets.ts'
import type { OpenLine } from './broker/tcp.ts'
import type { OutsideNote } from './broker/watch-outside.ts'
import { keepLines } from './call-lines.ts'
import { closed, misfit } from './checks.ts'
import { deadlineOf, type Deadline } from './deadlines.ts'
import * as errors from './errors.ts'
import { INPUT_BYTES_MAX, REFUSAL_LENGTH } from './limits.ts'
import { limitOf, type LimitName } from './manifest/askable-limits.ts'
import type { Manifest, SecretGrant } from './manifest/manifest.ts'
import { secretFields } from './manifest/read-manifest.ts'
import { hookNamed, type Law } from './hooks/index.ts'
import { operationOf, type Kind } from './kinds.ts'
import type { LineBudget } from './line-budget.ts'
import type { FindRecord, PluginLog, PluginStorage, PluginWrites, Refusals } from './ports.ts'
import type { IsolateStart } from './sandbox/protocol.ts'
import { withoutTrusted } from './registry/trusted-hosts.ts'
import { outcomeOf, type Result } from './call-result.ts'
import type { CallBook } from './call-book.ts'
import type { OutsideBook } from './outside-book.ts'
import type { Breaker } from './supervisor/breaker.ts'
import { failed, laneOf, nameOf, type PluginCall, type Traces } from './plugin-call.ts'
import type { CallEnd, PoolStart } from './supervisor/pool.ts'
import type { Supervisor } from './supervisor/supervisor.ts'

export interface Caller {
  clock: Clock
  /** Never jumps. */
  steadyMs(): number
  storage: PluginStorage
  scopes: Scopes
  findRecord: FindRecord
  writes: PluginWrites
  log: PluginLog
  refusals: Refusals
  outbound: OutboundMap
  isOwnHost: IsOwnHost
  resolver: Resolver
  wards: 1 | 3
  breaker: Breaker
  book: CallBook
  outside: OutsideBook
  supervisor: Supervisor
  /** What the tokens of an instance begin with. */
  mark(instance: string): string
  lines: LineBudget
  /** Whether plugins tell where they threw: to who writes one. */
  stacks: Promise<boolean>
}

/** One call from core to a plugin and back, with every check on the way. */
export async function callPlugin(caller: Caller, call: PluginCall): Promise<unknown> {
  const schemas = declaredSchemas(call)
  const input = await withTokens(caller, call)
  const problem = misfit(closed(schemas.input), input)
  if (problem !== undefined) throw new TypeError(`Core's input for ${nameOf(call)} does not fit: ${problem}.`)
  const text = JSON.stringify(input ?? null)
  const bytes = Buffer.byteLength(text)
  if (bytes > INPUT_BYTES_MAX)
    throw errors.PluginInputTooLarge(failed(call, false, { bytes, most: INPUT_BYTES_MAX }))
  const circuit = [call.instance.id, nameOf(call), call.request.server?.id ?? ''].join(' ').trim()
  const [seen, stacks] = [await seenSecrets(call), await caller.stacks]
  const traces: Traces = { denials: [], denied: 0, refused: new Map(), sent: false, seen, stacks }
  const start = await startOf(caller, call)
  const lane = laneOf(call.instance.id, call.kind)
  const alone = call.kind === 'upgrade'
  const of = {
    instance: lane,
    ward: alone ? `upgrade ${call.instance.id}` : wardOf(caller, call),
    alone,
    start,
  }
  const desk = deskOf(caller, call, traces)
  const lines = keepLines(caller, call, traces)
  // Nothing between here and the run may fail: a probe that is never recorded would leave its circuit open for ever.
  const probe = admit(caller, call, circuit)
  const begun = { at: caller.clock.ms(), steadyMs: caller.steadyMs() }
  const ended = await caller.supervisor.run(of, {
    kind: call.kind,
    op: call.operation,
    text,
    deadline: deadlineFor(call),
    onAsk: desk,
    onLine: lines.onLine,
    onDropped: lines.onDropped,
  })
  lines.end()
  const result = outcomeOf(call, ended, schemas.output, traces)
  const fault = (traces.denied > 0 && !asksMore(call)) || isFault(ended, result)
  noteFault(caller, call, { circuit, fault, probe, result, traces })
  noteCost(caller, call, { begun, ended, result })
  if ('error' in result) throw result.error
  return result.value
}

/** What its version may not do yet is no fault of it: staff update Berth and read later, and nobody pays meanwhile if it trips. */
const asksMore = ({ instance }: PluginCall): boolean => instance.plugin.asksMore === true

function deadlineFor({ instance, request: { deadline = 'act', deadlineMs } }: PluginCall): Deadline {
  if (deadlineMs !== undefined) return { ms: deadlineMs, coldMs: deadlineMs }
  return deadlineOf(instance.plugin.manifest, deadline)
}

/** Throws PluginDenied when plugin.json does not list the operation. */
function declaredSchemas(call: PluginCall): { input: object; output?: object } {
  const { manifest } = call.instance.plugin
  if (call.kind === 'upgrade') {
    if (manifest.upgrade === true && call.operation === 'move') return MOVES
  } else if (call.kind === 'schedule') {
    if ((manifest.permissions?.schedules ?? []).some(({ name }) => name === call.operation)) return NOTHING_IN
  } else if (isLaw(call.kind)) {
    const hook = hookNamed(call.operation)
    const names = (manifest.hooks ?? []).map((entry) => (typeof entry === 'string' ? entry : entry.name))
    if (hook && names.includes(call.operation)) return hook
  } else if ((manifest.kinds[call.kind] as readonly string[] | undefined)?.includes(call.operation)) {
    const schemas = operationOf(call.kind, call.operation)
    if (schemas) return schemas
  }
  const reason = asksMore(call)
    ? `it was not granted this operation.${WAITS}`
    : 'its plugin.json does not list this operation.'
  throw errors.PluginDenied(failed(call, false, { reason }))
}

/** What it throws may be an outside company's doing; what keeps it from starting cannot: nothing is asked then. */
const isFault = ({ end }: CallEnd, result: Result): boolean =>
  'error' in result && (end === 'not_started' || result.error.code !== errors.PluginFailed.code)

const MOVES = { input: UpgradeStep, output: UpgradeAnswer }
const NOTHING_IN = { input: { type: 'object', maxProperties: 0 } }

const isLaw = (kind: Kind): kind is Law => kind === 'observe' || kind === 'check' || kind === 'shape'

/**
 * Secret settings of the server are tokens for the plugin, or the value itself where the manifest says `"read": true`,
 * whatever core put there; one that is not set is absent.
 */
async function withTokens(caller: Caller, call: PluginCall): Promise<unknown> {
  const { input } = call.request
  const server = serverSettings(input)
  if (server === undefined) return input
  const { manifest } = call.instance.plugin
  const shown: [string, string][] = []
  for (const name of secretFields(manifest.server_settings)) {
    const value = await shownSecret(caller, call, `server.${name}`)
    if (value !== undefined) shown.push([name, value])
  }
  const hidden = Object.fromEntries(secretFields(manifest.server_settings).map((name) => [name, undefined]))
  const settings = JSON.parse(
    JSON.stringify({ ...withoutTrusted(server.settings), ...hidden, ...Object.fromEntries(shown) }),
  )
  return { ...(input as object), server: { ...server, settings } }
}

const isSet = (value: string | undefined): value is string => value !== undefined && value !== ''

function serverSettings(input: unknown): { id: string; settings: Record<string, unknown> } | undefined {
  if (typeof input !== 'object' || input === null || !('server' in input)) return undefined
  const { server } = input
  if (typeof server !== 'object' || server === null || !('settings' in server)) return undefined
  return server as { id: string; settings: Record<string, unknown> }
}

const secretGrants = ({ instance }: PluginCall): readonly SecretGrant[] =>
  instance.plugin.manifest.permissions?.secrets ?? []

/** Of the instance, or of the server that the call is about: "server.token". */
const secretOf = ({ instance, request }: PluginCall, name: string): Promise<string | undefined> =>
  name.startsWith(OF_SERVER)
    ? (request.server?.secrets(name.slice(OF_SERVER.length)) ?? Promise.resolve(undefined))
    : instance.secrets(name)

const OF_SERVER = 'server.'

/** What stands for a secret inside; undefined when it is not declared or not set. */
async function shownSecret(caller: Caller, call: PluginCall, name: string): Promise<string | undefined> {
  const grant = secretGrants(call).find((one) => one.name === name)
  const value = grant === undefined ? undefined : await secretOf(call, name)
  if (!isSet(value)) return undefined
  return grant?.read === true ? value : tokenOf(caller.mark(call.instance.id), name)
}

/** Values of the secrets that the manifest lets the plugin read. */
async function seenSecrets(call: PluginCall): Promise<string[]> {
  const read = secretGrants(call).filter((grant) => grant.read === true)
  const values = await Promise.all(read.map(({ name }) => secretOf(call, name)))
  return values.filter(isSet)
}

/** Answers whether the call is the probe of an open circuit. */
function admit(caller: Caller, call: PluginCall, circuit: string): boolean {
  if (caller.breaker.disabled(call.instance.plugin.manifest.id))
    throw errors.PluginTripped(failed(call, false, { until: 'staff enable it again' }))
  const now = caller.steadyMs()
  const answer = caller.breaker.admit(circuit, now)
  if (answer.open) {
    const until = instant(caller.clock.ms() + answer.untilMs - now)
    throw errors.PluginTripped(failed(call, false, { until }))
  }
  return answer.probe
}

async function startOf(caller: Caller, call: PluginCall): Promise<PoolStart> {
  const { manifest, bundle } = call.instance.plugin
  const limit = (name: LimitName) => limitOf(manifest, name)
  const start: IsolateStart = {
    settings: await instanceSettings(caller, call),
    secretNames: secretGrants(call).map(({ name }) => name),
    tokenMark: caller.mark(call.instance.id),
    asks: limit('asks'),
    asksAtOnce: limit('asks_at_once'),
    stacks: await caller.stacks,
  }
  return {
    bundle,
    text: JSON.stringify(start),
    limits: {
      memoryMb: limit('memory_mb'),
      sliceMs: limit('slice_ms'),
      cpuMs: limit('cpu_ms'),
      startMs: limit('start_ms'),
      asks: limit('asks'),
    },
    isolates: limit('isolates'),
    queue: limit('queue'),
  }
}

/** Secret settings that are set are tokens, or the value itself where the manifest says `"read": true`. */
async function instanceSettings(caller: Caller, call: PluginCall): Promise<Record<string, unknown>> {
  const { instance } = call
  const settings = { ...instance.settings }
  for (const name of secretFields(instance.plugin.manifest.settings)) {
    delete settings[name]
    const value = await shownSecret(caller, call, name)
    if (value !== undefined) settings[name] = value
  }
  return settings
}

/** What a leak would cost decides the ward. */
function wardOf(caller: Caller, call: PluginCall): string {
  if (caller.wards === 1) return 'all'
  const { kinds } = call.instance.plugin.manifest
  if (kinds.gateway !== undefined) return 'money'
  return kinds.provisioner !== undefined || kinds.registrar !== undefined ? 'fleet' : 'rest'
}

/** A pure hook or operation may ask for nothing: the same value must always have the same answer. */
function grantedNow(call: PluginCall): Manifest {
  const { manifest } = call.instance.plugin
  if (!isPure(call)) return manifest
  const { permissions: _, ...rest } = manifest
  return rest
}

function isPure({ kind, operation }: PluginCall): boolean {
  if (kind === 'schedule' || kind === 'upgrade') return false
  return (isLaw(kind) ? hookNamed(operation) : operationOf(kind, operation))?.pure === true
}

/** Whoever is asked a question answers it, and a page that is drawn changes nothing, however often it is drawn. */
function readOnlyReason({ kind, request: { deadline = 'act' } }: PluginCall): string | undefined {
  if (kind === 'check' || kind === 'shape') return 'a check or shape only answers'
  if (kind === 'upgrade') return 'an upgrade moves only what the plugin keeps'
  return deadline === 'page' ? 'a page that is drawn changes nothing' : undefined
}

function deskOf(caller: Caller, call: PluginCall, traces: Traces) {
  const { instance, request } = call
  const manifest = grantedNow(call)
  const config = {
    settings: instance.settings,
    server: serverSettings(request.input)?.settings ?? {},
  }
  const trusted = [...(instance.trustedHosts ?? []), ...(request.server?.trustedHosts ?? [])]
  const secrets: SecretScope = {
    mark: caller.mark(instance.id),
    grants: manifest.permissions?.secrets ?? [],
    resolve: (name) => secretOf(call, name),
  }
  const asking = {
    instance: instance.id,
    brandId: instance.brandId ?? null,
    bundle: instance.plugin.bundle.hash,
    manifest,
    rules: networkRules(manifest.permissions?.network ?? [], config, trusted),
    tcpRules: tcpRules(manifest.permissions?.tcp ?? [], config, trusted),
    lines: new Map<number, OpenLine>(),
    bodies: noBodies(),
    secrets,
    storage: instance.storage ?? caller.storage,
    scopes: caller.scopes,
    findRecord: caller.findRecord,
    writes: caller.writes,
    readOnly: readOnlyReason(call),
    upgrades: call.kind === 'upgrade',
    about: subjectOf(request.input),
    cause: call.kind === 'observe' ? (request.input as HookEvent).id : null,
    outbound: caller.outbound,
    isOwnHost: caller.isOwnHost,
    resolver: caller.resolver,
    outside: {
      ms: () => caller.steadyMs(),
      note: (note: OutsideNote) => caller.outside.note(instance.id, note),
    },
    onAct() {
      traces.sent = true
    },
  }
  let open: ReturnType<typeof openDesk> | undefined
  return (op: string, text: string, signal: AbortSignal) => {
    open ??= openDesk(
      { ...asking, signal },
      {
        refused: (ask) => noteRefusal(traces, ask),
        broken: (error) =>
          caller.log.incident({
            kind: 'ask_failed',
            instance: instance.id,
            plugin: manifest.id,
            detail: `${op}: ${error instanceof Error ? error.message : String(error)}`,
          }),
      },
    )
    return open(op, text)
  }
}

/** A limit tells the plugin its own measure; what it may not have at all is a fault. A reason may repeat its words. */
function noteRefusal(traces: Traces, { rule, reason: full }: RefusedAsk): void {
  const reason = maskedStart(full, traces.seen.flatMap(asHost), REFUSAL_LENGTH)
  const known = traces.refused.get(rule) ?? { asks: 0, reason }
  traces.refused.set(rule, { ...known, asks: known.asks + 1 })
  if (rule !== 'limit' && ++traces.denied <= DENIALS_TOLD) traces.denials.push(reason)
}

/** The name of a host comes back in small letters. */
const asHost = (value: string): string[] => [value, value.toLowerCase()]

interface Note {
  circuit: string
  fault: boolean
  probe: boolean
  result: Result
  traces: Traces
}

function noteFault(caller: Caller, call: PluginCall, { circuit, fault, probe, result, traces }: Note): void {
  const about = { instance: call.instance.id, plugin: call.instance.plugin.manifest.id }
  const waits = asksMore(call) ? WAITS : ''
  for (const [rule, refused] of traces.refused)
    caller.refusals.note({ instance: about.instance, rule, ...refused })
  for (const reason of denialsOf(traces))
    caller.log.incident({ kind: 'refused_ask', ...about, detail: `${reason}${waits}` })
  if ('error' in result)
    caller.log.incident({
      ...{ kind: fault ? 'fault' : 'failed', ...about, detail: result.error.message },
      ...(result.frames ? { frames: result.frames } : {}),
    })
  if (caller.breaker.record(circuit, { fault, probe }, caller.steadyMs()))
    caller.log.incident({ kind: 'tripped', ...about, detail: `${circuit} is paused.` })
}

const WAITS = ' Some of what its version asks for waits for a grant by staff.'

/** Of one call; a row of the log for each of a thousand would be a flood of its own. */
const DENIALS_TOLD = 20

const denialsOf = ({ denials, denied }: Traces): string[] =>
  denied > denials.length ? [...denials, `${denied - denials.length} more were refused.`] : denials

function noteCost(
  { book, steadyMs }: Caller,
  call: PluginCall,
  { begun, ended, result }: { begun: { at: number; steadyMs: number }; ended: CallEnd; result: Result },
): void {
  book.note(call.instance.id, {
    operation: nameOf(call),
    server: call.request.server?.id ?? null,
    startedMs: begun.at,
    tookMs: Math.round(steadyMs() - begun.steadyMs),
    outcome: 'error' in result ? result.error.code : 'ok',
    cpuMs: ended.end === 'done' ? (ended.cpuMs ?? null) : null,
    heap: ended.end === 'done' ? (ended.heap ?? null) : null,
  })
}
