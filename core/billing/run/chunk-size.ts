import type { Db } from '../../db/index.ts'

/** Services that a chunk aims at. On SQLite whoever writes waits while a chunk is written: this many take about ten milliseconds. */
const SERVICES = { sqlite: 200, postgres: 2_000 } as const
/** While nobody else writes, nobody waits, and pages that every chunk touches are written less often. */
const ALONE = { services: 600, after: 50 } as const

/**
 * How many services the next chunk of a run aims at; asked once a chunk. A run that has been alone for half a second or so
 * takes larger ones, until anybody writes.
 */
export function chunkSizes({
  dialect,
  commitsOfOthers,
}: Pick<Db, 'dialect' | 'commitsOfOthers'>): () => number {
  if (!commitsOfOthers) return () => SERVICES[dialect]
  let seen = commitsOfOthers()
  let alone = 0
  return () => {
    const now = commitsOfOthers()
    alone = now === seen ? alone + 1 : 0
    seen = now
    return alone < ALONE.after ? SERVICES[dialect] : ALONE.services
  }
}
