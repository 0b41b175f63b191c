import { sql, type Sql } from '../../db/index.ts'
import type { IsoDate } from '../../kernel/index.ts'

/** The day from which dunning counts for a document by the name i. */
export const owedOn: Sql = sql`coalesce(i.owed_on, i.due_on)`

/** The condition that this day lies between two; each half goes by its index. */
export const owedBetween = (from: IsoDate, to: IsoDate): Sql =>
  sql`((i.owed_on is null and i.due_on between ${from} and ${to}) or i.owed_on between ${from} and ${to})`

/**
 * The name of a step of dunning: for each part of a plan there is one of its own, by the day on which it is owed.
 */
export const stepOf = (name: string): Sql =>
  sql`case when i.owed_on is null then cast(${name} as text) else ${`${name}/`} || i.owed_on end`

export const stepName = (name: string, { owed_on }: { owed_on: IsoDate | null }): string =>
  owed_on === null ? name : `${name}/${owed_on}`
