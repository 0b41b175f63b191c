import { sql, type Queries, type Sql } from '../db/index.ts'
import type { Actor, IsoDate } from '../kernel/index.ts'
import { scoped } from '../records/index.ts'

export interface ReportQuery {
  actor: Actor
  from: IsoDate
  /** The day after the last one. */
  until: IsoDate
  /** Whose days instants are counted in. */
  zone: string
  brandId: string | null
}

/** "rate" is in ppm, "count" a number, "money" minor units of the row's currency. */
export type FigureKind = 'money' | 'count'
export type GroupKind = 'text' | 'rate' | 'word'

export interface ReportShape {
  key: string
  /** What a row stands for, such as country and rate; with the currency they name it. */
  groups: readonly { key: string; kind: GroupKind }[]
  figures: readonly { key: string; kind: FigureKind }[]
  /** The figure that is shown where there is room for one; the last one without. */
  headline?: string
  /** Figures that are no sum over the rows: what waits at the end of a month waits at the beginning of the next. */
  balances?: readonly string[]
  /** A balance is asked for by its last day alone. */
  oneDay?: boolean
  /** Its rows are made of services instead of documents. */
  ofServices?: boolean
}

export interface ReportRow {
  currency: string
  groups: Readonly<Record<string, string>>
  figures: Readonly<Record<string, bigint>>
  documents: number
}

/** The part of one row that one document makes. */
export interface ReportDocument {
  id: string
  title: string
  client_id: string | null
  client: string | null
  figures: Readonly<Record<string, bigint>>
}

/** Which rows are opened: their currency and the values of their groups; a group without one is open to all. */
export interface Place {
  currency: string
  groups: Readonly<Partial<Record<string, string>>>
}

export const DOCUMENTS_SHOWN = 100

/** A table for the accountant. Each row opens into the documents whose figures add up to it. */
export interface Report extends ReportShape {
  rows(queries: Queries, query: ReportQuery): Promise<ReportRow[]>
  /** Newest first, after the id that was seen last; one more than are shown when there are more. */
  documents(
    queries: Queries,
    query: ReportQuery,
    at: { place: Place; after?: string | undefined; limit?: number },
  ): Promise<ReportDocument[]>
}

/** The condition of staff and of the brand that was asked for. */
export function ofQuery(
  { actor, brandId }: Pick<ReportQuery, 'actor' | 'brandId'>,
  table: string,
  column: Sql,
): Sql {
  const own = scoped(actor, { table, client: null })
  return brandId ? sql`${own} and ${column} = ${brandId}` : own
}
