import { Type } from '../../sdk/index.ts'
import type { Trx } from '../db/index.ts'
import { applyTransition, defineVerb, findRow, type Means } from '../records/index.ts'
import { StillProforma } from './errors.ts'
import { stopInstalments } from './instalments/end-instalments.ts'
import type { InvoiceRow } from './invoice.ts'
import { invoiceLifecycle } from './invoice-lifecycle.ts'
import { account, postJournal } from './ledger.ts'
import { lockInvoice, openAmount, todayOf } from './settle-invoice.ts'

/**
 * Gives a claim up: the document stays, what is open of it is a loss. Money that comes after all is booked on it and
 * takes as much of the loss back; charged back, it is owed again and can be given up again.
 */
export const writeOffInvoice = defineVerb(
  {
    permission: 'invoice.write_off',
    asks: ['invoice.write_off:check', 'instalment_plan.end:check'],
    audience: ['staff'],
    input: Type.Object({ invoice_id: Type.String(), reason: Type.String({ minLength: 1, maxLength: 500 }) }),
  },
  async (means: Means, { invoice_id, reason }, actor): Promise<InvoiceRow> => {
    await findRow(means.db, actor, { table: 'invoices', what: 'invoice', id: invoice_id })
    return means.db.transaction(async (trx) => {
      const invoice = await lockInvoice(trx, invoice_id)
      if (invoice.proforma === 1) throw StillProforma({ number: invoice.number ?? invoice.id })
      const amountMinor = await openAmount(trx, invoice)
      await stopInstalments(means, trx, { invoice, name: 'end', reason }, actor)
      const { currency, client_id: clientId, brand_id: brandId } = invoice
      const change = {
        reason,
        body: { number: invoice.number, amount: { minor: amountMinor.toString(), currency } },
      }
      const transition = {
        lifecycle: invoiceLifecycle,
        row: invoice,
        name: 'write_off' as const,
        actor,
        change,
      }
      const written = await applyTransition(means, trx, transition)
      const id = await noteWriteOff(means, trx, invoice, amountMinor)
      await postJournal(means, trx, {
        kind: 'invoice_written_off',
        sourceId: id,
        brandId,
        effectiveOn: await todayOf(means, trx, brandId),
        postings: [
          { account: account.writeOffs, currency, clientId, amountMinor },
          { account: account.receivable, currency, clientId, amountMinor: -amountMinor },
        ],
      })
      return written
    })
  },
)

/** A claim may be paid after all, be charged back and be given up again: each time is one of its own. */
async function noteWriteOff(
  means: Means,
  trx: Trx,
  invoice: InvoiceRow,
  amountMinor: bigint,
): Promise<string> {
  const id = means.newId('wof')
  await trx.insert('write_offs', [
    {
      ...{ id, invoice_id: invoice.id, brand_id: invoice.brand_id, client_id: invoice.client_id },
      ...{ currency: invoice.currency, amount_minor: amountMinor },
      ...{ created_at: means.business.now(), recovered_at: null },
    },
  ])
  return id
}
