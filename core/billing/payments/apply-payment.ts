import { sql, type Queries, type Trx } from '../../db/index.ts'
import type { Actor } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import type { InvoiceRow } from '../invoice.ts'
import { takesMoney } from '../proforma/index.ts'
import { applyCredit } from '../credit/apply-credit.ts'
import { recoverLoss } from '../recover-loss.ts'
import { allocate, lockInvoice, openAmount } from '../settle-invoice.ts'
import type { PaymentRow } from './payment.ts'

/** The documents that a payment is for, in the order in which its money is applied. */
export async function documentsOf(
  queries: Queries,
  payment: Pick<PaymentRow, 'id' | 'invoice_id'>,
): Promise<string[]> {
  return (await sharesOf(queries, payment)).map(({ id }) => id)
}

/** Null for a payment of one document: all of its money is for that. */
async function sharesOf(
  queries: Queries,
  payment: Pick<PaymentRow, 'id' | 'invoice_id'>,
): Promise<{ id: string; askedMinor: bigint | null }[]> {
  if (payment.invoice_id) return [{ id: payment.invoice_id, askedMinor: null }]
  const rows = await queries.all<{ invoice_id: string; amount_minor: bigint }>(
    sql`select invoice_id, amount_minor from payment_documents where payment_id = ${payment.id} order by position`,
  )
  return rows.map((row) => ({ id: row.invoice_id, askedMinor: row.amount_minor }))
}

export interface Applied {
  appliedMinor: bigint
  documents: readonly AppliedTo[]
}

interface AppliedTo {
  id: string
  appliedMinor: bigint
  /** The document and what it has open now; absent where more than this money has changed it. */
  left?: { invoice: InvoiceRow; openMinor: bigint }
}

/**
 * Applies money to the documents that it is for, as far as it reaches: first what was asked for of each, then what is
 * open. One that was paid or declared void meanwhile takes nothing, and what is left is the client's credit.
 */
export async function applyPayment(
  means: Means,
  trx: Trx,
  { payment, amountMinor }: { payment: PaymentRow; amountMinor: bigint },
  actor: Actor,
): Promise<Applied> {
  const shares = await sharesOf(trx, payment)
  const invoiceIds = shares.map(({ id }) => id)
  // Always in one order, so that two payments for the same documents wait for each other and do not block.
  const locked = new Map<string, InvoiceRow>()
  for (const id of invoiceIds.toSorted()) locked.set(id, await lockInvoice(trx, id))
  let rest = amountMinor
  let recovered = 0n
  const documents = new Map<string, AppliedTo>()
  const apply = async (found: InvoiceRow, most: bigint) => {
    const money = { invoice: found, payment, rest: rest < most ? rest : most }
    const applied = await applyTo(means, trx, money, actor)
    const before = documents.get(found.id)?.appliedMinor ?? 0n
    documents.set(found.id, { ...applied, appliedMinor: before + applied.appliedMinor })
    if (found.status === 'written_off') recovered += applied.appliedMinor
    rest -= applied.appliedMinor
  }
  for (const { id, askedMinor } of shares) await apply(locked.get(id)!, askedMinor ?? rest)
  // What nobody was asked for pays the next parts of plans.
  if (rest > 0n)
    for (const { id, askedMinor } of shares)
      if (askedMinor !== null) await apply(await lockInvoice(trx, id), rest)
  if (recovered > 0n) await recoverLoss(means, trx, { source: payment, amountMinor: recovered })
  return { appliedMinor: amountMinor - rest, documents: [...documents.values()] }
}

async function applyTo(
  means: Means,
  trx: Trx,
  { invoice: found, payment, rest }: { invoice: InvoiceRow; payment: PaymentRow; rest: bigint },
  actor: Actor,
): Promise<AppliedTo> {
  const { id } = found
  if (found.status !== 'issued' && found.status !== 'written_off') return { id, appliedMinor: 0n }
  const invoice = await takesMoney(means, trx, { invoice: found, amountMinor: rest }, actor)
  if (!invoice) return { id, appliedMinor: 0n }
  const open = await openAmount(trx, invoice)
  const appliedMinor = rest < open ? rest : open
  if (appliedMinor > 0n)
    await allocate(means, trx, invoice, { paymentId: payment.id, kind: 'payment', amountMinor: appliedMinor })
  if (found.proforma === 0 || appliedMinor === open)
    return { id, appliedMinor, left: { invoice, openMinor: open - appliedMinor } }
  // The credit that helped to cover a proforma is used for it, not for the next document.
  await applyCredit(means, trx, invoice, actor)
  return { id, appliedMinor }
}
