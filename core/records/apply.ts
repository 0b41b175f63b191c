import { recordAudit } from '../audit/index.ts'
import { assigned, name, sql, type Row, type SqlValue, type Trx } from '../db/index.ts'
import { recordEvent, type NewEvent } from '../events/index.ts'
import { ChangedMeanwhile, IllegalTransition, type Actor, type Lifecycle } from '../kernel/index.ts'
import { demandCheck } from './hooks.ts'
import type { Means } from './means.ts'

export interface StatefulRow {
  id: string
  version: number
  brand_id?: string | null
  client_id?: string | null
}

export interface Change {
  /** Columns that change together with the state. */
  set?: Record<string, SqlValue>
  reason?: string
  /** Public body of the event; the noun's id and new state are always in it. */
  body?: NewEvent['body']
  /** Event name when it is not "noun.state", for instance "service.suspended". */
  event?: string
}

export interface MoveOf<S extends string, T extends string, R extends StatefulRow> {
  lifecycle: Lifecycle<S, T>
  row: R
  name: T
  actor: Actor
  change?: Change
  /**
   * Why no plugin is asked here about what elsewhere is a decision of ours: it has happened outside, or follows from an
   * act that was asked about.
   */
  unasked?: string
}

/**
 * The only writer of a state column. Updates where the state is still the old one, writes audit and event in the same
 * transaction. A second try finds no row and is refused.
 */
export async function applyTransition<S extends string, T extends string, R extends StatefulRow>(
  means: Means,
  trx: Trx,
  transition: MoveOf<S, T, R>,
): Promise<R> {
  const { lifecycle, row, actor, change = {} } = transition
  const state = (row as unknown as Row)[lifecycle.column] as S
  const rule = lifecycle.transitions[transition.name]
  if (!rule.from.includes(state)) {
    throw IllegalTransition({ noun: lifecycle.noun, id: row.id, state, transition: transition.name })
  }
  if (!rule.fact && !rule.follows && !transition.unasked)
    demandCheck(means, trx, actor, {
      noun: lifecycle.noun,
      transition: transition.name,
      from: state,
      to: rule.to,
      row,
      reason: change.reason ?? null,
    })
  const set = { ...change.set, [lifecycle.column]: rule.to }
  await updateVersioned(means, trx, {
    table: tableOf(lifecycle.noun),
    what: lifecycle.noun,
    row,
    set,
    state: { column: lifecycle.column, value: state },
  })
  const scope = { subject: row.id, brandId: row.brand_id ?? null, clientId: row.client_id ?? null }
  const before = { [lifecycle.column]: state, ...pick(row as unknown as Row, Object.keys(change.set ?? {})) }
  await recordAudit(means, trx, actor, [
    {
      ...scope,
      action: `${lifecycle.noun}.${transition.name}`,
      before,
      after: set,
      reason: change.reason ?? null,
    },
  ])
  const type = change.event ?? rule.event ?? `${lifecycle.noun}.${rule.to}`
  await recordEvent(means, trx, actor, {
    ...scope,
    type,
    body: { id: row.id, [lifecycle.column]: rule.to, ...change.body },
  })
  return { ...row, ...set, version: row.version + 1 }
}

export interface VersionedUpdate {
  table: string
  what: string
  row: { id: string; version: number }
  set: Record<string, SqlValue>
  state?: { column: string; value: string }
}

/** Writes columns when the row still has the version that was read; otherwise ChangedMeanwhile (409). */
export async function updateVersioned(
  means: Pick<Means, 'business'>,
  trx: Trx,
  update: VersionedUpdate,
): Promise<void> {
  const set = assigned({ ...update.set, updated_at: means.business.now() })
  // In an expression, so that no engine goes by an index of states: while the statistics of a new shop say that nothing
  // has this state, PostgreSQL takes that to be as good as the key, and reads every row that has it.
  const state = update.state ? sql`and ${name(update.state.column)} || '' = ${update.state.value}` : sql``
  const { id, version } = update.row
  const changed = await trx.run(
    sql`update ${name(update.table)} set ${set}, version = version + 1 where id = ${id} and version = ${version} ${state}`,
  )
  if (changed === 0) throw ChangedMeanwhile({ what: update.what, id })
}

const PLURALS: Record<string, string> = {
  delivery: 'deliveries',
  discrepancy: 'discrepancies',
  staff: 'staff',
}
/** The table of a noun: "invoice" stands in "invoices". */
export const tableOf = (noun: string): string => PLURALS[noun] ?? `${noun}s`

function pick(row: Row, columns: readonly string[]): Row {
  return Object.fromEntries(columns.map((column) => [column, row[column] ?? null]))
}
