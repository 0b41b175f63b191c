import type { Bundle } from '../bundle.ts'
import { HOST_START_MS, RECYCLE_CALLS, RECYCLE_MS, START_MS } from '../limits.ts'
import type { Fault, IsolateLimits } from '../sandbox/protocol.ts'
import type { Host, IsolateEars } from './host.ts'

/** How a call ended. `ok` false is the plugin's own report, `{ code, message }` as JSON. */
export type CallEnd =
  | { end: 'done'; ok: boolean; text: string }
  | { end: 'timeout'; limit: string }
  | { end: 'memory' | 'busy' | 'host_lost' }
  | { end: 'invalid' | 'denied' | 'not_started'; reason: string }

export interface PoolCall {
  kind: string
  op: string
  text: string
  deadlineMs: number
  /** Answers what the plugin asks; the signal ends with the call. */
  onAsk(op: string, text: string, signal: AbortSignal): Promise<{ ok: boolean; text: string }>
  onLine(level: string, text: string): void
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
  onHostLost(): void
}

/** The isolates of one instance and the calls that wait for one. */
export interface Pool {
  run(call: PoolCall): Promise<CallEnd>
  /** Idle isolates end now, busy ones after their call. Nothing new is taken. */
  drain(): void
}

interface Job {
  call: PoolCall
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

export function createPool(start: PoolStart, means: PoolMeans): Pool {
  const slots = new Set<Slot>()
  const waiting: Job[] = []
  let draining = false
  let calls = 0

  const deal = () => {
    for (const slot of slots) {
      if (slot.state !== 'idle') continue
      const job = waiting.shift()
      if (job === undefined) break
      assign(slot, job)
    }
    const starting = [...slots].filter(({ state }) => state === 'starting').length
    if (waiting.length > starting && slots.size < start.isolates) void open()
  }
  const assign = (slot: Slot, job: Job) => {
    slot.state = 'busy'
    slot.job = job
    slot.call = ++calls
    slot.calls++
    const { kind, op, text, deadlineMs } = job.call
    slot.host?.send({ t: 'call', isolate: slot.id, call: slot.call, kind, op, deadlineMs }, text)
  }
  const open = async () => {
    const slot = newSlot(means.nextId(), means.ms())
    slots.add(slot)
    try {
      slot.host = await means.host()
    } catch {
      return refuseNext(slot, { end: 'host_lost' })
    }
    slot.host.open(slot.id, earsOf(slot))
    slot.host.bundle(start.bundle.hash, start.bundle.code)
    const { limits, bundle } = start
    slot.host.send({ t: 'start', isolate: slot.id, bundle: bundle.hash, limits }, start.text)
    slot.startTimer = setTimeout(
      () => refuseNext(slot, { end: 'timeout', limit: `start ${START_MS} ms` }),
      HOST_START_MS,
    )
  }
  /** A slot that did not start answers for one waiting call; the next one gets a new try. */
  const refuseNext = (slot: Slot, how: CallEnd) => {
    remove(slot)
    waiting.shift()?.end(how)
    deal()
  }
  const remove = (slot: Slot) => {
    slot.state = 'gone'
    clearTimeout(slot.startTimer)
    slots.delete(slot)
    slot.host?.dispose(slot.id)
  }
  /** Ends the slot's call; unless the isolate is known to be well, it goes too. */
  const finish = (slot: Slot, how: CallEnd, keep: boolean) => {
    const { job } = slot
    slot.job = undefined
    job?.abort.abort()
    if (keep && !draining && !isWorn(slot, means.ms())) slot.state = 'idle'
    else remove(slot)
    job?.end(how)
    deal()
  }
  const earsOf = (slot: Slot): IsolateEars => ({
    memoryMb: start.limits.memoryMb,
    lost() {
      slot.host = undefined
      const affected = slot.state === 'busy' || slot.state === 'starting'
      if (affected) means.onHostLost()
      if (slot.state === 'starting') return refuseNext(slot, { end: 'host_lost' })
      finish(slot, { end: 'host_lost' }, false)
    },
    hear(head, body) {
      switch (head.t) {
        case 'started':
          if (slot.state !== 'starting') return
          clearTimeout(slot.startTimer)
          slot.state = 'idle'
          return draining && waiting.length === 0 ? remove(slot) : deal()
        case 'not_started':
          return slot.state === 'starting'
            ? refuseNext(slot, { end: 'not_started', reason: body })
            : undefined
        case 'fault':
          return finish(slot, endOf(head.fault, start.limits), false)
      }
      if (slot.job === undefined || head.call !== slot.call) return
      if (head.t === 'log') return slot.job.call.onLine(head.level, body)
      if (head.t === 'done')
        return finish(slot, { end: 'done', ok: head.ok, text: body }, head.heap === undefined)
      void answer(slot, slot.job, { ask: head.ask, op: head.op, text: body })
    },
  })
  const answer = async (slot: Slot, job: Job, question: { ask: number; op: string; text: string }) => {
    const call = slot.call
    const { ok, text } = await job.call.onAsk(question.op, question.text, job.abort.signal)
    if (slot.job !== job) return
    slot.host?.send({ t: 'settle', isolate: slot.id, call, ask: question.ask, ok }, text)
  }

  return {
    run(call) {
      const { promise, resolve } = Promise.withResolvers<CallEnd>()
      if (waiting.length >= start.queue + start.isolates) return Promise.resolve({ end: 'busy' })
      const job: Job = { call, end: resolve, abort: new AbortController() }
      const timer = setTimeout(() => {
        const how: CallEnd = { end: 'timeout', limit: `deadline ${call.deadlineMs} ms` }
        const slot = [...slots].find((one) => one.job === job)
        if (slot !== undefined) return finish(slot, how, false)
        const at = waiting.indexOf(job)
        if (at >= 0) waiting.splice(at, 1)
        job.end(how)
      }, call.deadlineMs)
      waiting.push(job)
      deal()
      return promise.finally(() => clearTimeout(timer))
    },
    drain() {
      draining = true
      for (const slot of slots) if (slot.state === 'idle') remove(slot)
    },
  }
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
