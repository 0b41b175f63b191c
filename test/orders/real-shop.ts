import { orderDeps } from '../../core/app/wire/orders-area.ts'
import { serviceSource } from '../../core/services/index.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import type { Means } from '../../core/records/index.ts'
import { makeShop } from './support.ts'

/** As makeShop, with billing and services as the installation wires them. */
export async function makeRealShop(means: Means) {
  return { ...(await makeShop(means)), deps: orderDeps(means) }
}

/** Kind, label and amount of what an order's invoice says. */
export async function invoiceLines(means: Means, invoiceId: string): Promise<[string, string, bigint][]> {
  const rows = await means.db.all<{ kind: string; description: string; amount_minor: bigint }>(
    sql`select kind, description, amount_minor from invoice_lines where invoice_id = ${invoiceId} order by position`,
  )
  return rows.map((row) => [row.kind, row.description, row.amount_minor])
}

/** What the billing run would charge a client's services until a day; charged, so that the next call goes on. */
export async function chargeUntil(
  means: Means,
  clientId: string,
  untilOn: string,
): Promise<[string, string, bigint][]> {
  await means.db.run(sql`update services set billing_status = 'active' where billing_status = 'pending'`)
  const items = await serviceSource.dueItems(means.db, { untilOn: isoDate(untilOn), clientIds: [clientId] })
  await means.db.transaction((trx) => serviceSource.advance(trx, items))
  return items.flatMap((item) =>
    item.lines.map((line): [string, string, bigint] => [line.kind, line.periodStart!, line.amountMinor]),
  )
}
