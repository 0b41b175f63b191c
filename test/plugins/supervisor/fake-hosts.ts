import type { Host, HostMeans, IsolateEars } from '../../../core/plugins/supervisor/host.ts'
import { lossOf } from '../../../core/plugins/supervisor/host-loss.ts'
import type { HostProgram } from '../../../core/plugins/supervisor/host-program.ts'
import type { PoolCall, PoolStart } from '../../../core/plugins/supervisor/pool.ts'
import { raiseWall } from '../../../core/plugins/supervisor/wall.ts'
import type { Ground, WardsMeans } from '../../../core/plugins/supervisor/wards.ts'

export interface FakeHost extends Host {
  /** Calls that were sent to it and not answered yet. */
  calls: { isolate: number; call: number; op: string }[]
  /** Isolates that were started in it, also those that have gone since. */
  isolates: number[]
  /** It answers by itself as soon as it is called. */
  answers: boolean
  answer(ok?: boolean): void
  /** The process ends. */
  lose(retired?: boolean): void
}

/** A host without a process: isolates start at once. */
export function fakeHost(means: Pick<HostMeans, 'onLost'>, answers = true): FakeHost {
  const open = new Map<number, IsolateEars>()
  let alive = true
  const host: FakeHost = {
    ...{ pid: undefined, ready: Promise.resolve(), calls: [], isolates: [], answers },
    accepting: () => alive,
    size: () => open.size,
    open: (isolate, ears) => void open.set(isolate, ears),
    bundle: () => undefined,
    dispose: (isolate) => void open.delete(isolate),
    kill: () => host.lose(),
    send(head) {
      if (head.t === 'start') {
        host.isolates.push(head.isolate)
        queueMicrotask(() => open.get(head.isolate)?.hear({ t: 'started', isolate: head.isolate }, ''))
      }
      if (head.t !== 'call') return
      host.calls.push(head)
      if (host.answers) queueMicrotask(() => host.answer())
    },
    answer(ok = true) {
      const next = host.calls.shift()
      if (next) open.get(next.isolate)?.hear({ t: 'done', isolate: next.isolate, call: next.call, ok }, '{}')
    },
    lose(retired = false) {
      if (!alive) return
      alive = false
      host.calls = []
      const ears = [...open.values()]
      open.clear()
      for (const one of ears) one.lost()
      means.onLost(lossOf('ended', 'it ended'), retired)
    },
  }
  return host
}

export interface FakeGround {
  ground: Ground
  means: WardsMeans
  hosts: FakeHost[]
  /** How long each start has waited. */
  waits: number[]
  lost: string[]
  clock: { ms: number; random: number }
}

/** What wards stand on, with a clock and a random that tests set; nothing waits in truth. */
export function fakeGround(answers = true): FakeGround {
  const clock = { ms: 1_000_000, random: 0 }
  const hosts: FakeHost[] = []
  const waits: number[] = []
  const lost: string[] = []
  return {
    ...{ clock, hosts, waits, lost },
    ground: {
      startHost(means) {
        const host = fakeHost(means, answers)
        hosts.push(host)
        return host
      },
      wait: (ms) => Promise.resolve(waits.push(ms)),
    },
    means: {
      program: Promise.resolve({} as HostProgram),
      wall: raiseWall('off'),
      ms: () => clock.ms,
      random: () => clock.random,
      onOutput: () => undefined,
      onLost: (ward, { says }) => void lost.push(`${ward}: ${says}`),
    },
  }
}

export const poolStart = (more: Partial<PoolStart> = {}): PoolStart => ({
  bundle: { code: '', hash: 'hash' } as PoolStart['bundle'],
  text: '{}',
  limits: { memoryMb: 64, sliceMs: 500, cpuMs: 2_000, startMs: 2_000, asks: 200 },
  isolates: 1,
  queue: 64,
  ...more,
})

export const poolCall = (op = 'charge'): PoolCall => ({
  ...{ kind: 'gateway', op, text: '{}', deadline: { ms: 10_000, coldMs: 10_000 } },
  onAsk: () => Promise.resolve({ ok: true, text: 'null' }),
  onLine: () => undefined,
  onDropped: () => undefined,
})
