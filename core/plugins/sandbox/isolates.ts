import { LINES_FLOOD, MESSAGE_BYTES_MAX, TIMERS_AT_ONCE } from '../limits.ts'
import { createEngine, EngineFault, type Engine, type Wire } from './engine.ts'
import { createCpuMeter, type CpuMeter } from './cpu-meter.ts'
import { answerPure } from './pure.ts'
import type { CoreHead, Fault, HostHead, IsolateLimits } from './protocol.ts'

export interface Isolates {
  hello(bootstrap: string): void
  bundle(hash: string, code: string): void
  start(head: Extract<CoreHead, { t: 'start' }>, text: string): Promise<void>
  part(head: Extract<CoreHead, { t: 'part' }>, text: string): void
  call(head: Extract<CoreHead, { t: 'call' }>, text: string): void
  settle(head: Extract<CoreHead, { t: 'settle' }>, text: string): void
  dispose(isolate: number): void
}

type Send = (head: HostHead, body?: string) => void

/** One isolate. It runs one call at a time; `entries` counts the runs inside it that have not come back. */
interface Room {
  id: number
  limits: IsolateLimits
  startText: string
  engine: Engine | undefined
  call: number
  meter: CpuMeter
  asks: number
  lines: number
  entries: number
  timers: Map<number, NodeJS.Timeout>
  answer: { ok: boolean; text: string } | undefined
  ended: boolean
  /** Core has disposed of it and waits to hear that nothing runs in it any more. */
  awaited: boolean
}

const NO_CALL = 0

/** All isolates of this process. Bundles are kept by hash and shared by the isolates of one plugin. */
export function createIsolates(send: Send): Isolates {
  const rooms = new Map<number, Room>()
  const bundles = new Map<string, string>()
  let bootstrap = ''
  return {
    hello: (source) => void (bootstrap = source),
    bundle: (hash, code) => void bundles.set(hash, code),
    async start(head, text) {
      const room = newRoom(head.isolate, head.limits, text)
      rooms.set(room.id, room)
      await start(room, { bootstrap, code: bundles.get(head.bundle) ?? '', send })
    },
    part(head, text) {
      const room = rooms.get(head.isolate)
      if (room?.engine !== undefined && !room.ended) enter(room, send, 'call', head.call, 'part', '', text, 0)
    },
    call(head, text) {
      const room = rooms.get(head.isolate)
      if (room?.engine === undefined || room.ended) return
      beginCall(room, head.call)
      enter(room, send, 'call', head.call, head.kind, head.op, text, head.deadlineMs)
    },
    settle(head, text) {
      const room = rooms.get(head.isolate)
      if (room === undefined || room.ended || room.call !== head.call) return
      enter(room, send, 'settle', head.ask, head.ok, text)
    },
    dispose(id) {
      const room = rooms.get(id)
      rooms.delete(id)
      if (room === undefined) return send({ t: 'disposed', isolate: id })
      room.awaited = true
      end(room)
      if (room.entries === 0) send({ t: 'disposed', isolate: id })
    },
  }
}

const newRoom = (id: number, limits: IsolateLimits, startText: string): Room => ({
  id,
  limits,
  startText,
  engine: undefined,
  call: NO_CALL,
  meter: createCpuMeter(),
  asks: 0,
  lines: 0,
  entries: 0,
  timers: new Map(),
  answer: undefined,
  ended: false,
  awaited: false,
})

async function start(room: Room, means: { bootstrap: string; code: string; send: Send }): Promise<void> {
  room.entries++
  try {
    room.engine = await createEngine({
      ...means,
      ...room.limits,
      out: (kind, ...rest) => hear(room, means.send, kind, rest),
      pure: (op, text, cpuMs) => hearPure(room, means.send, { op, text, cpuMs }),
    })
    await room.engine.enter('call', NO_CALL, 'start', '', room.startText, 0)
    if (!room.ended) means.send({ t: 'started', isolate: room.id })
  } catch (error) {
    const why = error instanceof EngineFault ? error.message : 'The isolate did not start.'
    if (!room.ended) means.send({ t: 'not_started', isolate: room.id }, why)
    end(room)
  } finally {
    left(room, means.send)
    if (room.ended) room.engine?.dispose()
  }
}

function beginCall(room: Room, call: number): void {
  room.call = call
  room.meter.begin(isolateMs(room))
  room.asks = 0
  room.lines = 0
  room.answer = undefined
}

/** Runs one entry and looks at its cost when it comes back. */
function enter(room: Room, send: Send, entry: 'call' | 'settle', ...rest: Wire[]): void {
  room.entries++
  room.engine
    ?.enter(entry, ...rest)
    .catch((error: unknown) => fault(room, send, error instanceof EngineFault ? error.fault : 'unknown'))
    .then(() => left(room, send))
    .catch(() => fault(room, send, 'unknown'))
}

function left(room: Room, send: Send): void {
  room.entries--
  if (!room.ended) return settleDown(room, send)
  if (room.awaited && room.entries === 0) send({ t: 'disposed', isolate: room.id })
}

/** The answer and the last entry's return come in either order; whichever is later ends the call. */
function settleDown(room: Room, send: Send): void {
  if (room.call === NO_CALL || room.engine === undefined) return
  if (spentMs(room) > room.limits.cpuMs) return fault(room, send, 'cpu')
  if (room.answer === undefined || room.entries > 0) return
  finish(room, send, room.answer)
}

const isolateMs = (room: Room): number => room.engine?.cpuMs() ?? 0
/** What the call took so far. */
const spentMs = (room: Room): number => room.meter.spentMs(isolateMs(room))

/** The answer leaves only when nothing runs any more, so that a loop after it fails its own call, not the next. */
function finish(room: Room, send: Send, answer: { ok: boolean; text: string }): void {
  const call = room.call
  room.answer = undefined
  room.call = NO_CALL
  clearTimers(room)
  if (Buffer.byteLength(answer.text) > MESSAGE_BYTES_MAX) return fault(room, send, 'size')
  // A single call may fill what is left, and the next would die.
  const heap = room.engine?.heap()
  if (heap === undefined) return fault(room, send, 'memory')
  send({ t: 'done', isolate: room.id, call, ok: answer.ok, cpuMs: spentMs(room), heap }, answer.text)
}

/** What comes out of the isolate. Nothing here trusts it: kinds, types and counts are checked again. */
function hear(room: Room, send: Send, kind: string, rest: Wire[]): void {
  if (room.ended || room.call === NO_CALL) return
  const [first, second, third] = rest
  if (kind === 'done' && first === room.call) {
    room.answer = { ok: second === true, text: String(third) }
    settleDown(room, send)
  } else if (kind === 'timer' && typeof first === 'number' && typeof second === 'number') {
    setTimer(room, send, first, second)
  } else if (kind === 'untimer' && typeof first === 'number') {
    clearTimeout(room.timers.get(first))
    room.timers.delete(first)
  } else if (kind === 'ask' && isCount(first)) {
    ask(room, send, { ask: first, op: String(second).slice(0, 40), text: String(third) })
  } else if (kind === 'log') {
    if (++room.lines > LINES_FLOOD) return fault(room, send, 'flood')
    const line = String(second).slice(0, 4_096)
    send({ t: 'log', isolate: room.id, call: room.call, level: String(first).slice(0, 5) }, line)
  } else if (kind === 'dropped' && isCount(first)) {
    if (++room.lines > LINES_FLOOD) return fault(room, send, 'flood')
    send({ t: 'dropped', isolate: room.id, call: room.call, lines: first })
  } else fault(room, send, 'unknown')
}

/** A run that asks without a pause comes back to nobody, and no timeout counts while it waits: it is held to its limit here. */
function hearPure(room: Room, send: Send, { op, text, cpuMs }: PureQuestion): string | undefined {
  if (room.ended) return undefined
  const answer = room.meter.beside(() => answerPure(op, text))
  const spent = room.meter.spentMs(cpuMs)
  if (room.call === NO_CALL) return spent > room.limits.startMs ? undefined : answer
  if (spent > room.limits.cpuMs) fault(room, send, 'cpu')
  return answer
}

interface PureQuestion {
  op: string
  text: string
  /** What the isolate took by itself, ever. */
  cpuMs: number
}

/** Anything else in a head would cost the whole process: core ends it at a frame of unknown shape. */
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

function ask(room: Room, send: Send, question: { ask: number; op: string; text: string }): void {
  // Those beyond are refused inside; if one leaves, our runtime there was broken.
  if (++room.asks > room.limits.asks) return fault(room, send, 'flood')
  if (Buffer.byteLength(question.text) > MESSAGE_BYTES_MAX) return fault(room, send, 'size')
  const head = { t: 'ask', isolate: room.id, call: room.call, ask: question.ask, op: question.op } as const
  send(head, question.text)
}

function setTimer(room: Room, send: Send, id: number, ms: number): void {
  if (room.timers.size >= TIMERS_AT_ONCE * 2) return fault(room, send, 'flood')
  const timer = setTimeout(
    () => {
      room.timers.delete(id)
      if (!room.ended) enter(room, send, 'settle', id, true, 'null')
    },
    Math.min(Math.max(1, ms), 300_000),
  )
  room.timers.set(id, timer)
}

function fault(room: Room, send: Send, what: Fault): void {
  if (room.ended) return
  send({ t: 'fault', isolate: room.id, fault: what })
  end(room)
}

function end(room: Room): void {
  room.ended = true
  clearTimers(room)
  room.engine?.dispose()
}

function clearTimers(room: Room): void {
  for (const timer of room.timers.values()) clearTimeout(timer)
  room.timers.clear()
}
