import { Type } from '../../../sdk/index.ts'
import { forUpdate, sql, type Queries } from '../../db/index.ts'
import type { Actor } from '../../kernel/index.ts'
import { defineVerb, findRow } from '../../records/index.ts'
import { captureModeOf } from '../authorisations/authorisation.ts'
import { askedNow } from '../instalments/asked-now.ts'
import type { InvoiceRow } from '../invoice.ts'
import { askedAmount } from '../proforma/index.ts'
import { lockInvoice } from '../settle-invoice.ts'
import { demandEligibleIn } from './eligibility.ts'
import { NothingToPay, PaymentUnderWay } from './errors.ts'
import {
  attempt,
  getGateway,
  mayEmbed,
  offers,
  snapshotOf,
  type GatewayInstance,
  type Payments,
} from './gateway.ts'
import { demandOffered } from './demand-offered.ts'
import { demandExtra, keepExtra, SeenCharge, Whole, withExtra } from './extra-of.ts'
import { customerAt } from './keep-method.ts'
import { insertPayment, type PaymentRow } from './payment.ts'
import { paymentsFor } from './under-way.ts'

/** Starts a payment with the client present: answers the attempt, whose `needs` say where to go or what to read. */
export const startPayment = defineVerb(
  {
    permission: 'payment.start',
    asksNobody: 'who pays decides by itself, at the gateway',
    audience: ['staff', 'client'],
    input: Type.Object({
      invoice_id: Type.String(),
      instance_id: Type.String(),
      save_method: Type.Optional(Type.Boolean()),
      /** The page that is shown next can hold the gateway's fields in a frame. */
      can_embed: Type.Optional(Type.Boolean()),
      seen_charge: SeenCharge,
      whole: Whole,
      return_url: Type.String(),
      cancel_url: Type.String(),
    }),
  },
  async (payments: Payments, input, actor) => {
    const invoice = await findRow<InvoiceRow>(payments.db, actor, {
      table: 'invoices',
      what: 'invoice',
      id: input.invoice_id,
      scope: { right: 'payment.start' },
    })
    const gateway = await getGateway(payments.db, input.instance_id)
    const client = await snapshotOf(payments.db, invoice.client_id)
    const place = actor.kind === 'staff' ? null : (client.country ?? '')
    const through = { gateway, place, seen: input.seen_charge, whole: input.whole }
    const payment = await openAttempt(payments, invoice, through)
    const customer = await customerAt(payments.db, invoice.client_id, gateway.id)
    const call = {
      payment_id: payment.id,
      idempotency_key: payment.effect_key,
      amount: { minor: payment.amount_minor.toString(), currency: payment.currency },
      description: `Invoice ${invoice.number}`,
      document: invoice.number ?? invoice.id,
      client,
      ...(customer ? { customer } : {}),
      save_method: (input.save_method ?? false) && offers(gateway, 'charge_method'),
      return_url: withPayment(input.return_url, payment.id),
      cancel_url: withPayment(input.cancel_url, payment.id),
      locale: client.locale,
      ...((await reserves(payments.db, invoice, gateway)) ? { capture: 'later' } : {}),
      ...mayEmbed(gateway, input.can_embed),
      started_at: payments.business.now(),
    }
    return attempt(payments, { payment, operation: 'start_payment', input: call }, actor)
  },
)

/** Whether the money is only reserved: what an order charges, by its setting, where the gateway can take it later. */
export const reserves = async (
  queries: Queries,
  invoice: InvoiceRow,
  gateway: GatewayInstance,
): Promise<boolean> =>
  offers(gateway, 'capture') && offers(gateway, 'void') && (await captureModeOf(queries, invoice)) !== null

interface Through {
  gateway: GatewayInstance
  /** The country that the gateway's rules are held against; null for staff, who may use any. */
  place: string | null
  /** The charge that its payer was shown. */
  seen?: string | undefined
  /** All that is open, also where a plan asks for a part. */
  whole?: boolean | undefined
}

/** One attempt at a time for a document: the row of the document is held while that is decided. */
export function openAttempt(
  payments: Payments,
  found: InvoiceRow,
  { gateway, place, seen, whole = false }: Through,
): Promise<PaymentRow> {
  return payments.db.transaction(async (trx) => {
    const invoice = await lockInvoice(trx, found.id)
    const openMinor = invoice.status === 'issued' ? await askedAmount(trx, invoice) : 0n
    const open = whole ? openMinor : await askedNow(payments, trx, { invoice, openMinor })
    if (open <= 0n) throw NothingToPay({ number: invoice.number ?? invoice.id, status: invoice.status })
    const facts = { currency: invoice.currency, amountMinor: open }
    if (place !== null) {
      const paying = { ...facts, clientId: invoice.client_id }
      await demandOffered(trx, gateway, { ...paying, country: place, invoiceIds: [invoice.id] })
      demandEligibleIn(payments, trx, gateway, paying)
    }
    const earlier = await trx.all<PaymentRow>(
      sql`select * from payments p where ${paymentsFor(sql`${invoice.id}`)} order by p.id ${forUpdate(trx.dialect)}`,
    )
    if (
      earlier.some(
        ({ status, kind }) =>
          status === 'unknown' ||
          status === 'authorised' ||
          (kind === 'saved_method' && (status === 'pending' || status === 'created')),
      )
    ) {
      throw PaymentUnderWay({ number: invoice.number ?? invoice.id })
    }
    const wish = { invoice, currency: invoice.currency, openMinor: open, seen }
    const extra = await demandExtra(payments, trx, gateway, wish)
    const id = payments.newId('pay')
    const payment = await insertPayment(trx, {
      id,
      brandId: invoice.brand_id,
      clientId: invoice.client_id,
      invoiceId: invoice.id,
      instanceId: gateway.id,
      kind: 'hosted',
      currency: invoice.currency,
      amountMinor: withExtra(open, extra),
      effectKey: `start/${id}`,
      attempt: earlier.length + 1,
      now: payments.business.now(),
    })
    await keepExtra(trx, payment, extra)
    return payment
  })
}

const withPayment = (url: string, id: string): string => `${url}${url.includes('?') ? '&' : '?'}payment=${id}`

/** Asks the gateway what became of an attempt: on the client's return, by the janitor, or when staff want to know. */
export const checkPayment = defineVerb(
  {
    permission: 'payment.check',
    asksNobody: 'it asks what has happened outside',
    audience: ['staff', 'client'],
    input: Type.Object({ payment_id: Type.String() }),
  },
  async (payments: Payments, input, actor) => {
    const payment = await findRow<PaymentRow>(payments.db, actor, {
      table: 'payments',
      what: 'payment',
      id: input.payment_id,
    })
    return lookUp(payments, payment, actor)
  },
)

export async function lookUp(payments: Payments, payment: PaymentRow, actor: Actor): Promise<PaymentRow> {
  const settled = ['succeeded', 'reversed', 'declined', 'failed', 'cancelled'].includes(payment.status)
  if (
    settled ||
    !payment.instance_id ||
    !offers(await getGateway(payments.db, payment.instance_id), 'look_up')
  )
    return payment
  const { id: payment_id, effect_key: idempotency_key, reference } = payment
  const customer = await customerAt(payments.db, payment.client_id, payment.instance_id)
  const input = {
    payment_id,
    idempotency_key,
    ...(reference ? { reference } : {}),
    ...(customer ? { customer } : {}),
  }
  return attempt(payments, { payment, operation: 'look_up', input }, actor)
}
