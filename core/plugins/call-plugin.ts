import { instant, type BerthError, type Clock } from '../kernel/index.ts'
import { openDesk } from './broker/broker.ts'
import type { Resolver } from './broker/connect.ts'
import type { OutboundMap } from './broker/fetch.ts'
import { networkRules, tcpRules } from './broker/network.ts'
import { subjectOf, type Scopes } from './broker/records.ts'
import { masked, tokenOf, type SecretScope } from './broker/secrets.ts'
import type { OpenLine } from './broker/tcp.ts'
import { closed, misfit } from './checks.ts'
import * as errors from './errors.ts'
import { parseGuarded, UnsafeJson } from './json.ts'
import * as limits from './limits.ts'
import type { Manifest } from './manifest/manifest.ts'
import { secretFields } from './manifest/read-manifest.ts'
import { hookNamed, type Law } from './hooks/index.ts'
import { operationOf, type CallRequest, type Kind } from './kinds.ts'
import type { PluginInstance, PluginLog, PluginLogLine, PluginStorage } from './ports.ts'
import type { IsolateStart } from './sandbox/protocol.ts'
import type { CallBook } from './call-book.ts'
import type { Breaker } from './supervisor/breaker.ts'
import type { CallEnd, PoolStart } from './supervisor/pool.ts'
import type { Supervisor } from './supervisor/supervisor.ts'

export interface Caller {
  clock: Clock
  storage: PluginStorage
  scopes: Scopes
  log: PluginLog
  outbound: OutboundMap
  resolver: Resolver
  wards: 1 | 3
  breaker: Breaker
  book: CallBook
  supervisor: Supervisor
  /** What the tokens of an instance begin with. */
  mark(instance: string): string
  admitLine(instance: string): boolean
}

export interface PluginCall {
  instance: PluginInstance
  kind: Kind
  operation: string
  request: CallRequest
}

/** What happened during one call that its end alone does not tell. */
interface Traces {
  denials: string[]
  /** A request left that may have changed something outside. */
  sent: boolean
  /** Secrets that the plugin sees themselves: nothing that it says may repeat them. */
  seen: readonly string[]
}

/** One call from core to a plugin and back, with every check on the way. */
export async function callPlugin(caller: Caller, call: PluginCall): Promise<unknown> {
  const schemas = declaredSchemas(call)
  const input = await withTokens(caller, call)
  const problem = misfit(closed(schemas.input), input)
  if (problem !== undefined) throw new TypeError(`Core's input for ${nameOf(call)} does not fit: ${problem}.`)
  const circuit = [call.instance.id, nameOf(call), call.request.server?.id ?? ''].join(' ').trim()
  admit(caller, call, circuit)
  const traces: Traces = { denials: [], sent: false, seen: await seenSecrets(call) }
  const start = await startOf(caller, call)
  const of = { instance: call.instance.id, ward: wardOf(caller, call), start }
  const desk = deskOf(caller, call, traces)
  const startedMs = caller.clock.ms()
  const ended = await caller.supervisor.run(of, {
    kind: call.kind,
    op: call.operation,
    text: JSON.stringify(input ?? null),
    deadlineMs: call.request.deadlineMs,
    onAsk: desk,
    onLine: (level, text) => keepLine(caller, call, level, masked(text, traces.seen)),
  })
  const result = outcomeOf(call, ended, schemas.output, traces)
  const fault =
    traces.denials.length > 0 || ('error' in result && result.error.code !== errors.PluginFailed.code)
  noteFault(caller, call, { circuit, fault, result, traces })
  noteCost(caller, call, { startedMs, ended, result })
  if ('error' in result) throw result.error
  return result.value
}

const nameOf = ({ kind, operation }: PluginCall) => `${kind}.${operation}`

/** Throws PluginDenied when plugin.json does not list the operation. */
function declaredSchemas(call: PluginCall): { input: object; output?: object } {
  const { manifest } = call.instance.plugin
  if (call.kind === 'schedule') {
    if ((manifest.permissions?.schedules ?? []).some(({ name }) => name === call.operation)) return NOTHING_IN
  } else if (isLaw(call.kind)) {
    const hook = hookNamed(call.operation)
    const names = (manifest.hooks ?? []).map((entry) => (typeof entry === 'string' ? entry : entry.name))
    if (hook && names.includes(call.operation)) return hook
  } else if ((manifest.kinds[call.kind] as readonly string[] | undefined)?.includes(call.operation)) {
    const schemas = operationOf(call.kind, call.operation)
    if (schemas) return schemas
  }
  throw errors.PluginDenied(failed(call, false, { reason: 'its plugin.json does not list this operation.' }))
}

const NOTHING_IN = { input: { type: 'object', maxProperties: 0 } }

const isLaw = (kind: Kind): kind is Law => kind === 'observe' || kind === 'check' || kind === 'shape'

function failed<T extends object>(call: PluginCall, unknown: boolean, more: T): errors.FailedCall & T {
  const { id, plugin } = call.instance
  return {
    plugin: plugin.manifest.id,
    instance: id,
    operation: nameOf(call),
    outcome_unknown: unknown,
    ...more,
  }
}

/** Secret settings of the server are tokens for the plugin, whatever core put there; one that is not set is absent. */
async function withTokens(caller: Caller, call: PluginCall): Promise<unknown> {
  const { input } = call.request
  const server = serverSettings(input)
  if (server === undefined) return input
  const { manifest } = call.instance.plugin
  const declared = declaredSecrets(call)
  const tokens: [string, string][] = []
  for (const name of secretFields(manifest.server_settings)) {
    const value = declared.includes(`server.${name}`) ? await call.request.server?.secrets(name) : undefined
    if (isSet(value)) tokens.push([name, tokenOf(caller.mark(call.instance.id), `server.${name}`)])
  }
  const hidden = Object.fromEntries(secretFields(manifest.server_settings).map((name) => [name, undefined]))
  const settings = JSON.parse(
    JSON.stringify({ ...server.settings, ...hidden, ...Object.fromEntries(tokens) }),
  )
  return { ...(input as object), server: { ...server, settings } }
}

const isSet = (value: string | undefined) => value !== undefined && value !== ''

function serverSettings(input: unknown): { id: string; settings: Record<string, unknown> } | undefined {
  if (typeof input !== 'object' || input === null || !('server' in input)) return undefined
  const { server } = input
  if (typeof server !== 'object' || server === null || !('settings' in server)) return undefined
  return server as { id: string; settings: Record<string, unknown> }
}

const declaredSecrets = (call: PluginCall): string[] =>
  (call.instance.plugin.manifest.permissions?.secrets ?? []).map(({ name }) => name)

/** Values of the secrets that the manifest lets the plugin read. */
async function seenSecrets({ instance }: PluginCall): Promise<string[]> {
  const grants = instance.plugin.manifest.permissions?.secrets ?? []
  const values = await Promise.all(
    grants.filter(({ read }) => read === true).map(({ name }) => instance.secrets(name)),
  )
  return values.filter((value): value is string => isSet(value))
}

function admit(caller: Caller, call: PluginCall, circuit: string): void {
  if (caller.breaker.disabled(call.instance.plugin.manifest.id))
    throw errors.PluginTripped(failed(call, false, { until: 'staff enable it again' }))
  const answer = caller.breaker.admit(circuit, caller.clock.ms())
  if (answer.open) throw errors.PluginTripped(failed(call, false, { until: instant(answer.untilMs) }))
}

async function startOf(caller: Caller, call: PluginCall): Promise<PoolStart> {
  const { manifest, bundle } = call.instance.plugin
  const asked = manifest.limits ?? {}
  const asks = asked.asks ?? limits.ASKS
  const start: IsolateStart = {
    settings: await instanceSettings(caller, call),
    secretNames: declaredSecrets(call),
    tokenMark: caller.mark(call.instance.id),
    asks,
    asksAtOnce: limits.ASKS_AT_ONCE,
  }
  return {
    bundle,
    text: JSON.stringify(start),
    limits: {
      memoryMb: asked.memory_mb ?? limits.MEMORY_MB,
      sliceMs: asked.slice_ms ?? limits.SLICE_MS,
      cpuMs: asked.cpu_ms ?? limits.CPU_MS,
      startMs: limits.START_MS,
      asks,
    },
    isolates: asked.isolates ?? limits.ISOLATES,
    queue: asked.queue ?? limits.QUEUE,
  }
}

/** Secret settings that are set are tokens, or the value itself where the manifest says `"read": true`. */
async function instanceSettings(caller: Caller, call: PluginCall): Promise<Record<string, unknown>> {
  const { instance } = call
  const grants = instance.plugin.manifest.permissions?.secrets ?? []
  const settings = { ...instance.settings }
  for (const name of secretFields(instance.plugin.manifest.settings)) {
    const grant = grants.find((one) => one.name === name)
    delete settings[name]
    const value = grant === undefined ? undefined : await instance.secrets(name)
    if (isSet(value)) settings[name] = grant?.read === true ? value : tokenOf(caller.mark(instance.id), name)
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
  if (kind === 'schedule') return false
  return (isLaw(kind) ? hookNamed(operation) : operationOf(kind, operation))?.pure === true
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
    resolve: (name) =>
      name.startsWith('server.')
        ? (request.server?.secrets(name.slice('server.'.length)) ?? Promise.resolve(undefined))
        : instance.secrets(name),
  }
  const asking = {
    instance: instance.id,
    manifest,
    rules: networkRules(manifest.permissions?.network ?? [], config, trusted),
    tcpRules: tcpRules(manifest.permissions?.tcp ?? [], config, trusted),
    lines: new Map<number, OpenLine>(),
    secrets,
    storage: caller.storage,
    scopes: caller.scopes,
    about: subjectOf(request.input),
    outbound: caller.outbound,
    resolver: caller.resolver,
    onSend(method: string) {
      if (method !== 'GET' && method !== 'HEAD') traces.sent = true
    },
  }
  let open: ReturnType<typeof openDesk> | undefined
  return (op: string, text: string, signal: AbortSignal) => {
    open ??= openDesk(
      { ...asking, signal },
      {
        denied: (reason) => void traces.denials.push(reason),
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

function keepLine(caller: Caller, call: PluginCall, level: string, text: string): void {
  if (!caller.admitLine(call.instance.id)) return
  const known: PluginLogLine['level'] = level === 'warn' || level === 'error' ? level : 'info'
  caller.log.line({
    instance: call.instance.id,
    plugin: call.instance.plugin.manifest.id,
    operation: nameOf(call),
    level: known,
    text: text.slice(0, limits.LOG_LINE_LENGTH),
  })
}

type Result = { value: unknown } | { error: BerthError; frames?: readonly string[] }

/** The outcome is unknown as soon as a request left that may have changed something and no answer of ours says what. */
function outcomeOf(call: PluginCall, ended: CallEnd, output: object | undefined, traces: Traces): Result {
  const { sent } = traces
  switch (ended.end) {
    case 'done':
      return ended.ok
        ? answerOf(call, { text: ended.text, output, sent })
        : reported(call, ended.text, traces)
    case 'timeout':
      return { error: errors.PluginTimeout(failed(call, sent, { limit: ended.limit })) }
    case 'memory':
      return { error: errors.PluginMemory(failed(call, sent, {})) }
    case 'busy':
      return { error: errors.PluginBusy(failed(call, false, {})) }
    case 'host_lost':
      return { error: errors.PluginHostLost(failed(call, sent, {})) }
    case 'invalid':
      return { error: errors.PluginInvalidResult(failed(call, sent, { reason: ended.reason })) }
    case 'denied':
      return { error: errors.PluginDenied(failed(call, sent, { reason: ended.reason })) }
    case 'not_started':
      return {
        error: errors.PluginFailed(failed(call, false, { reason: `it did not start: ${ended.reason}` })),
      }
  }
}

function answerOf(
  call: PluginCall,
  { text, output, sent }: { text: string; output: object | undefined; sent: boolean },
): Result {
  const invalid = (reason: string) => ({
    error: errors.PluginInvalidResult(failed(call, sent, { reason })),
  })
  try {
    const value = parseGuarded(text)
    // No database of ours keeps it, and every text of an answer may end in one.
    if (/(?<!\\)(\\\\)*\\u0000/.test(text)) return invalid('it has the character U+0000')
    const problem = output === undefined ? undefined : misfit(closed(output), value)
    return problem === undefined ? { value } : invalid(problem)
  } catch (error) {
    if (error instanceof UnsafeJson) return invalid(error.message)
    throw error
  }
}

function reported(call: PluginCall, text: string, { sent, seen }: Traces): Result {
  const report = readReport(text)
  if (report?.code === 'invalid_result')
    return { error: errors.PluginInvalidResult(failed(call, sent, { reason: masked(report.message, seen) })) }
  const reason = masked(report?.message ?? 'it failed without a reason', seen)
  const told = reason.slice(0, limits.ERROR_MESSAGE_LENGTH).replaceAll('\0', '\ufffd')
  const error = errors.PluginFailed(failed(call, sent, { reason: told }))
  const frames = framesOf(report?.stack ?? '').map((frame) => masked(frame, seen))
  return frames.length > 0 ? { error, frames } : { error }
}

const FRAMES_MAX = 20

/** Of a stack only the places in the bundle are kept: the rest says nothing to an author, and may be anything. */
const framesOf = (stack: string): string[] =>
  [...stack.matchAll(/^ +at (.{0,200}\bplugin\.js:\d{1,6}:\d{1,7}\)?)$/gm)]
    .slice(0, FRAMES_MAX)
    .map(([, frame]) => frame!)

function readReport(text: string): { code: string; message: string; stack: string } | undefined {
  try {
    const value = parseGuarded(text) as { code?: unknown; message?: unknown; stack?: unknown } | null
    return { code: String(value?.code), message: String(value?.message), stack: String(value?.stack ?? '') }
  } catch {
    return undefined
  }
}

interface Note {
  circuit: string
  fault: boolean
  result: Result
  traces: Traces
}

function noteFault(caller: Caller, call: PluginCall, { circuit, fault, result, traces }: Note): void {
  const about = { instance: call.instance.id, plugin: call.instance.plugin.manifest.id }
  for (const detail of traces.denials) caller.log.incident({ kind: 'refused_ask', ...about, detail })
  if ('error' in result)
    caller.log.incident({
      ...{ kind: fault ? 'fault' : 'failed', ...about, detail: result.error.message },
      ...(result.frames ? { frames: result.frames } : {}),
    })
  if (caller.breaker.record(circuit, fault, caller.clock.ms()))
    caller.log.incident({ kind: 'tripped', ...about, detail: `${circuit} is paused.` })
}

function noteCost(
  { book, clock }: Caller,
  call: PluginCall,
  { startedMs, ended, result }: { startedMs: number; ended: CallEnd; result: Result },
): void {
  book.note(call.instance.id, {
    operation: nameOf(call),
    server: call.request.server?.id ?? null,
    startedMs,
    tookMs: Math.max(0, clock.ms() - startedMs),
    outcome: 'error' in result ? result.error.code : 'ok',
    cpuMs: ended.end === 'done' ? (ended.cpuMs ?? null) : null,
    heap: ended.end === 'done' ? (ended.heap ?? null) : null,
  })
}
