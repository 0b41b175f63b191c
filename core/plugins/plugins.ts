import { steadyMs, type Clock } from '../kernel/index.ts'
import { systemResolver, type Resolver } from './broker/connect.ts'
import { probeHost, shownCertificate, type ProbedHost } from './broker/probe.ts'
import { denied, type Trouble } from './broker/refusal.ts'
import type { OutboundMap } from './broker/fetch.ts'
import type { IsOwnHost } from './broker/network.ts'
import { callPlugin } from './call-plugin.ts'
import { laneOf } from './plugin-call.ts'
import type { CallRequest, Kind } from './kinds.ts'
import { createHostBook, type EndedHost } from './host-book.ts'
import { createOutsideBook, type OutsideFigures } from './outside-book.ts'
import { createLineBudget } from './line-budget.ts'
import type {
  FindRecord,
  HostLosses,
  PluginInstance,
  PluginLog,
  PluginScope,
  PluginStorage,
  PluginWrites,
  Refusals,
} from './ports.ts'
import { createCallBook, type CallFigures } from './call-book.ts'
import { processCost, type ProcessCost } from './supervisor/process-cost.ts'
import { createBreaker, type Breaker } from './supervisor/breaker.ts'
import { prepareHostProgram, type HostProgram } from './supervisor/host-program.ts'
import { createSupervisor } from './supervisor/supervisor.ts'
import { systemProbes } from './supervisor/wall-probes.ts'
import { raiseWall, wholeWall, type Wall, type WallMode, type WallPart } from './supervisor/wall.ts'

export interface PluginsMeans {
  /** The system clock: what people read. */
  clock: Clock
  /** What everything is measured by; the process's own unless a test moves it. A wall clock is set, and jumps. */
  steadyMs?(): number
  /** Fills the bytes with randomness, for the tokens of secrets. */
  randomFill(bytes: Uint8Array): void
  storage: PluginStorage
  /** What may be granted of the areas' records. */
  scopes?: readonly PluginScope[]
  /** Beside what plugins may keep something; absent: beside nothing. */
  findRecord?: FindRecord
  /** Absent: nothing is written for plugins. */
  writes?: PluginWrites
  log: PluginLog
  /** Absent: refused questions stand in the log alone. */
  refusals?: Refusals
  /** Absent: this process counts its own alone. */
  losses?: HostLosses
  /** A folder of ours for the host's program and bundles. */
  cacheFolder: string
  /** One host process for all, or three: money, fleet and the rest. */
  wards?: 1 | 3
  wall?: WallMode
  /** Host or host:port → origin on this machine. Only for installations marked sample or test. */
  outbound?: OutboundMap
  /** Whether what plugins throw is kept with its places in their bundles: for who writes one. Absent: it is not. */
  stacks?: Promise<boolean>
  /** What host processes run; absent: built from our sources. */
  hostProgram?: Promise<HostProgram>
  resolver?: Resolver
  /** Which hosts are this installation: no plugin reaches them. Absent: none is known. */
  isOwnHost?: IsOwnHost
}

export interface PluginsHealth {
  hosts: { ward: string; pid: number | undefined; cost: ProcessCost | null }[]
  /** Those that ended or were ended since this process started, newest first. */
  losses: readonly EndedHost[]
  /** Instances that run in a host of their own after a loss. */
  suspects: string[]
  /** Circuits that are open: "instance operation server". */
  tripped: string[]
  /** No wall is asked for, so that none can lack anything. */
  wallOff: boolean
  /** What the wall lacks on this system. */
  wallMissing: readonly WallPart[]
  outbound: OutboundMap
  /** Of each instance that was called since this process started. */
  figures: CallFigures[]
  /** Of each host outside that an instance has asked since then. */
  outside: OutsideFigures[]
}

export interface Plugins {
  /**
   * Calls one operation of an instance: kind "gateway" or "provisioner" by the SDK's tables, or "hooks" with the
   * event's name as operation. Input and output are checked. Throws BerthErrors of `errors.ts`; see `outcomeUnknown`.
   */
  call(instance: PluginInstance, kind: Kind, operation: string, request: CallRequest): Promise<unknown>
  /** Says what is in the way to a host, as a request of a plugin would find it; undefined: nothing. Sends nothing. */
  probe(host: ProbedHost): Promise<Trouble | undefined>
  /** PEM of the certificate that a host shows to anybody; nothing is sent to it. Throws a Refusal that says why not. */
  certificate(host: Omit<ProbedHost, 'trusted'>): Promise<string>
  /** Ends an instance's isolates after their calls: it was changed, disabled or removed. */
  drain(instanceId: string): void
  /** Ends what moved an instance's data, and the host that it had for it. What serves goes on. */
  endUpgrade(instanceId: string): void
  /** Forgets the lost hosts of a plugin: whether it runs stands in the registry. */
  forgive(pluginId: string): void
  /** Never rejects for a part of the wall that is missing: it names it. */
  health(): Promise<PluginsHealth>
  /** Rejects with WallIncomplete where the wall is strict and the system lacks a part of it. */
  demandWall(): Promise<void>
  stop(): void
}

/** Makes the plugin host. Processes start with the first call; nothing else runs before. */
export function createPlugins(means: PluginsMeans): Plugins {
  const breaker = createBreaker()
  const ms = means.steadyMs ?? steadyMs
  const book = createCallBook()
  const outside = createOutsideBook(means.clock)
  const pluginOf = new Map<string, string>()
  const hosts = createHostBook(means)
  const { program, wall } = walledProgram(means)
  const lostHost = lossCounter(means, breaker, ms)
  const supervisor = createSupervisor({
    program,
    wall,
    ms,
    random: () => randomFraction(means.randomFill),
    onOutput: hosts.onOutput,
    onLost: hosts.onLost,
    onHostLost(instance, host) {
      const plugin = pluginOf.get(instance)
      // A version that moves data serves nobody yet: it is not installed, and what serves goes on.
      if (plugin !== undefined) void lostHost({ plugin, instance, host })
    },
  })
  const lines = createLineBudget({ steadyMs: ms, log: means.log })
  const caller = {
    clock: means.clock,
    steadyMs: ms,
    storage: means.storage,
    log: means.log,
    ...givenOr(means),
    breaker,
    book,
    outside,
    supervisor,
    mark: createMarks(means.randomFill),
    lines,
  }
  return {
    call(instance, kind, operation, request) {
      pluginOf.set(instance.id, instance.plugin.manifest.id)
      return callPlugin(caller, { instance, kind, operation, request })
    },
    probe: (host) => probeHost(caller, host),
    certificate: (host) => shownCertificate(caller, host),
    drain(instance) {
      supervisor.drain(instance)
      supervisor.drain(laneOf(instance, 'upgrade'))
    },
    endUpgrade: (instance) => supervisor.drain(laneOf(instance, 'upgrade')),
    forgive: (plugin) => breaker.forgive(plugin),
    async health() {
      return {
        hosts: supervisor.running().map((host) => ({ ...host, cost: processCost(host.pid) })),
        losses: hosts.losses(),
        suspects: supervisor.suspects(),
        tripped: breaker.openCircuits(ms()),
        wallOff: means.wall === 'off',
        wallMissing: missingOf(await wall, supervisor.running()),
        outbound: caller.outbound,
        figures: book.figures(),
        outside: outside.figures(),
      }
    },
    demandWall: async () => void (await wholeWall(wall)),
    stop() {
      supervisor.stop()
      lines.stop()
    },
  }
}

/** The wall is tried with the room of that very program. */
function walledProgram({ hostProgram, cacheFolder, wall: mode = 'auto' }: PluginsMeans) {
  const program = hostProgram ?? prepareHostProgram(cacheFolder)
  const probes = systemProbes(() => program.then(({ room }) => room))
  return { program, wall: raiseWall(mode, probes) }
}

const noWrites: PluginWrites = {
  request: () => Promise.reject(denied('Nothing is written for plugins here.')),
}

/** What plugins reach of core; nothing where it is not given. */
const givenOr = (means: PluginsMeans) => ({
  scopes: new Map((means.scopes ?? []).map((scope) => [scope.name, scope])),
  findRecord: means.findRecord ?? (() => Promise.resolve(null)),
  writes: means.writes ?? noWrites,
  refusals: means.refusals ?? { note: () => undefined },
  outbound: means.outbound ?? {},
  resolver: means.resolver ?? systemResolver,
  isOwnHost: means.isOwnHost ?? (() => Promise.resolve(false)),
  wards: means.wards ?? 1,
  stacks: means.stacks ?? Promise.resolve(false),
})

/** A plugin whose hosts are lost too often here, or on all nodes together, is off. */
function lossCounter({ losses, log }: PluginsMeans, breaker: Breaker, ms: () => number) {
  return async ({ host, ...loss }: { plugin: string; instance: string; host: object }): Promise<void> => {
    const here = breaker.hostLost(loss.plugin, host, ms())
    const everywhere = here === 'counted' && (await losses?.note(loss)) === true
    if (here !== 'disabled' && !everywhere) return
    log.incident({ kind: 'disabled', ...loss, detail: 'Its hosts were lost three times.' })
  }
}

/** What was missing at the start, and what any host that runs now is without. */
function missingOf(wall: Wall, hosts: readonly { pid: number | undefined }[]): WallPart[] {
  const around = hosts.flatMap(({ pid }) => (pid === undefined ? [] : wall.missingAround(pid)))
  return [...new Set([...wall.missing, ...around])]
}

const MARK_BYTES = 12

/** One mark per instance: a token of another instance, or of another run of core, is worth nothing. */
function createMarks(randomFill: (bytes: Uint8Array) => void): (instance: string) => string {
  const marks = new Map<string, string>()
  return (instance) => {
    const known = marks.get(instance)
    if (known !== undefined) return known
    const bytes = Buffer.alloc(MARK_BYTES)
    randomFill(bytes)
    const mark = `bsk_${bytes.toString('hex')}`
    marks.set(instance, mark)
    return mark
  }
}

function randomFraction(randomFill: (bytes: Uint8Array) => void): number {
  const bytes = Buffer.alloc(4)
  randomFill(bytes)
  return bytes.readUInt32BE() / 2 ** 32
}
