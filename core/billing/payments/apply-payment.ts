import { sql, type Queries, type Trx } from '../../db/index.ts'
import type { Actor } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import type { InvoiceRow } from '../invoice.ts'
import { account, postJournal } from '../ledger.ts'
import { takesMoney } from '../proforma/index.ts'
import { applyCredit } from '../credit/apply-credit.ts'
import { allocate, lockInvoice, openAmount, todayOf } from '../settle-invoice.ts'
import type { PaymentRow } from './payment.ts'

/** The documents that a payment is for, in the order in which its money is applied. */
export async function documentsOf(
  queries: Queries,
  payment: Pick<PaymentRow, 'id' | 'invoice_id'>,
): Promise<string[]> {
  if (payment.invoice_id) return [payment.invoice_id]
  const rows = await queries.all<{ invoice_id: string }>(
    sql`select invoice_id from payment_documents where payment_id = ${payment.id} order by position`,
  )
  return rows.map((row) => row.invoice_id)
}

/**
 * Applies money to the documents that it is for, as far as it reaches and as much as each has open now: one that was
 * paid or declared void meanwhile takes nothing, and what is left is the client's credit.
 */
export async function applyPayment(
  means: Means,
  trx: Trx,
  { payment, amountMinor }: { payment: PaymentRow; amountMinor: bigint },
  actor: Actor,
): Promise<{ appliedMinor: bigint; invoiceIds: readonly string[] }> {
  const invoiceIds = await documentsOf(trx, payment)
  // Always in one order, so that two payments for the same documents wait for each other and do not block.
  const locked = new Map<string, InvoiceRow>()
  for (const id of invoiceIds.toSorted()) locked.set(id, await lockInvoice(trx, id))
  let rest = amountMinor
  let recovered = 0n
  for (const id of invoiceIds) {
    const found = locked.get(id)!
    const applied = await applyTo(means, trx, { invoice: found, payment, rest }, actor)
    if (found.status === 'written_off') recovered += applied
    rest -= applied
  }
  if (recovered > 0n) await recover(means, trx, payment, recovered)
  return { appliedMinor: amountMinor - rest, invoiceIds }
}

async function applyTo(
  means: Means,
  trx: Trx,
  { invoice: found, payment, rest }: { invoice: InvoiceRow; payment: PaymentRow; rest: bigint },
  actor: Actor,
): Promise<bigint> {
  if (found.status !== 'issued' && found.status !== 'written_off') return 0n
  const invoice = await takesMoney(means, trx, { invoice: found, amountMinor: rest }, actor)
  if (!invoice) return 0n
  const open = await openAmount(trx, invoice)
  const amountMinor = rest < open ? rest : open
  if (amountMinor > 0n)
    await allocate(means, trx, invoice, { paymentId: payment.id, kind: 'payment', amountMinor })
  // The credit that helped to cover a proforma is used for it, not for the next document.
  if (found.proforma === 1 && amountMinor < open) await applyCredit(means, trx, invoice, actor)
  return amountMinor
}

/** A claim that was given up is paid after all: as much of the loss is none. */
async function recover(means: Means, trx: Trx, payment: PaymentRow, amountMinor: bigint): Promise<void> {
  const { currency, client_id: clientId, brand_id: brandId } = payment
  await postJournal(means, trx, {
    kind: 'write_off_recovered',
    sourceId: payment.id,
    brandId,
    effectiveOn: await todayOf(means, trx, brandId),
    postings: [
      { account: account.receivable, currency, clientId, amountMinor },
      { account: account.writeOffs, currency, clientId, amountMinor: -amountMinor },
    ],
  })
}
