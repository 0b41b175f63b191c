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

/** What is recorded meanwhile was led to by that event; without one, and afterwards, by what it was before. */
export async function ledTo<T>(trx: Trx, cause: string | undefined, act: () => Promise<T>): Promise<T> {
  const before = causeOf.get(trx)
  causedBy(trx, cause ?? null)
  try {
    return await act()
  } finally {
    if (before === undefined) causeOf.delete(trx)
    else causeOf.set(trx, before)
  }
}

const recorded = new WeakMap<Trx, Map<string, string>>()

/** For whoever records: what the transaction has said of each record last. */
export function noteRecorded(trx: Trx, events: readonly { id: string; subject: string }[]): void {
  const known = recorded.get(trx) ?? new Map<string, string>()
  for (const { id, subject } of events) known.set(subject, id)
  recorded.set(trx, known)
}

/** The last event of a record that this transaction has recorded: it leads to what follows from it. */
export const saidIn = (trx: Trx, subject: string): string | undefined => recorded.get(trx)?.get(subject)

/** The last event of a record, or the last of a type, whenever that was: it leads to what goes on later. */
export async function lastSaid(
  queries: Queries,
  { subject, type }: { subject: string; type?: string },
): Promise<string | undefined> {
  const row = await queries.get<{ id: string }>(sql`
    select id from events where subject = ${subject} ${type === undefined ? sql`` : sql`and type = ${type}`}
    order by id desc limit 1`)
  return row?.id
}

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
