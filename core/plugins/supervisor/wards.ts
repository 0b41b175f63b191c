import { setTimeout as wait } from 'node:timers/promises'
import { BACKOFF_FIRST_MS, BACKOFF_LAST_MS } from '../limits.ts'
import type { HostProgram } from './host-program.ts'
import { startHost, type Host } from './host.ts'
import type { Wall } from './wall.ts'

/** Host processes by ward: what runs in one could, at worst, be seen by the others of that ward. */
export interface Wards {
  /** The ward's host, started when there is none; waits out the back-off after a loss. */
  host(ward: string): Promise<Host>
  /** Ends a ward that is no longer needed. */
  close(ward: string): void
  /** Ward → process ids that run for it now. */
  running(): { ward: string; pid: number | undefined }[]
  stop(): void
}

export interface WardsMeans {
  program: Promise<HostProgram>
  wall: Promise<Wall>
  ms(): number
  /** 0 ≤ x < 1, for jitter. */
  random(): number
  onOutput(ward: string, line: string): void
  onLost(ward: string, reason: string): void
}

interface Ward {
  current: Promise<Host> | undefined
  hosts: Set<Host>
  backoffMs: number
  startedAt: number
  closing: boolean
}

/** A host that lived this long has proven itself: the next loss starts with the shortest back-off. */
const STEADY_MS = 60_000

export function createWards(means: WardsMeans): Wards {
  const wards = new Map<string, Ward>()
  let stopped = false

  const start = async (name: string, ward: Ward): Promise<Host> => {
    const program = await means.program
    if (ward.backoffMs > 0) await wait(ward.backoffMs * (1 + means.random() / 4))
    if (stopped || ward.closing) throw new Error('The plugin host is stopping.')
    ward.startedAt = means.ms()
    const host: Host = startHost({
      program,
      wall: (await means.wall).prefix,
      ms: () => means.ms(),
      onOutput: (line) => means.onOutput(name, line),
      onLost: (reason) => lost(name, ward, { host, reason }),
    })
    ward.hosts.add(host)
    await host.ready
    return host
  }
  const lost = (name: string, ward: Ward, { host, reason }: { host: Host; reason: string }) => {
    ward.hosts.delete(host)
    if (stopped || ward.closing) return
    means.onLost(name, reason)
    const steady = means.ms() - ward.startedAt > STEADY_MS
    ward.backoffMs =
      steady || ward.backoffMs === 0 ? BACKOFF_FIRST_MS : Math.min(ward.backoffMs * 2, BACKOFF_LAST_MS)
    void begin(name, ward)
  }
  const begin = (name: string, ward: Ward): Promise<Host> => {
    const starting = start(name, ward)
    starting.catch(() => undefined)
    ward.current = starting
    return starting
  }
  return {
    async host(name) {
      const ward = wards.get(name) ?? newWard()
      wards.set(name, ward)
      for (;;) {
        const current = ward.current ?? begin(name, ward)
        try {
          const host = await current
          if (host.accepting()) return host
          ward.backoffMs = 0
          if (ward.current === current) void begin(name, ward)
        } catch (error) {
          // A host that ended while it started has already been followed by the next one.
          if (ward.current !== current) continue
          ward.current = undefined
          throw error
        }
      }
    },
    close(name) {
      const ward = wards.get(name)
      if (ward === undefined) return
      ward.closing = true
      wards.delete(name)
      killWhenEmpty(ward)
    },
    running: () => [...wards].flatMap(([ward, { hosts }]) => [...hosts].map(({ pid }) => ({ ward, pid }))),
    stop() {
      stopped = true
      for (const ward of wards.values()) for (const host of ward.hosts) host.kill('core stops')
    },
  }
}

const EMPTY_POLL_MS = 1_000

/** Calls that still run in the ward may end first. */
function killWhenEmpty(ward: Ward): void {
  const watch = setInterval(() => {
    for (const host of ward.hosts) if (host.size() === 0) host.kill('it is no longer needed')
    if (ward.hosts.size === 0) clearInterval(watch)
  }, EMPTY_POLL_MS)
  watch.unref()
}

const newWard = (): Ward => ({
  current: undefined,
  hosts: new Set(),
  backoffMs: 0,
  startedAt: 0,
  closing: false,
})
