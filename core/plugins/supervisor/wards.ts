import { setTimeout as sleep } from 'node:timers/promises'
import { BACKOFF_FIRST_MS, BACKOFF_LAST_MS } from '../limits.ts'
import { lossOf, type HostLoss } from './host-loss.ts'
import type { HostProgram } from './host-program.ts'
import { startHost, type Host, type HostMeans } from './host.ts'
import { wholeWall, type Wall } from './wall.ts'

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
  onOutput(ward: string, text: string): void
  onLost(ward: string, loss: HostLoss): void
}

interface Ward {
  current: Promise<Host> | undefined
  /** The one that was started last. */
  latest: Host | undefined
  hosts: Set<Host>
  backoffMs: number
  startedAt: number
  closing: boolean
}

interface Lost {
  host: Host
  loss: HostLoss
  retired: boolean
}

/** A host that lived this long has proven itself: the next loss starts with the shortest back-off. */
const STEADY_MS = 60_000

/** The processes and the time that wards stand on. */
export interface Ground {
  startHost(means: HostMeans): Host
  wait(ms: number): Promise<unknown>
}

const system: Ground = { startHost, wait: (ms) => sleep(ms) }

export function createWards(means: WardsMeans, ground: Ground = system): Wards {
  const wards = new Map<string, Ward>()
  let stopped = false

  const start = async (name: string, ward: Ward): Promise<Host> => {
    const program = await means.program
    if (ward.backoffMs > 0) await ground.wait(ward.backoffMs * (1 + means.random() / 4))
    if (stopped || ward.closing) throw new Error('The plugin host is stopping.')
    const wall = await wholeWall(means.wall)
    ward.startedAt = means.ms()
    const host: Host = ground.startHost({
      program,
      wall: wall.around(program),
      ms: () => means.ms(),
      onOutput: (text) => means.onOutput(name, text),
      onLost: (loss, retired) => lost(name, ward, { host, loss, retired }),
    })
    ward.latest = host
    ward.hosts.add(host)
    return walled(host, ward, wall)
  }
  const lost = (name: string, ward: Ward, { host, loss, retired }: Lost) => {
    ward.hosts.delete(host)
    if (stopped || ward.closing) return
    if (!retired) means.onLost(name, loss)
    // One that was no longer accepting has been followed already.
    if (host !== ward.latest) return
    if (retired) return void (ward.current = undefined)
    ward.backoffMs = nextBackoff(ward, means.ms())
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
      for (const ward of wards.values()) for (const host of ward.hosts) host.kill(lossOf('core_stops'))
    },
  }
}

/**
 * The host once it answers, looked at itself before it gets any code of a plugin: what the system offered when the wall
 * was raised may be gone.
 */
async function walled(host: Host, ward: Ward, wall: Wall): Promise<Host> {
  await host.ready
  if (host.pid === undefined) return host
  try {
    wall.demand(wall.missingAround(host.pid))
    return host
  } catch (error) {
    // No next one follows by itself: whoever needs one tries again.
    ward.latest = undefined
    host.kill(lossOf('wall'))
    throw error
  }
}

function nextBackoff({ startedAt, backoffMs }: Ward, now: number): number {
  const steady = now - startedAt > STEADY_MS
  return steady || backoffMs === 0 ? BACKOFF_FIRST_MS : Math.min(backoffMs * 2, BACKOFF_LAST_MS)
}

const EMPTY_POLL_MS = 1_000

/** Calls that still run in the ward may end first. */
function killWhenEmpty(ward: Ward): void {
  const watch = setInterval(() => {
    for (const host of ward.hosts) if (host.size() === 0) host.kill(lossOf('unneeded'))
    if (ward.hosts.size === 0) clearInterval(watch)
  }, EMPTY_POLL_MS)
  watch.unref()
}

const newWard = (): Ward => ({
  current: undefined,
  latest: undefined,
  hosts: new Set(),
  backoffMs: 0,
  startedAt: 0,
  closing: false,
})
