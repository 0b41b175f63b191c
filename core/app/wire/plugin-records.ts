import { name, sql, type Queries } from '../../db/index.ts'
import type { FindRecord } from '../../plugins/index.ts'

/** Records beside which plugins may keep something, by what their ids begin with. Migration 0037 forgets it with them. */
const RECORDS: ReadonlyMap<string, { noun: string; table: string; client: string | null }> = new Map(
  Object.entries({
    cli: { noun: 'client', table: 'clients', client: 'id' },
    svc: { noun: 'service', table: 'services', client: 'client_id' },
    ord: { noun: 'order', table: 'orders', client: 'client_id' },
    inv: { noun: 'invoice', table: 'invoices', client: 'client_id' },
    pay: { noun: 'payment', table: 'payments', client: 'client_id' },
    prd: { noun: 'product', table: 'products', client: null },
  }),
)

export function recordFinder(queries: Queries): FindRecord {
  return async (id) => {
    const record = RECORDS.get(id.slice(0, id.indexOf('_')))
    if (!record) return null
    const owner = record.client === null ? sql`null` : sql`${name(record.client)}`
    const row = await queries.get<{ client: string | null; brand_id: string }>(
      sql`select ${owner} as client, brand_id from ${name(record.table)} where id = ${id}`,
    )
    return row ? { noun: record.noun, clientId: row.client, brandId: row.brand_id } : null
  }
}
