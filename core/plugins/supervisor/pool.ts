import type { Bundle } from '../bundle.ts'
import { DEADLINE_OVER, type Deadline } from '../deadlines.ts'
import { HOST_START_MS, RECYCLE_CALLS, RECYCLE_HEAP, RECYCLE_MS } from '../limits.ts'
import type { Fault, IsolateLimits } from '../sandbox/protocol.ts'
import type { Host, IsolateHead } from './host.ts'
import { inParts } from './in-parts.ts'

/** How a call ended. `ok` false is the plugin's own report, `{ code, message }` as JSON. */
export type CallEnd =
  | { end: 'done'; ok: boolean; text: string; cpuMs?: number; heap?: number }
  | { end: 'timeout'; limit: string }
  | { end: 'memory' | 'busy' }
  | { end: 'host_lost'; reason?: string }
  | { end: 'invalid' | 'denied' | 'not_started'; reason: string }

export interface PoolCall {
  kind: string
  op: string
  text: string
  deadline: Deadline
  /** Answers what the plugin asks; the signal ends with the call. */
  onAsk(op: string, text: string, signal: AbortSignal): Promise<{ ok: boolean; text: string }>
  onLine(level: string, text: string): void
  /** So many lines did not leave the isolate so far. */
  onDropped(lines: number): void
}

/** What all isolates of an instance are started with. */
export interface PoolStart {
  bundle: Bundle
  /** JSON of IsolateStart. */
  text: string
  limits: IsolateLimits
  isolates: number
  queue: number
}

export interface PoolMeans {
  host(): Promise<Host>
  nextId(): number
  ms(): number
  /** The host ended while this instance was running or starting something. */
  onHostLost(host: Host): void
}

/** The isolates of one instance and the calls that wait for one. */
export interface Pool {
  run(call: PoolCall): Promise<CallEnd>
  /** Idle isolates end now, busy ones after their call. Nothing new is taken. */
  drain(): void
}

interface Job {
  call: PoolCall
  /** From when it came until `endsAt`, by the clock of the pool, whatever it waits for. */
  wholeMs: number
  endsAt: number
  timer: NodeJS.Timeout | undefined
  end(how: CallEnd): void
  abort: AbortController
}

interface Slot {
  id: number
  host: Host | undefined
  state: 'starting' | 'idle' | 'busy' | 'gone'
  job: Job | undefined
  call: number
  calls: number
  bornAt: number
  startTimer: NodeJS.Timeout | undefined
}

interface PoolState {
  start: PoolStart
  means: PoolMeans
  slots: Set<Slot>
  waiting: Job[]
  draining: boolean
  calls: number
}

export function createPool(start: PoolStart, means: PoolMeans): Pool {
  const pool: PoolState = { start, means, slots: new Set(), waiting: [], draining: false, calls: 0 }
  return {
    run: (call) => run(pool, call),
    drain() {
      pool.draining = true
      for (const slot of pool.slots) if (slot.state === 'idle') remove(pool, slot)
    },
  }
}

function run(pool: PoolState, call: PoolCall): Promise<CallEnd> {
  const { start, waiting } = pool
  if (waiting.length >= start.queue + start.isolates) return Promise.resolve({ end: 'busy' })
  const { promise, resolve } = Promise.withResolvers<CallEnd>()
  const wholeMs = isCold(pool) ? call.deadline.coldMs : call.deadline.ms
  const endsAt = pool.means.ms() + wholeMs
  const job: Job = { call, wholeMs, endsAt, end: resolve, abort: new AbortController(), timer: undefined }
  arm(pool, job, wholeMs)
  waiting.push(job)
  deal(pool)
  return promise.finally(() => clearTimeout(job.timer))
}

/** What came by then is heard first: this process may have had no turn to read it. */
function arm(pool: PoolState, job: Job, ms: number): void {
  clearTimeout(job.timer)
  job.timer = setTimeout(() => setImmediate(() => expire(pool, job)), ms)
}

/** Whoever comes now has to wait for a start. */
const isCold = ({ slots }: PoolState): boolean =>
  [...slots].every((slot) => slot.state === 'starting' || slot.host?.accepting() !== true)

function expire(pool: PoolState, job: Job): void {
  const slot = [...pool.slots].find((one) => one.job === job)
  const ms = slot ? job.call.deadline.ms : job.wholeMs
  const how: CallEnd = { end: 'timeout', limit: `deadline ${ms} ms` }
  // What it asked for outside ends with it, and is told apart from what it gave up itself.
  job.abort.abort(DEADLINE_OVER)
  if (slot !== undefined) return finish(pool, slot, how)
  const at = pool.waiting.indexOf(job)
  if (at >= 0) pool.waiting.splice(at, 1)
  job.end(how)
}

/** Gives waiting calls to idle isolates, and starts more of them while there are fewer than granted. */
function deal(pool: PoolState): void {
  const { slots, waiting } = pool
  for (const slot of slots) {
    if (slot.state !== 'idle') continue
    if (slot.host?.accepting() !== true) {
      remove(pool, slot)
      continue
    }
    const job = waiting.shift()
    if (job === undefined) break
    assign(pool, slot, job)
  }
  const starting = [...slots].filter(({ state }) => state === 'starting').length
  if (waiting.length > starting && slots.size < pool.start.isolates) void open(pool)
}

function assign(pool: PoolState, slot: Slot, job: Job): void {
  slot.state = 'busy'
  slot.job = job
  slot.call = ++pool.calls
  slot.calls++
  const { kind, op, text, deadline } = job.call
  const leftMs = Math.max(1, Math.min(deadline.ms, job.endsAt - pool.means.ms()))
  arm(pool, job, leftMs)
  const { before, last } = inParts(text)
  for (const part of before) slot.host?.send({ t: 'part', isolate: slot.id, call: slot.call }, part)
  slot.host?.send({ t: 'call', isolate: slot.id, call: slot.call, kind, op, deadlineMs: leftMs }, last)
}

async function open(pool: PoolState): Promise<void> {
  const { bundle, limits, text } = pool.start
  const slot = newSlot(pool.means.nextId(), pool.means.ms())
  pool.slots.add(slot)
  try {
    slot.host = await pool.means.host()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return refuseNext(pool, slot, { end: 'host_lost', reason })
  }
  slot.host.open(slot.id, {
    memoryMb: limits.memoryMb,
    hear: (head, body) => hear(pool, slot, head, body),
    lost: () => lose(pool, slot),
  })
  slot.host.bundle(bundle.hash, bundle.code)
  slot.host.send({ t: 'start', isolate: slot.id, bundle: bundle.hash, limits }, text)
  const tooLate: CallEnd = { end: 'timeout', limit: `start ${limits.startMs} ms` }
  slot.startTimer = setTimeout(() => refuseNext(pool, slot, tooLate), HOST_START_MS)
}

/** An isolate that did not start answers for one waiting call; the next one gets a new try. */
function refuseNext(pool: PoolState, slot: Slot, how: CallEnd): void {
  remove(pool, slot)
  pool.waiting.shift()?.end(how)
  deal(pool)
}

function remove(pool: PoolState, slot: Slot): void {
  slot.state = 'gone'
  clearTimeout(slot.startTimer)
  pool.slots.delete(slot)
  slot.host?.dispose(slot.id)
}

/** Ends the isolate's call. Unless it answered and is fresh enough, the isolate goes with it. */
function finish(pool: PoolState, slot: Slot, how: CallEnd, worn = how.end !== 'done'): void {
  const { job } = slot
  slot.job = undefined
  job?.abort.abort()
  if (worn || pool.draining || isWorn(slot, pool.means.ms())) remove(pool, slot)
  else slot.state = 'idle'
  job?.end(how)
  deal(pool)
}

function lose(pool: PoolState, slot: Slot): void {
  const { host } = slot
  slot.host = undefined
  if (host !== undefined && (slot.state === 'busy' || slot.state === 'starting')) pool.means.onHostLost(host)
  if (slot.state === 'starting') refuseNext(pool, slot, { end: 'host_lost' })
  else finish(pool, slot, { end: 'host_lost' })
}

const doneBy = ({ ok, cpuMs, heap }: Extract<IsolateHead, { t: 'done' }>, text: string): CallEnd => ({
  ...{ end: 'done', ok, text },
  ...(cpuMs === undefined ? {} : { cpuMs }),
  ...(heap === undefined ? {} : { heap }),
})

/** What a host says is believed only where it fits: a start for one that starts, an answer for the call that runs. */
function hear(pool: PoolState, slot: Slot, head: IsolateHead, body: string): void {
  switch (head.t) {
    case 'started':
      return slot.state === 'starting' ? started(pool, slot) : undefined
    case 'not_started':
      return slot.state === 'starting'
        ? refuseNext(pool, slot, { end: 'not_started', reason: body })
        : undefined
    case 'fault':
      return slot.state === 'starting'
        ? refuseNext(pool, slot, endOf(head.fault, pool.start.limits))
        : finish(pool, slot, endOf(head.fault, pool.start.limits))
    case 'log':
      return head.call === slot.call ? slot.job?.call.onLine(head.level, body) : undefined
    case 'dropped':
      return head.call === slot.call ? slot.job?.call.onDropped(head.lines) : undefined
    case 'done':
      if (slot.job === undefined || head.call !== slot.call) return
      return finish(pool, slot, doneBy(head, body), (head.heap ?? 0) > RECYCLE_HEAP)
    case 'ask':
      if (slot.job === undefined || head.call !== slot.call) return
      return void answer(slot, slot.job, { ask: head.ask, op: head.op, text: body })
  }
}

function started(pool: PoolState, slot: Slot): void {
  clearTimeout(slot.startTimer)
  slot.state = 'idle'
  if (pool.draining && pool.waiting.length === 0) remove(pool, slot)
  else deal(pool)
}

async function answer(
  slot: Slot,
  job: Job,
  question: { ask: number; op: string; text: string },
): Promise<void> {
  const call = slot.call
  const { ok, text } = await job.call.onAsk(question.op, question.text, job.abort.signal)
  if (slot.job !== job) return
  slot.host?.send({ t: 'settle', isolate: slot.id, call, ask: question.ask, ok }, text)
}

const newSlot = (id: number, bornAt: number): Slot => ({
  id,
  host: undefined,
  state: 'starting',
  job: undefined,
  call: 0,
  calls: 0,
  bornAt,
  startTimer: undefined,
})

const isWorn = (slot: Slot, nowMs: number) => slot.calls >= RECYCLE_CALLS || nowMs - slot.bornAt > RECYCLE_MS

function endOf(fault: Fault, limits: IsolateLimits): CallEnd {
  switch (fault) {
    case 'slice':
      return { end: 'timeout', limit: `one run of ${limits.sliceMs} ms` }
    case 'cpu':
      return { end: 'timeout', limit: `CPU ${limits.cpuMs} ms` }
    case 'memory':
      return { end: 'memory' }
    case 'size':
      return { end: 'invalid', reason: 'a message is larger than 1 MiB' }
    case 'flood':
      return { end: 'denied', reason: 'it sent far more messages than it may.' }
    case 'unknown':
      return { end: 'invalid', reason: 'the engine ended it for an unknown reason' }
  }
}
