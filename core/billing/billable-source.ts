import type { Queries, Sql, Trx } from '../db/index.ts'
import type { IsoDate } from '../kernel/index.ts'
import type { SettingColumns } from '../records/index.ts'
import type { DraftLine } from './draft.ts'

/** Something of a client that falls due: one or more periods of a service, with everything that belongs to it. */
export interface DueItem {
  sourceId: string
  clientId: string
  brandId: string
  currency: string
  /** Day on which the period begins, so when it is to be paid. */
  dueOn: IsoDate
  lines: readonly DraftLine[]
  /** Days ahead of its periods on which it is invoiced, where they differ. */
  lead?: number
  /** Charged after it was used: to be paid from `dueOn` on, whatever the time that it was used in. */
  inArrears?: boolean
  /** Whether everything of a calendar month goes on one document. */
  monthly?: boolean
  /** What the source needs to step on; handed back to `advance` unchanged. */
  step: unknown
  /** Goes on the first document that its client gets, and waits while there is none. */
  joins?: boolean
  /** Has waited long enough: it is invoiced whatever the sum. */
  forced?: boolean
  /** A document of its own. */
  apart?: { key: string; notes: string | null }
  /** Why this item cannot be billed; its client is parked. */
  problem?: string
}

/** Where a row has the ids of its scopes and, when it has one, its cycle. */
export type DueColumns = SettingColumns & { cycle?: Sql }

/** What is asked for: periods that begin up to and including a day, of some brands or all. */
export interface DueWindow {
  /** The day of the run, or the last one of a preview: by which day what is charged afterwards falls due. */
  on?: IsoDate
  /** The latest day for anyone. */
  untilOn: IsoDate
  /** Where days differ by scope: the day of a row with these columns, as SQL. */
  untilOf?: (columns: DueColumns) => Sql
  /** The lead days of a row as text, and the condition that it is invoiced by the month: what a preview asks besides. */
  leadOf?: (columns: DueColumns) => Sql
  monthlyOf?: (columns: DueColumns) => Sql
  brandIds?: readonly string[] | null
  /** Every period until the day, not only those that one run takes: for a preview. */
  everyPeriod?: boolean
  /** Periods of items that the run of the day has charged already, when the day is run again. */
  taken?: ReadonlyMap<string, number>
}

/** Periods of an item on one day. More at once would surprise the client; the rest comes with the next day's run. */
const PERIODS_MAX = 3

/** On which day, counted from that of the window, the nth further period of an item is taken. */
export const dayOfPeriod = (taken: DueWindow['taken'], id: string, nth: number): number =>
  Math.floor((nth + (taken?.get(id) ?? 0)) / PERIODS_MAX)

/** How many further periods of an item may be taken. */
export const periodsLeft = ({ everyPeriod, taken }: DueWindow, id: string): number =>
  everyPeriod ? Number.POSITIVE_INFINITY : PERIODS_MAX - (taken?.get(id) ?? 0)

/** The port by which billing asks for what falls due, without knowing services, domains or usage. */
export interface BillableSource {
  readonly name: string
  /** It may give items to clients that it does not name: they join what other sources bring. */
  readonly joins?: true
  /** Statements of one column `client_id`: who has anything due by the day. They are put into one. */
  dueClients(window: DueWindow): Sql[]
  /** All that falls due for these clients up to and including the day: at most three periods an item. */
  dueItems(queries: Queries, query: DueWindow & { clientIds: readonly string[] }): Promise<DueItem[]>
  /** Moves the items on by their periods, in the transaction that writes their charges. */
  advance(trx: Trx, items: readonly DueItem[]): Promise<void>
}
