import { Type } from '../../../sdk/index.ts'
import { sql, type Trx } from '../../db/index.ts'
import { maxDay, type Actor } from '../../kernel/index.ts'
import { applyTransition, defineVerb, findRow, type Means } from '../../records/index.ts'
import { NoInstalments } from '../errors.ts'
import type { InvoiceRow } from '../invoice.ts'
import { todayOf } from '../open-amount.ts'
import { lockInvoice } from '../settle-invoice.ts'
import { instalmentLifecycle } from './instalment-lifecycle.ts'
import type { InstalmentPlanRow } from './instalment-plan.ts'

/** Ends a plan by hand: the whole rest is owed from now, or from the due day of the document if that is still to come. */
export const endInstalments = defineVerb(
  {
    permission: 'instalment_plan.end',
    asks: ['instalment_plan.end:check'],
    audience: ['staff'],
    input: Type.Object({ invoice_id: Type.String(), reason: Type.String({ minLength: 1, maxLength: 500 }) }),
  },
  async (means: Means, { invoice_id, reason }, actor): Promise<InstalmentPlanRow> => {
    await findRow(means.db, actor, { table: 'invoices', what: 'invoice', id: invoice_id })
    return means.db.transaction(async (trx) => {
      const invoice = await lockInvoice(trx, invoice_id)
      const plan = await stopInstalments(means, trx, { invoice, name: 'end', reason }, actor)
      if (!plan) throw NoInstalments({ number: invoice.number ?? invoice.id })
      return plan
    })
  },
)

/** The whole rest of the document is owed from today, or from its due day; null when it has no plan that runs. */
export async function stopInstalments(
  means: Means,
  trx: Trx,
  { invoice, name, reason }: { invoice: InvoiceRow; name: 'end' | 'break'; reason: string },
  actor: Actor,
): Promise<InstalmentPlanRow | null> {
  if (invoice.owed_on === null) return null
  const row = await trx.get<InstalmentPlanRow>(
    sql`select * from instalment_plans where invoice_id = ${invoice.id} and status = 'active'`,
  )
  if (!row) return null
  const owedOn = maxDay(await todayOf(means, trx, invoice.brand_id), invoice.due_on)
  await trx.run(sql`update invoices set owed_on = ${owedOn} where id = ${invoice.id}`)
  const change = { set: { reason }, reason, body: { invoice_id: invoice.id, owed_on: owedOn } }
  return applyTransition(means, trx, { lifecycle: instalmentLifecycle, row, name, actor, change })
}
