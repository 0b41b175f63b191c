import { sql, type Queries, type Trx } from '../../db/index.ts'
import type { Actor } from '../../kernel/index.ts'
import { defineSetting, readSetting, type Means } from '../../records/index.ts'
import { Type } from '../../../sdk/index.ts'
import { lockCredit } from '../credit/credit-standing.ts'
import type { InvoiceRow } from '../invoice.ts'
import { oweAgain } from '../dunning/owe-again.ts'
import { account, postJournal, type Posting } from '../ledger.ts'
import { recoverLoss } from '../recover-loss.ts'
import { allocate, lockInvoice, openAmount, settleInvoice, todayOf } from '../settle-invoice.ts'
import { documentsOf } from './apply-payment.ts'
import type { DisputeRow } from './book-dispute.ts'
import { readExtra } from './book-extra.ts'
import type { PaymentRow } from './payment.ts'
import { documentShares, leftOf } from './document-shares.ts'

/** Whether a document is open again as soon as its payment is disputed. Off: only when the dispute is lost. */
export const disputeReopens = defineSetting({
  key: 'billing.dispute_reopens',
  schema: Type.Boolean(),
  preset: false,
  scopes: ['installation', 'brand'],
})

export interface Disputed {
  dispute: DisputeRow
  payment: PaymentRow
}

/**
 * What the bank took back the client owes again: the documents that the payment had paid, its surcharge last, are open,
 * each with its own due day, so dunning goes on where it would stand without the payment; a debit that came back is owed
 * from today, as one that never came. What the payment had brought
 * as credit is taken out of the credit, as far as that was paid in and is still there. Of a claim that was given up
 * meanwhile it is lost like the rest: nobody asks for it again. Once for each dispute.
 */
export async function claimAgain(
  means: Means,
  trx: Trx,
  { dispute, payment }: Disputed,
  actor: Actor,
): Promise<void> {
  if ((await claimed(trx, dispute.id)) > 0n) return
  const { currency, client_id: clientId } = payment
  const documents = await lockDocuments(trx, payment)
  const shares = await documentShares(trx, payment)
  let rest = dispute.amount_minor
  let ofLoss = 0n
  // What was refunded already is taken back last: that the bank takes besides is of the other documents.
  for (const spare of [true, false])
    for (const invoice of documents) {
      const share = shares.get(invoice.id)
      const most = spare ? leftOf(share) : rest
      const taken = await takeFrom(means, trx, { invoice, payment, most: most < rest ? most : rest })
      if (invoice.status === 'written_off') ofLoss += taken
      rest -= taken
    }
  const ofInvoice = dispute.amount_minor - rest - ofLoss
  const { paidMinor } = await lockCredit(trx, clientId, currency)
  const ofCredit = paidMinor < 0n ? 0n : paidMinor < rest ? paidMinor : rest
  await post(means, trx, { dispute, payment }, { kind: 'dispute_claimed', ofInvoice, ofLoss, ofCredit })
  for (const invoice of documents) {
    if (invoice.status === 'written_off') continue
    const open = await settleInvoice(means, trx, invoice, actor)
    if (payment.pending_since === null) continue
    const on = await todayOf(means, trx, payment.brand_id)
    await oweAgain(means, trx, { invoice: open, on, isRetried: false }, actor)
  }
}

/**
 * The money is back after all: it pays the document again, as far as that is open still or was given up, and is credit
 * beyond.
 */
export async function dropClaim(
  means: Means,
  trx: Trx,
  { dispute, payment }: Disputed,
  actor: Actor,
): Promise<void> {
  const back = await claimed(trx, dispute.id)
  if (back === 0n) return
  const documents = await lockDocuments(trx, payment)
  let rest = back
  let recovered = 0n
  for (const invoice of documents) {
    const isOpen = invoice.status === 'issued' || invoice.status === 'written_off'
    const open = isOpen ? await openAmount(trx, invoice) : 0n
    const amountMinor = open < rest ? open : rest
    if (amountMinor > 0n)
      await allocate(means, trx, invoice, { paymentId: payment.id, kind: 'dispute', amountMinor })
    if (invoice.status === 'written_off') recovered += amountMinor
    rest -= amountMinor
  }
  if (recovered > 0n)
    await recoverLoss(means, trx, { source: { ...payment, id: dispute.id }, amountMinor: recovered })
  const amounts = { kind: 'dispute_dropped', ofInvoice: rest - back, ofLoss: 0n, ofCredit: -rest }
  await post(means, trx, { dispute, payment }, amounts)
  for (const invoice of documents) await settleInvoice(means, trx, invoice, actor)
}

/** What the payment paid, in the order in which its money was applied: all locked in one order, as payments lock them. */
async function lockDocuments(trx: Trx, payment: PaymentRow): Promise<InvoiceRow[]> {
  const extra = await readExtra(trx, payment.id)
  const surcharge = extra?.kind === 'surcharge' && extra.document_id ? [extra.document_id] : []
  const ids = [...(await documentsOf(trx, payment)), ...surcharge]
  const locked = new Map<string, InvoiceRow>()
  for (const id of ids.toSorted()) locked.set(id, await lockInvoice(trx, id))
  return ids.map((id) => locked.get(id)!)
}

const HOLD_MONEY = ['issued', 'paid', 'written_off']

interface TakeBack {
  invoice: InvoiceRow
  payment: PaymentRow
  most: bigint
}

async function takeFrom(means: Means, trx: Trx, { invoice, payment, most }: TakeBack): Promise<bigint> {
  if (!HOLD_MONEY.includes(invoice.status)) return 0n
  const row = await trx.get<{ paid_minor: bigint | null }>(
    sql`select sum(amount_minor) as paid_minor from allocations where payment_id = ${payment.id} and invoice_id = ${invoice.id}`,
  )
  const paid = row?.paid_minor ?? 0n
  const taken = most < paid ? most : paid
  if (taken <= 0n) return 0n
  await allocate(means, trx, invoice, { paymentId: payment.id, kind: 'dispute', amountMinor: -taken })
  return taken
}

interface Amounts {
  kind: string
  ofInvoice: bigint
  /** Of claims that were given up. */
  ofLoss: bigint
  ofCredit: bigint
}

async function post(
  means: Means,
  trx: Trx,
  { dispute, payment }: Disputed,
  { kind, ofInvoice, ofLoss, ofCredit }: Amounts,
): Promise<void> {
  const { currency, client_id: clientId, brand_id: brandId } = payment
  if (ofInvoice === 0n && ofLoss === 0n && ofCredit === 0n) return
  const postings: Posting[] = [
    { account: account.receivable, currency, clientId, amountMinor: ofInvoice },
    { account: account.writeOffs, currency, clientId, amountMinor: ofLoss },
    { account: account.clientCredit, currency, clientId, amountMinor: ofCredit },
    { account: account.disputes, currency, amountMinor: -(ofInvoice + ofLoss + ofCredit) },
  ]
  const effectiveOn = await todayOf(means, trx, brandId)
  await postJournal(means, trx, { kind, sourceId: dispute.id, brandId, effectiveOn, postings })
}

/** What is claimed from the client because of a dispute, by the ledger. */
async function claimed(queries: Queries, disputeId: string): Promise<bigint> {
  const row = await queries.get<{ claimed_minor: bigint | null }>(sql`
    select -sum(p.amount_minor) as claimed_minor from journals j join postings p on p.journal_id = j.id
    where j.source_id = ${disputeId} and j.kind in ('dispute_claimed', 'dispute_dropped') and p.account = ${account.disputes}`)
  return row?.claimed_minor ?? 0n
}

/** What the bank has taken back of a payment, or is about to. */
export async function disputedOf(queries: Queries, paymentId: string): Promise<bigint> {
  const row = await queries.get<{ disputed_minor: bigint | null }>(sql`
    select sum(amount_minor) as disputed_minor from disputes where payment_id = ${paymentId} and status in ('open', 'lost')`)
  return row?.disputed_minor ?? 0n
}

export const reopensAtOnce = (queries: Queries, brandId: string): Promise<boolean> =>
  readSetting(queries, disputeReopens, { brand: brandId })
