import type { ChildProcess } from 'node:child_process'
import type { Duplex } from 'node:stream'
import { misfit } from '../checks.ts'
import {
  FRAME_BYTES_MAX,
  HOST_MEMORY_MB,
  HOST_MEMORY_PER_ISOLATE,
  LOOK_MS,
  MESSAGE_BYTES_MAX,
  PING_MS,
  POISONED_AFTER_MS,
  POISONED_DRAIN_MS,
  SILENT_MS,
} from '../limits.ts'
import { frameOf, readFrames, type Frame } from '../sandbox/frames.ts'
import { HostHead, type CoreHead } from '../sandbox/protocol.ts'
import { createHostBudget, type HostBudget } from './host-budget.ts'
import { lossOf, type HostLoss } from './host-loss.ts'
import { createHostOutput, type HostOutput } from './host-output.ts'
import type { HostProgram } from './host-program.ts'
import { processCost } from './process-cost.ts'
import { innerPid } from './inner-pid.ts'
import { endWhole, spawnHost } from './spawn-host.ts'
import { giveWay, watchManners, type Manners } from './step-back.ts'

export type IsolateHead = Exclude<HostHead, { t: 'ready' | 'pong' | 'disposed' }>

/** Hears everything that concerns one isolate. After `lost` nothing more comes. */
export interface IsolateEars {
  memoryMb: number
  hear(head: IsolateHead, body: string): void
  lost(): void
}

export interface Host {
  /** Of the program; until it answers, of what starts it. */
  readonly pid: number | undefined
  /** Settles when the process answers; rejects when it ended before. */
  readonly ready: Promise<void>
  /** False once it is poisoned or gone: no new isolates. */
  accepting(): boolean
  /** Isolates that are open now. */
  size(): number
  /** Isolate numbers are unique over all hosts. */
  open(isolate: number, ears: IsolateEars): void
  send(head: CoreHead, body?: string): void
  /** Sends a bundle once. */
  bundle(hash: string, code: string): void
  /** Ends an isolate. A process that does not confirm in time is poisoned and killed. */
  dispose(isolate: number): void
  kill(loss: HostLoss): void
}

export interface HostMeans {
  program: HostProgram
  /** Put before the command, for instance to start in an empty network namespace. */
  wall: readonly string[]
  ms(): number
  /** What it printed, within its budget. */
  onOutput(text: string): void
  /** `retired`: it was to end, and nothing was lost. */
  onLost(loss: HostLoss, retired: boolean): void
}

interface HostState {
  means: HostMeans
  child: ChildProcess
  pid: number | undefined
  pipe: Duplex
  budget: HostBudget
  output: HostOutput
  isolates: Map<number, IsolateEars>
  /** Isolates that start or run a call now, and when they last said something. */
  busy: Map<number, number>
  /** Isolates whose end has not been confirmed yet. */
  disposing: Map<number, NodeJS.Timeout>
  bundles: Set<string>
  readiness: PromiseWithResolvers<void>
  watches: NodeJS.Timeout[]
  manners: Manners
  accepting: boolean
  /** Why it ends with its last call. */
  ending: HostLoss | undefined
  over: boolean
  heardAt: number
  loss: HostLoss
}

/** Starts one plugin host process. */
export function startHost(means: HostMeans): Host {
  const host = newState(means)
  host.readiness.promise.catch(() => undefined)
  host.watches = [setInterval(() => ping(host), PING_MS), setInterval(() => look(host), LOOK_MS)]
  for (const watch of host.watches) watch.unref()
  host.child.on('exit', () => lose(host))
  host.child.on('close', () => host.output.end())
  host.child.on('error', (error) => kill(host, lossOf('not_started', error.message)))
  host.pipe.on('error', () => kill(host, lossOf('pipe')))
  for (const stream of [host.child.stdout, host.child.stderr])
    stream?.on('data', (chunk: Buffer) => host.output.hear(chunk))
  readFrames(host.pipe, {
    maxBytes: FRAME_BYTES_MAX,
    onBroken: (reason) => kill(host, lossOf('frame', reason)),
    onFrame: (frame) => hear(host, frame),
  })
  send(host, { t: 'hello' }, means.program.bootstrap)
  return {
    get pid() {
      return host.pid
    },
    ready: host.readiness.promise,
    accepting: () => host.accepting,
    size: () => host.isolates.size,
    open: (isolate, ears) => void host.isolates.set(isolate, ears),
    send: (head, body) => send(host, head, body),
    bundle(hash, code) {
      if (host.bundles.has(hash)) return
      host.bundles.add(hash)
      send(host, { t: 'bundle', bundle: hash }, code)
    },
    dispose: (isolate) => dispose(host, isolate),
    kill: (loss) => kill(host, loss),
  }
}

function newState(means: HostMeans): HostState {
  const child = spawnHost(means)
  const host: HostState = {
    means,
    child,
    pid: child.pid,
    pipe: child.stdio[3] as Duplex,
    budget: createHostBudget(),
    output: createHostOutput({
      ms: means.ms,
      tell: (text) => means.onOutput(text),
      flood: () => kill(host, lossOf('output')),
    }),
    isolates: new Map(),
    busy: new Map(),
    disposing: new Map(),
    bundles: new Set(),
    readiness: Promise.withResolvers<void>(),
    watches: [],
    manners: watchManners(() => host.pid, means.ms),
    accepting: true,
    ending: undefined,
    over: false,
    heardAt: means.ms(),
    loss: lossOf('ended'),
  }
  return host
}

function send(host: HostState, head: CoreHead, body?: string): void {
  if (host.over) return
  if (head.t === 'start' || head.t === 'call') host.busy.set(head.isolate, host.means.ms())
  const frame = frameOf(head, body)
  const over = host.budget.sent(head, host.pipe.writableLength + frame.length)
  if (over !== undefined) return kill(host, lossOf(over))
  host.pipe.write(frame)
}

function hear(host: HostState, { head, body, bytes }: Frame<unknown>): void {
  if (host.over) return
  host.heardAt = host.means.ms()
  if (!isHostHead(head)) return kill(host, lossOf('frame'))
  const over = Buffer.byteLength(body) > MESSAGE_BYTES_MAX ? 'bytes' : host.budget.heard(head, bytes)
  if (over !== undefined) return kill(host, lossOf(over))
  if (head.t === 'ready') return ready(host)
  if (head.t === 'pong') return
  if (RESTS.has(head.t)) rest(host, head.isolate)
  else if (host.busy.has(head.isolate)) host.busy.set(head.isolate, host.heardAt)
  if (head.t !== 'disposed') return host.isolates.get(head.isolate)?.hear(head, body)
  clearTimeout(host.disposing.get(head.isolate))
  host.disposing.delete(head.isolate)
}

function ready(host: HostState): void {
  host.pid = innerPid(host.child.pid)
  giveWay(host.pid)
  host.readiness.resolve()
}

/** After these an isolate has nothing to do. */
const RESTS: ReadonlySet<string> = new Set(['started', 'not_started', 'done', 'fault'])

/** A process that does not confirm in time is poisoned: an isolate runs on in it that nobody can stop. */
function dispose(host: HostState, isolate: number): void {
  if (!host.isolates.delete(isolate) || host.over) return
  rest(host, isolate)
  host.disposing.set(
    isolate,
    setTimeout(() => poisoned(host), POISONED_AFTER_MS),
  )
  send(host, { t: 'dispose', isolate })
}

function poisoned(host: HostState): void {
  endWithLastCall(host, lossOf('poisoned'))
  setTimeout(() => kill(host, lossOf('poisoned')), POISONED_DRAIN_MS)
}

function endWithLastCall(host: HostState, loss: HostLoss): void {
  host.accepting = false
  host.ending = loss
  endIfDone(host)
}

/** The last call that an ending process was allowed to end takes it with it. */
function rest(host: HostState, isolate: number): void {
  host.busy.delete(isolate)
  if (host.ending !== undefined) setImmediate(() => endIfDone(host))
}

function endIfDone(host: HostState): void {
  if (host.ending !== undefined && host.busy.size === 0) kill(host, host.ending)
}

/** Every second: is it alive, and does it keep to its memory? */
function ping(host: HostState): void {
  if (host.means.ms() - host.heardAt > SILENT_MS) return kill(host, lossOf('silent'))
  if ((processCost(host.pid)?.memoryMb ?? 0) > memoryBudget(host.isolates))
    return kill(host, lossOf('memory'))
  send(host, { t: 'ping' })
}

/** Does it keep the processor to itself? */
function look(host: HostState): void {
  const since = host.means.ms() - LOOK_MS
  const holding = [...host.busy.values()].some((heardAt) => heardAt <= since)
  if (host.manners.look(holding) && host.ending === undefined) endWithLastCall(host, lossOf('calm'))
}

function kill(host: HostState, loss: HostLoss): void {
  if (host.over) return
  host.loss = loss
  endWhole(host.child)
  lose(host)
}

function lose(host: HostState): void {
  if (host.over) return
  host.over = true
  host.accepting = false
  for (const watch of host.watches) clearInterval(watch)
  for (const timer of host.disposing.values()) clearTimeout(timer)
  host.pipe.destroy()
  host.readiness.reject(new Error(`The plugin host ended: ${host.loss.says}.`))
  const ears = [...host.isolates.values()]
  host.isolates.clear()
  for (const one of ears) one.lost()
  host.means.onLost(host.loss, host.loss.name === 'calm')
}

const isHostHead = (head: unknown): head is HostHead => misfit(HostHead, head) === undefined

const memoryBudget = (isolates: ReadonlyMap<number, IsolateEars>) =>
  [...isolates.values()].reduce(
    (sum, { memoryMb }) => sum + memoryMb * HOST_MEMORY_PER_ISOLATE,
    HOST_MEMORY_MB,
  )
