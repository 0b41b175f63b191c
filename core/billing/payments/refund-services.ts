import { forUpdate, list, sql, type Queries, type Trx } from '../../db/index.ts'
import type { Actor } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import { clientCredit, lockCredit } from '../credit/credit-standing.ts'
import { creditableByHand, creditableByHandOf, type CreditableLine } from '../creditable.ts'
import { creditLines, partiesOf, takenOf } from '../credit-invoice.ts'
import { allocatedTo, type InvoiceRow } from '../invoice.ts'
import { planCreditNote, type LineCredit } from '../plan-credit-note.ts'
import { lockInvoice } from '../settle-invoice.ts'
import { takeBackInvoice } from '../take-back-invoice.ts'
import { readExtra } from './book-extra.ts'
import { beyond, paymentsOf, refundInvoice, type GivenBack } from './refund-invoice.ts'
import { planSending, sendableOf } from './plan-sending.ts'
import { refundNote } from './refund-note.ts'

export interface ServicesRefund {
  /** Services of one client of which nothing was delivered. */
  serviceIds: readonly string[]
  to: 'source' | 'credit'
  reason: string
  /** Of the act that gives it back: the same act refunds once. */
  once: string
}

/** What a refund of services would move, in minor units, taxes included. */
export interface ServicesRefundPlan {
  currency: string
  /** Asked for and not paid: falls away. */
  openMinor: bigint
  /** Paid, and comes back. */
  paidMinor: bigint
  /** What gateways can send back to where it came from; what they cannot send of it can only become credit. */
  sendableMinor: bigint
  /** Of that was paid too much, and is the client's credit now. */
  surplusMinor: bigint
}

/** What would come back of all that was charged for these services; null when nothing was. */
export async function planServicesRefund(
  means: Pick<Means, 'business'>,
  queries: Queries,
  serviceIds: readonly string[],
): Promise<ServicesRefundPlan | null> {
  const charged = await chargedFor(queries, serviceIds)
  const [first] = charged
  if (!first) return null
  const { client_id: clientId, currency } = first.invoice
  const parties = await partiesOf(means, queries, first.invoice)
  const { paidMinor: before } = await clientCredit(queries, clientId, currency)
  const sum = { currency, openMinor: 0n, paidMinor: 0n, sendableMinor: 0n, surplusMinor: 0n }
  for (const one of charged) {
    const heldMinor = before + sum.paidMinor - sum.sendableMinor
    const part = await planOne(queries, { ...one, ...parties, heldMinor })
    sum.openMinor += part.openMinor
    sum.paidMinor += part.paidMinor
    sum.sendableMinor += part.sendableMinor
    sum.surplusMinor += part.surplusMinor
  }
  return sum
}

/** What was charged for services of one client and is not given back, by document: four statements, however many. */
async function chargedFor(
  queries: Queries,
  serviceIds: readonly string[],
): Promise<(Charged & { invoice: ChargedDocument })[]> {
  const documents = await documentsOf(queries, serviceIds)
  const [first] = documents
  if (!first) return []
  const ids = documents.map(({ id }) => id)
  const known = await creditableByHandOf(queries, { clientId: first.client_id, ids })
  return documents.flatMap((invoice) => {
    const of = { paidMinor: invoice.paid_minor, serviceIds, known: known.get(invoice.id) ?? [] }
    const one = chargedOn({ invoice, ...of })
    return one ? [{ ...one, invoice }] : []
  })
}

/**
 * Takes back all that was charged for services and that nobody gave back yet. What is open falls away; what was paid
 * goes back, or stays with the client as credit. A document that asks for nothing else goes as a whole, its surcharge too.
 */
export async function refundServices(
  means: Means,
  trx: Trx,
  wish: ServicesRefund,
  actor: Actor,
): Promise<GivenBack> {
  const sum: GivenBack = { sentMinor: 0n, creditMinor: 0n }
  for (const { id } of await documentsOf(trx, wish.serviceIds)) {
    // Payments before their document, as a refund of a payment keeps them.
    await paymentsOf(trx, id, forUpdate(trx.dialect))
    const invoice = await lockInvoice(trx, id)
    const paidMinor = (await allocatedTo(trx, [id])).get(id) ?? 0n
    const known = await creditableByHand(trx, invoice)
    const one = chargedOn({ invoice, paidMinor, known, serviceIds: wish.serviceIds })
    if (!one) continue
    const back = await refundOne(means, trx, { ...wish, ...one }, actor)
    sum.sentMinor += back.sentMinor
    sum.creditMinor += back.creditMinor
  }
  return sum
}

interface Charged {
  invoice: InvoiceRow
  credits: LineCredit[]
  /** Nothing else is on the document, credit notes apart: it may go as it stands. */
  isWhole: boolean
  /** What is not paid of it. */
  unpaidMinor: bigint
  isUnpaid: boolean
}

interface ChargedDocument extends InvoiceRow {
  /** What payments and credit have brought it. */
  paid_minor: bigint
  /** What credit notes took of it before cash rounding, above zero. */
  taken_minor: bigint
}

function documentsOf(queries: Queries, serviceIds: readonly string[]): Promise<ChargedDocument[]> {
  return queries.all<ChargedDocument>(sql`
    select i.*, coalesce((select sum(a.amount_minor) from allocations a where a.invoice_id = i.id), 0) as paid_minor,
      coalesce((select -sum(n.subtotal_minor + n.tax_minor) from invoices n
        where n.corrects_id = i.id and n.kind = 'credit_note'), 0) as taken_minor
    from invoices i where i.kind = 'invoice' and i.status in ('issued', 'paid', 'written_off')
      and i.id in (select l.invoice_id from invoice_lines l where l.source_id in (${list(serviceIds)})) order by i.id`)
}

interface OfDocument {
  invoice: InvoiceRow
  paidMinor: bigint
  serviceIds: readonly string[]
  known: readonly CreditableLine[]
}

/** Pure: what is left of the lines of services on a document; null when that is nothing to give back. */
function chargedOn({ invoice, paidMinor, serviceIds, known }: OfDocument): Charged | null {
  const left = known.filter(({ leftMinor }) => leftMinor !== 0n)
  // What a change gave back is taken off the line that it was given of.
  const own = left.filter(
    ({ line }) =>
      serviceIds.includes(line.source_id ?? '') && (line.kind !== 'change' || line.amount_minor > 0n),
  )
  if (own.reduce((sum, { leftMinor }) => sum + leftMinor, 0n) <= 0n) return null
  const credits = own.map((one) => ({ ...one, amountMinor: one.leftMinor }))
  const isWhole = own.length === left.length && known.every(({ givenMinor }) => givenMinor === 0n)
  return {
    invoice,
    credits,
    isWhole,
    unpaidMinor: invoice.total_minor - paidMinor,
    isUnpaid: paidMinor === 0n,
  }
}

async function planOne(
  queries: Queries,
  {
    invoice,
    credits,
    isWhole,
    isUnpaid,
    unpaidMinor,
    heldMinor,
    ...parties
  }: Charged & { invoice: ChargedDocument; heldMinor: bigint } & Awaited<ReturnType<typeof partiesOf>>,
): Promise<Omit<ServicesRefundPlan, 'currency'>> {
  const takenMinor = invoice.taken_minor
  const plan = planCreditNote({ invoice, takenMinor, credits, reason: '', ...parties })
  const worthMinor = -plan.totalMinor
  const openMinor = worthMinor < unpaidMinor ? worthMinor : unpaidMinor
  let paidMinor = worthMinor - openMinor
  const payments = isUnpaid ? [] : await paymentsOf(queries, invoice.id)
  const found = await sendableOf(queries, payments, invoice.id)
  if (isWhole)
    for (const { payment, isAlone } of found) if (isAlone) paidMinor += await surchargeOf(queries, payment.id)
  // What was paid too much stays with the rest of a document that does not go as a whole.
  const sources = isWhole ? found : found.map((one) => ({ ...one, surplusMinor: 0n }))
  const sums = planSending(sources, { backMinor: paidMinor, heldMinor: heldMinor + paidMinor })
  const sendableMinor = sums.reduce((sum, one) => sum + one.amountMinor, 0n)
  const surplusMinor = sums.reduce((sum, one) => sum + one.surplusMinor, 0n)
  return { paidMinor, openMinor, sendableMinor, surplusMinor }
}

async function surchargeOf(queries: Queries, paymentId: string): Promise<bigint> {
  const extra = await readExtra(queries, paymentId)
  if (extra?.kind !== 'surcharge' || !extra.document_id) return 0n
  const document = await queries.get<{ total_minor: bigint }>(
    sql`select total_minor from invoices where id = ${extra.document_id}`,
  )
  return document!.total_minor - (await takenOf(queries, extra.document_id)).totalMinor
}

async function refundOne(
  means: Means,
  trx: Trx,
  { invoice, credits, isWhole, isUnpaid, unpaidMinor, ...wish }: Charged & ServicesRefund,
  actor: Actor,
): Promise<GivenBack> {
  const { to, reason, serviceIds } = wish
  const invoiceId = invoice.id
  if (isWhole && isUnpaid) {
    await takeBackInvoice(means, trx, { invoiceId, reason }, actor)
    return { sentMinor: 0n, creditMinor: 0n }
  }
  if (isWhole) return refundInvoice(means, trx, { invoiceId, reason, to }, actor)
  const lines = credits.map(({ line, amountMinor }) => ({
    position: line.position,
    amount_minor: String(amountMinor),
  }))
  const unasked = 'plugins were asked about the end of what it was issued for'
  const paidCredit = () => lockCredit(trx, invoice.client_id, invoice.currency)
  const { paidMinor: before } = await paidCredit()
  const note = await creditLines(means, trx, { invoiceId, lines, reason, unasked, evenGivenUp: true }, actor)
  const backMinor = beyond(-note.total_minor, unpaidMinor)
  // What promotional credit had paid is promotional credit again, and is not paid out.
  const mostMinor = (await paidCredit()).paidMinor - before
  const send = { noteId: note.id, mostMinor, serviceIds, invoiceId, reason, once: wish.once }
  const sentMinor = to === 'source' && backMinor > 0n ? await refundNote(means, trx, send, actor) : 0n
  return { sentMinor, creditMinor: backMinor - sentMinor }
}
