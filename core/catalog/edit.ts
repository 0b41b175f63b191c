import { recordAudit } from '../audit/index.ts'
import { violatedUnique, type Row, type SqlValue, type Trx } from '../db/index.ts'
import { ChangedMeanwhile, invalidInput, type Actor } from '../kernel/index.ts'
import { updateVersioned, type Means } from '../records/index.ts'

/** Given fields as columns (booleans are flags, lists and objects JSON). Absent fields are left out. */
export function toColumns(fields: Readonly<Record<string, unknown>>): Record<string, SqlValue> {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given.map(([column, value]) => [column, stored(value)]))
}

/** The columns that a preset names, filled from the fields where they are given. Nothing else is taken over. */
export function filledColumns(
  preset: Readonly<Record<string, unknown>>,
  fields: object,
): Record<string, SqlValue> {
  const given = fields as Readonly<Record<string, unknown>>
  const columns = Object.entries(preset).map(([column, value]) => [column, stored(given[column] ?? value)])
  return Object.fromEntries(columns) as Record<string, SqlValue>
}

function stored(value: unknown): SqlValue {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value !== null && typeof value === 'object') return JSON.stringify(value)
  return value as SqlValue
}

export interface CatalogRecord {
  table: string
  /** "option_value": the noun of permission, audit action and errors. */
  what: string
  brandId: string
}

export interface NewRecord extends CatalogRecord {
  id: string
  columns: Record<string, SqlValue>
}

/** Inserts a record of the catalogue with its audit row. */
export async function addRecord(means: Means, trx: Trx, record: NewRecord, actor: Actor): Promise<void> {
  const now = means.business.now()
  const { table, what, id, columns, brandId } = record
  await refuseTaken(() =>
    trx.insert(table, [{ id, ...columns, version: 1, created_at: now, updated_at: now }]),
  )
  await recordAudit(means, trx, actor, [{ action: `${what}.create`, subject: id, brandId, after: columns }])
}

export interface RecordChange extends CatalogRecord {
  row: { id: string; version: number }
  /** The version that the form was drawn from, when it says so. */
  version?: number | undefined
  columns: Record<string, SqlValue>
  /** Audit action when it is not "change". */
  act?: string
}

/** Writes the columns that differ, with their audit row. False when nothing differs. */
export async function changeRecord(
  means: Means,
  trx: Trx,
  change: RecordChange,
  actor: Actor,
): Promise<boolean> {
  const { table, what, row, brandId, act = 'change' } = change
  if (change.version !== undefined && change.version !== row.version)
    throw ChangedMeanwhile({ what, id: row.id })
  const before = row as unknown as Row
  const set = Object.fromEntries(
    Object.entries(change.columns).filter(([column, value]) => before[column] !== value),
  )
  if (Object.keys(set).length === 0) return false
  await refuseTaken(() => updateVersioned(means, trx, { table, what, row, set }))
  const old = Object.fromEntries(Object.keys(set).map((column) => [column, before[column]]))
  await recordAudit(means, trx, actor, [
    { action: `${what}.${act}`, subject: row.id, brandId, before: old, after: set },
  ])
  return true
}

/** The names that are unique inside a brand or product, so that a form can mark the field. */
const UNIQUE_FIELDS: Record<string, string> = {
  uq_product_groups_slug: 'slug',
  uq_products_slug: 'slug',
  uq_options_key: 'key',
  uq_option_values_key: 'key',
  uq_order_fields_key: 'key',
  uq_coupons_code: 'code',
  uq_price_lists_name: 'name',
}

async function refuseTaken(write: () => Promise<void>): Promise<void> {
  try {
    await write()
  } catch (error) {
    const field = fieldOf(violatedUnique(error))
    throw field ? invalidInput({ [field]: 'is taken; choose another' }) : error
  }
}

/** PostgreSQL names the constraint, SQLite the columns, of which the last one is the field. */
function fieldOf(violated: string | null): string | undefined {
  if (!violated) return undefined
  const column = violated.split('.').at(-1) ?? ''
  return (
    UNIQUE_FIELDS[violated] ??
    (/^(slug|code|name|\w+_key)$/.test(column) ? column.replace(/^\w+_key$/, 'key') : undefined)
  )
}
