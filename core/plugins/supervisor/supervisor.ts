import { createHash } from 'node:crypto'
import { SUSPECT_CALLS } from '../limits.ts'
import { createPool, type CallEnd, type Pool, type PoolCall, type PoolStart } from './pool.ts'
import { createWards, type Ground, type WardsMeans } from './wards.ts'

export interface Supervisor {
  /** Runs one call in an isolate of the instance. Ends by the call's deadline, whatever happens. */
  run(of: RunningInstance, call: PoolCall): Promise<CallEnd>
  /** Ends the isolates of an instance after their calls: disabled, removed, or changed. */
  drain(instance: string): void
  running(): { ward: string; pid: number | undefined }[]
  suspects(): string[]
  stop(): void
}

export interface RunningInstance {
  instance: string
  ward: string
  /**
   * The ward is its own, and ends with its isolates: code that serves nobody yet shall neither end nor slow a host in
   * which payments run.
   */
  alone?: boolean
  start: PoolStart
}

export interface SupervisorMeans extends WardsMeans {
  /** `host` tells one loss from the next. */
  onHostLost(instance: string, host: object): void
}

interface Known {
  pool: Pool
  key: string
  ownWard: string | undefined
}

/** Runs calls and keeps the isolates. Whoever was running when a host ended gets a host of its own for a while. */
export function createSupervisor(means: SupervisorMeans, ground?: Ground): Supervisor {
  const wards = createWards(means, ground)
  const pools = new Map<string, Known>()
  const suspects = new Map<string, number>()
  let lastId = 0

  const poolOf = (of: RunningInstance): Pool => {
    const key = keyOf(of)
    const known = pools.get(of.instance)
    if (known?.key === key) return known.pool
    known?.pool.drain()
    const pool = createPool(of.start, {
      host: () => wards.host(suspects.has(of.instance) ? suspectWard(of.instance) : of.ward),
      nextId: () => ++lastId,
      ms: () => means.ms(),
      onHostLost(host) {
        if (of.alone !== true) suspects.set(of.instance, SUSPECT_CALLS)
        means.onHostLost(of.instance, host)
      },
    })
    pools.set(of.instance, { pool, key, ownWard: of.alone === true ? of.ward : undefined })
    return pool
  }
  const wentWell = (instance: string) => {
    const left = suspects.get(instance)
    if (left === undefined) return
    if (left > 1) return void suspects.set(instance, left - 1)
    suspects.delete(instance)
    drain(instance)
    wards.close(suspectWard(instance))
  }
  const drain = (instance: string) => {
    const known = pools.get(instance)
    known?.pool.drain()
    pools.delete(instance)
    if (known?.ownWard !== undefined) wards.close(known.ownWard)
  }
  return {
    async run(of, call) {
      const ended = await poolOf(of).run(call)
      if (ended.end === 'done') wentWell(of.instance)
      return ended
    },
    drain,
    running: () => wards.running(),
    suspects: () => [...suspects.keys()],
    stop: () => wards.stop(),
  }
}

const suspectWard = (instance: string) => `suspect ${instance}`

/** Code, settings, grants or limits changed: other isolates. */
function keyOf({ ward, start }: RunningInstance): string {
  const { bundle, ...rest } = start
  return createHash('sha256')
    .update(JSON.stringify([ward, bundle.hash, rest]))
    .digest('hex')
}
