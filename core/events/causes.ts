import { sql, type Queries, type Trx } from '../db/index.ts'

/** An event that led to another one. */
export interface Cause {
  id: string
  type: string
  actor: string
}

/**
 * So many events may lead to one before plugins are told of it no more: hooks that answer each other would go on for
 * ever. What core does by itself never gets near.
 */
export const CAUSES_MAX = 16

const causeOf = new WeakMap<Trx, string>()

/** What is recorded in this transaction from now on was led to by that event, or by what stands in its place. */
export function causedBy(trx: Trx, cause: string | null): void {
  if (cause !== null) causeOf.set(trx, cause)
}

export const causeIn = (trx: Trx): string | undefined => causeOf.get(trx)

/** The events that led to one, the nearest first, and at most CAUSES_MAX of them. */
export async function causesOf(queries: Queries, cause: string | null): Promise<Cause[]> {
  if (cause === null) return []
  return queries.all<Cause>(sql`
    with recursive chain(id, type, actor, cause, depth) as (
      select id, type, actor, cause, 1 from events where id = ${cause}
      union all
      select e.id, e.type, e.actor, e.cause, c.depth + 1 from events e join chain c on e.id = c.cause
      where c.depth < ${CAUSES_MAX}
    )
    select id, type, actor from chain order by depth`)
}
