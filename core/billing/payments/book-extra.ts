import { sql, type Queries, type Trx } from '../../db/index.ts'
import { assert, BerthError, type Actor } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import { creditLines, takenOf } from '../credit-invoice.ts'
import { creditable } from '../creditable.ts'
import type { InvoiceRow } from '../invoice.ts'
import { loadBuyers, loadSeller } from '../parties.ts'
import { planTaxedAll } from '../determine-taxes.ts'
import { allocate, lockInvoice, openAmount } from '../settle-invoice.ts'
import { writeInvoices } from '../write-invoices.ts'
import { shareOut } from './extra-of.ts'
import type { PaymentRow } from './payment.ts'

export interface ExtraRow {
  payment_id: string
  kind: 'surcharge' | 'discount'
  currency: string
  amount_minor: bigint
  wanted_minor: bigint
  tax_class: string
  document_id: string | null
}

export function readExtra(queries: Queries, paymentId: string): Promise<ExtraRow | undefined> {
  return queries.get<ExtraRow>(sql`select * from payment_extras where payment_id = ${paymentId}`)
}

/** What came, what the documents that were to be paid took of it, and what the way of payment costs or saves. */
export interface Taken {
  payment: PaymentRow
  extra: ExtraRow | undefined
  receivedMinor: bigint
  appliedMinor: bigint
}

/**
 * A surcharge is a document of its own, paid by the payment that it is for: what was issued never changes. It is taken
 * of what the documents left over: who paid too little, or for what was paid already, is charged none. Answers the
 * document.
 */
export async function bookSurcharge(
  means: Means,
  trx: Trx,
  { payment, extra, receivedMinor, appliedMinor }: Taken,
  actor: Actor,
): Promise<InvoiceRow | null> {
  if (extra?.kind !== 'surcharge' || extra.document_id !== null) return null
  if (appliedMinor === 0n || receivedMinor - appliedMinor < extra.amount_minor) return null
  const from = await loadSeller(trx, payment.brand_id, payment.client_id)
  const buyer = (await loadBuyers(trx, [payment.client_id])).get(payment.client_id)
  assert(buyer, `client ${payment.client_id} exists`)
  const on = means.business.today(from.zone)
  const gateway = await trx.get<{ name: string }>(
    sql`select name from plugin_instances where id = ${payment.instance_id}`,
  )
  const { amount_minor: amountMinor, tax_class: taxClass, currency } = extra
  const line = {
    ...{ sourceId: payment.id, kind: 'surcharge' as const, quantity: 1, unitMinor: amountMinor, amountMinor },
    ...{ description: `Surcharge for payment by ${gateway!.name}`, taxClass, periodStart: on, periodEnd: on },
    trace: { payment: payment.id, gateway: gateway!.name },
  }
  const draft = {
    ...{ brandId: payment.brand_id, clientId: payment.client_id, currency },
    ...{ origin: 'surcharge' as const, originId: payment.id, dueOn: on, lines: [line] },
  }
  // The sum was told with its tax when the payment began; whatever the tax is today, it does not change.
  // Money that came is booked, whatever a tax plugin does: without its answer the client keeps the sum as credit.
  const of = {
    draft,
    buyer,
    from: { ...from, pricesIncludeTax: true },
    issuedOn: on,
  }
  const [plan] = await planTaxedAll(means, trx, [of])
  if (!plan || plan instanceof BerthError) {
    means.log.warn({ payment: payment.id, error: String(plan) }, 'surcharge not charged')
    return null
  }
  const [document] = await writeInvoices(means, trx, [{ ...plan, proforma: false }], actor)
  assert(document!.total_minor === amountMinor, 'a price with its tax is the total')
  await allocate(means, trx, document!, { paymentId: payment.id, kind: 'payment', amountMinor })
  await bookedBy(trx, payment.id, document!.id)
  return document!
}

/**
 * A discount is a credit note over the document: its taxes go down with it. It is given when all came that was asked
 * for, and no more than it is open.
 */
export async function bookDiscount(
  means: Means,
  trx: Trx,
  { payment, extra, receivedMinor, appliedMinor }: Taken,
  actor: Actor,
): Promise<void> {
  if (extra?.kind !== 'discount' || extra.document_id !== null || !payment.invoice_id) return
  if (appliedMinor === 0n || receivedMinor < payment.amount_minor) return
  const invoice = await lockInvoice(trx, payment.invoice_id)
  const open = invoice.status === 'issued' && invoice.proforma === 0 ? await openAmount(trx, invoice) : 0n
  if (open <= 0n || open > extra.amount_minor) return
  const worthMinor = invoice.total_minor - (await takenOf(trx, invoice.id)).totalMinor
  const shares = shareOut(await creditable(trx, invoice), worthMinor, extra.wanted_minor)
  const lines = shares.map(({ line, amountMinor }) => ({
    ...{ position: line.position, amount_minor: amountMinor.toString() },
  }))
  if (lines.length === 0) return
  const unasked = 'the client was promised it and has paid'
  const wish = { invoiceId: invoice.id, lines, reason: 'Discount for the way of payment', unasked }
  const note = await creditLines(means, trx, wish, actor)
  await bookedBy(trx, payment.id, note.id)
}

async function bookedBy(trx: Trx, paymentId: string, documentId: string): Promise<void> {
  await trx.run(sql`update payment_extras set document_id = ${documentId} where payment_id = ${paymentId}`)
}
