import { sql, type Trx } from '../../db/index.ts'
import type { Actor } from '../../kernel/index.ts'
import { applyTransition, type Means } from '../../records/index.ts'
import { isOwedAgain } from '../dunning/owe-again.ts'
import type { InvoiceRow } from '../invoice.ts'
import { instalmentLifecycle } from './instalment-lifecycle.ts'
import type { InstalmentPlanRow, InstalmentRow } from './instalment-plan.ts'
import { tellPaidParts } from './tell-paid-parts.ts'

interface Followed {
  invoice: InvoiceRow
  /** What is still open of it. */
  openMinor: bigint
  /** What its events say. */
  body: object
}

/** After money has moved: the plan is kept, goes on, or waits for its next part. */
export async function followInstalments(
  means: Means,
  trx: Trx,
  { invoice, openMinor, body }: Followed,
  actor: Actor,
): Promise<InvoiceRow> {
  if (invoice.owed_on === null) return invoice
  const found = await trx.get<InstalmentPlanRow>(
    sql`select * from instalment_plans where invoice_id = ${invoice.id} and status in ('active', 'kept')`,
  )
  if (!found) return invoice
  const moved = {
    lifecycle: instalmentLifecycle,
    row: found,
    actor,
    change: { body: { invoice_id: invoice.id } },
  }
  const parts = await trx.all<InstalmentRow>(
    sql`select * from instalments where plan_id = ${found.id} order by position`,
  )
  const allocatedMinor = invoice.total_minor - openMinor
  const paid = { plan: found, parts, allocatedMinor, body: openMinor === 0n ? null : body }
  await tellPaidParts(means, trx, paid, actor)
  if (openMinor === 0n) {
    if (found.status === 'active') await applyTransition(means, trx, { ...moved, name: 'keep' })
    return invoice
  }
  if (found.status === 'kept') await applyTransition(means, trx, { ...moved, name: 'resume' })
  const next = parts.find((part) => part.through_minor > allocatedMinor)
  if (!next || next.due_on === invoice.owed_on) return invoice
  // Its days of grace began anew when the bank took a payment back, and part of the sum does not take them away.
  if (next.due_on < invoice.owed_on && (await isOwedAgain(trx, invoice))) return invoice
  await trx.run(sql`update invoices set owed_on = ${next.due_on} where id = ${invoice.id}`)
  return { ...invoice, owed_on: next.due_on }
}
