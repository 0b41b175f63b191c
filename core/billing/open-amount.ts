import { sql, type Trx } from '../db/index.ts'
import { assert } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'
import { allocatedTo, type InvoiceRow } from './invoice.ts'

/** What is still to be paid of an issued document, read under the lock of its row. */
export async function openAmount(trx: Trx, invoice: InvoiceRow): Promise<bigint> {
  return invoice.total_minor - ((await allocatedTo(trx, [invoice.id])).get(invoice.id) ?? 0n)
}

/** The billing day of a brand. */
export const todayOf = async (means: Pick<Means, 'business'>, trx: Pick<Trx, 'get'>, brandId: string) =>
  means.business.today(await zoneOf(trx, brandId))

export async function zoneOf(trx: Pick<Trx, 'get'>, brandId: string): Promise<string> {
  const brand = await trx.get<{ zone: string }>(sql`select zone from brands where id = ${brandId}`)
  assert(brand, `brand ${brandId} exists`)
  return brand.zone
}
