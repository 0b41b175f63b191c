import type { Db } from '../../db/index.ts'

/** Services that a chunk aims at. On SQLite whoever writes waits while a chunk is written: this many take about ten milliseconds. */
const SERVICES = { sqlite: 200, postgres: 2_000 } as const
/** While nobody else writes, nobody waits, and pages that every chunk touches are written less often. */
const ALONE = { services: 600, after: 50 } as const
/** On SQLite nobody is told that the file is free: those who wait for it look once a millisecond, and want the processor to look. */
const LEFT_FREE_MS = 3

export interface ChunkPace {
  /** How many services the next chunk aims at. */
  services: number
  /** For how long the run leaves the database to others before it. */
  restMs: number
}

/**
 * How a run goes on; asked once a chunk. One beside which others write rests between chunks; one that has been alone for
 * half a second or so takes larger ones, until anybody writes.
 */
export function chunkPaces({
  dialect,
  commitsOfOthers,
}: Pick<Db, 'dialect' | 'commitsOfOthers'>): () => ChunkPace {
  const services = SERVICES[dialect]
  if (!commitsOfOthers) return () => ({ services, restMs: 0 })
  let seen = commitsOfOthers()
  let alone = 0
  let metOthers = false
  return () => {
    const now = commitsOfOthers()
    alone = now === seen ? alone + 1 : 0
    seen = now
    if (alone >= ALONE.after) return { services: ALONE.services, restMs: 0 }
    metOthers ||= alone === 0
    return { services, restMs: metOthers ? LEFT_FREE_MS : 0 }
  }
}
