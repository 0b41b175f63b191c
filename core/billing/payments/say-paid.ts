import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { forUpdate, sql, type Queries, type Sql } from '../../db/index.ts'
import { defineVerb, findRow, updateVersioned, type Means } from '../../records/index.ts'
import type { InvoiceRow } from '../invoice.ts'
import { NoTransferAwaited } from './errors.ts'
import type { PaymentRow } from './payment.ts'
import { paymentsFor } from './under-way.ts'

/**
 * Of payments "p": the client says that the money of a transfer was sent, and its document is still open. An attempt whose
 * time is over counts as well, since its money may come late.
 */
export const saidPaid: Sql = sql`(p.said_paid_at is not null
  and (p.status = 'needs_client' or (p.status = 'cancelled' and p.invoice_id is not null))
  and (p.invoice_id is null or exists (select 1 from invoices d where d.id = p.invoice_id and d.status = 'issued')))`

/**
 * A client says that the transfer for a document was made: the attempt that waits for it is marked for staff to check. No
 * state moves and nothing is booked or put off by it. Said again it changes nothing.
 */
export const sayPaid = defineVerb(
  {
    permission: 'payment.say_paid',
    asksNobody: 'it is a word of the client, by which no money and no state moves',
    audience: ['client'],
    input: Type.Object({ invoice_id: Type.String() }),
  },
  async (means: Means, { invoice_id }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const invoice = await findRow<InvoiceRow>(trx, actor, {
        ...{ table: 'invoices', what: 'invoice', id: invoice_id },
        scope: { right: 'payment.say_paid' },
      })
      const row = await awaitedTransfer(trx, invoice.id, forUpdate(trx.dialect))
      if (!row) throw NoTransferAwaited({ number: invoice.number ?? invoice.id })
      if (row.said_paid_at !== null) return
      const set = { said_paid_at: means.business.now() }
      await updateVersioned(means, trx, { table: 'payments', what: 'payment', row, set })
      const scope = { subject: row.id, brandId: row.brand_id, clientId: row.client_id }
      await recordAudit(means, trx, actor, [
        { ...scope, action: 'payment.say_paid', before: { said_paid_at: null }, after: set },
      ])
    }),
)

/** The newest attempt for a document that waits for a transfer by its instructions; null when none does. */
export async function awaitedTransfer(
  queries: Queries,
  invoiceId: string,
  lock: Sql = sql``,
): Promise<PaymentRow | null> {
  const rows = await queries.all<PaymentRow>(sql`
    select p.* from payments p where ${paymentsFor(sql`${invoiceId}`)} and p.status = 'needs_client' order by p.id desc ${lock}`)
  return rows.find(({ needs }) => hasInstructions(needs)) ?? null
}

function hasInstructions(needs: string | null): boolean {
  const { instructions = [] } = JSON.parse(needs ?? '{}') as { instructions?: unknown[] }
  return instructions.length > 0
}
