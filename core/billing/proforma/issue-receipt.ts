import { sql, type Trx } from '../../db/index.ts'
import { assert, type Actor } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import type { InvoiceRow } from '../invoice.ts'
import { loadBuyers, loadSeller } from '../parties.ts'
import type { PlannedInvoice } from '../plan-invoice.ts'
import { writeInvoices } from '../write-invoices.ts'

export interface Deposited {
  paymentId: string
  brandId: string
  clientId: string
  currency: string
  amountMinor: bigint
}

/**
 * The document of a deposit: it says what has come and bears no tax, because nobody knows yet what will be bought with
 * it. One for a payment, with a number of a series of its own; the ledger has the payment itself.
 */
export async function issueReceipt(
  means: Means,
  trx: Trx,
  of: Deposited,
  actor: Actor,
): Promise<InvoiceRow | null> {
  const known = await trx.get(sql`select payment_id from receipts where payment_id = ${of.paymentId}`)
  if (known) return null
  const from = await loadSeller(trx, of.brandId)
  const buyer = (await loadBuyers(trx, [of.clientId])).get(of.clientId)
  assert(buyer, `client ${of.clientId} exists`)
  const on = means.business.today(from.zone)
  const line = {
    ...{ sourceId: of.paymentId, kind: 'deposit' as const, description: 'Deposit of funds', quantity: 1 },
    ...{
      unitMinor: of.amountMinor,
      amountMinor: of.amountMinor,
      taxClass: 'none',
      periodStart: on,
      periodEnd: on,
    },
    ...{
      trace: { payment: of.paymentId },
      taxes: [],
      netMinor: of.amountMinor,
      taxMinor: 0n,
      partsMinor: [],
    },
  }
  const plan: PlannedInvoice = {
    draft: {
      ...{ kind: 'receipt', brandId: of.brandId, clientId: of.clientId, currency: of.currency },
      ...{ origin: 'deposit', originId: of.paymentId, dueOn: on, lines: [line] },
    },
    ...{ issuedOn: on, lines: [line], taxes: [], subtotalMinor: of.amountMinor, taxMinor: 0n },
    ...{ totalMinor: of.amountMinor, buyer, from },
  }
  const [receipt] = await writeInvoices(means, trx, [plan], actor)
  await trx.insert('receipts', [{ payment_id: of.paymentId, invoice_id: receipt!.id }])
  return receipt!
}
