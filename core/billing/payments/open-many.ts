import { list, sql, type Trx } from '../../db/index.ts'
import { invalidInput, NotFound, type Actor } from '../../kernel/index.ts'
import { demandCheck, scoped, type Means } from '../../records/index.ts'
import { askedNow } from '../instalments/asked-now.ts'
import type { InvoiceRow } from '../invoice.ts'
import { askedAmount } from '../proforma/index.ts'
import { lockInvoice } from '../settle-invoice.ts'
import { chargeAsking } from './charge-asking.ts'
import { demandOffered } from './demand-offered.ts'
import { demandEligibleIn } from './eligibility.ts'
import { NothingToPay, PaymentUnderWay } from './errors.ts'
import { demandExtra, keepExtra, withExtra } from './extra-of.ts'
import type { GatewayInstance } from './gateway.ts'
import type { MethodRow } from './keep-method.ts'
import { insertPayment, type NewPayment, type PaymentRow } from './payment.ts'
import { paymentsFor } from './under-way.ts'

export interface ManyWish {
  invoiceIds: readonly string[]
  /** The right that the actor needs on each of them. */
  right: string
  /** For a repeat of the same wish: the attempt that was made is answered. */
  effectKey: string
  /** What arrived, for money that was seen; without, what is asked for of each. */
  amountMinor?: bigint
  /** The charge that the payer was shown. */
  seen?: string | undefined
  /** Asked whether it takes the payment; absent for staff, who may use any. */
  gateway?: GatewayInstance
  /** The saved method that is charged, about which plugins are asked. */
  method?: MethodRow
  payment: Pick<NewPayment, 'instanceId' | 'kind'> & { methodId?: string | null }
}

/** One attempt for several documents of a client: they are locked, in order, while it is written down. */
export async function openMany(means: Means, trx: Trx, wish: ManyWish, actor: Actor): Promise<PaymentRow> {
  const same = await trx.get<PaymentRow>(sql`select * from payments where effect_key = ${wish.effectKey}`)
  if (same) return same
  const invoices = await lockAll(trx, wish, actor)
  const [first] = invoices
  if (invoices.some((row) => row.client_id !== first!.client_id || row.brand_id !== first!.brand_id))
    throw invalidInput({ invoice_ids: 'belong to several clients' })
  if (invoices.some((row) => row.currency !== first!.currency))
    throw invalidInput({ invoice_ids: 'are in several currencies' })
  const documents: { invoice: InvoiceRow; openMinor: bigint }[] = []
  let spokenFor = 0n
  for (const invoice of invoices.toSorted(byDueDay)) {
    const openMinor = await openOf(trx, invoice, spokenFor)
    // A proforma is issued with nothing paid of it.
    if (invoice.proforma === 1) spokenFor += invoice.total_minor - openMinor
    // Who is asked pays by the plan, as on the page of one document; money that was seen is for all that is open.
    const isAsked = wish.amountMinor === undefined
    const askedMinor = isAsked ? await askedNow(means, trx, { invoice, openMinor }) : openMinor
    documents.push({ invoice, openMinor: askedMinor })
  }
  const total = documents.reduce((sum, { openMinor }) => sum + openMinor, 0n)
  const { instanceId } = wish.payment
  const paying = { clientId: first!.client_id, currency: first!.currency, amountMinor: total }
  const invoiceIds = invoices.map((row) => row.id)
  const through = wish.gateway ?? (actor.kind === 'staff' ? null : methodGateway(wish))
  if (through) await demandOffered(trx, through, { ...paying, invoiceIds })
  if (wish.gateway) demandEligibleIn(means, trx, wish.gateway, paying)
  const several = { currency: first!.currency, openMinor: total, seen: wish.seen }
  const extra = instanceId ? await demandExtra(means, trx, { id: instanceId }, several) : null
  const amountMinor = wish.amountMinor ?? withExtra(total, extra)
  if (wish.method) {
    const of = { client: first!, method: wish.method, invoiceIds }
    demandCheck(means, trx, actor, chargeAsking({ ...of, currency: first!.currency, amountMinor }))
  }
  const id = means.newId('pay')
  const payment = await insertPayment(trx, {
    ...{ id, brandId: first!.brand_id, clientId: first!.client_id, invoiceId: null },
    ...{ currency: first!.currency, amountMinor, effectKey: wish.effectKey },
    ...{ attempt: 1, now: means.business.now(), ...wish.payment },
  })
  await keepExtra(trx, payment, extra)
  await trx.insert(
    'payment_documents',
    documents.map(({ invoice, openMinor }, i) => ({
      ...{ payment_id: id, invoice_id: invoice.id, position: i + 1, amount_minor: openMinor },
    })),
  )
  return payment
}

const methodGateway = ({ method }: ManyWish) => method && { id: method.instance_id, name: method.label }

/** In this order the money is applied, and credit used. */
const byDueDay = (a: InvoiceRow, b: InvoiceRow): number =>
  a.due_on < b.due_on ? -1 : a.due_on > b.due_on ? 1 : 0

/** All of them, or the refusal that one of them is not the actor's. */
async function lockAll(trx: Trx, { invoiceIds, right }: ManyWish, actor: Actor): Promise<InvoiceRow[]> {
  const reached = await trx.all<{ id: string }>(
    sql`select i.id from invoices i where i.id in (${list(invoiceIds)}) and ${scoped(actor, { table: 'i', right })}`,
  )
  const foreign = invoiceIds.find((id) => !reached.some((row) => row.id === id))
  if (foreign !== undefined) throw NotFound({ what: 'invoice', id: foreign })
  const rows: InvoiceRow[] = []
  for (const id of invoiceIds.toSorted()) rows.push(await lockInvoice(trx, id))
  return rows
}

async function openOf(trx: Trx, invoice: InvoiceRow, spokenFor: bigint): Promise<bigint> {
  const number = invoice.number ?? invoice.id
  const isOpen = invoice.kind === 'invoice' && invoice.status === 'issued'
  const open = isOpen ? await askedAmount(trx, invoice, spokenFor) : 0n
  if (open <= 0n) throw NothingToPay({ number, status: invoice.status })
  const live = await trx.get(sql`
    select p.id from payments p where ${paymentsFor(sql`${invoice.id}`)}
      and (p.status in ('pending', 'authorised', 'unknown') or (p.status = 'created' and p.kind = 'saved_method')) limit 1`)
  if (live) throw PaymentUnderWay({ number })
  return open
}
