import { sql, type Trx } from '../../db/index.ts'
import { recordEvent } from '../../events/index.ts'
import type { Actor } from '../../kernel/index.ts'
import { applyTransition, type Means } from '../../records/index.ts'
import type { InvoiceRow } from '../invoice.ts'
import { instalmentLifecycle } from './instalment-lifecycle.ts'
import type { InstalmentPlanRow, InstalmentRow } from './instalment-plan.ts'

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
  if (openMinor === 0n) {
    if (found.status === 'active') await applyTransition(means, trx, { ...moved, name: 'keep' })
    return invoice
  }
  if (found.status === 'kept') await applyTransition(means, trx, { ...moved, name: 'resume' })
  const next = await trx.get<InstalmentRow>(sql`
    select * from instalments where plan_id = ${found.id} and through_minor > ${invoice.total_minor - openMinor} order by position limit 1`)
  if (!next || next.due_on === invoice.owed_on) return invoice
  await trx.run(sql`update invoices set owed_on = ${next.due_on} where id = ${invoice.id}`)
  if (next.due_on > invoice.owed_on)
    await recordEvent(means, trx, actor, {
      ...{ subject: found.id, brandId: found.brand_id, clientId: found.client_id },
      type: 'instalment_plan.part_paid',
      body: { ...body, id: found.id, invoice_id: invoice.id, paid: next.position - 1 },
    })
  return { ...invoice, owed_on: next.due_on }
}
