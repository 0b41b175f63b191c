import { Type } from '../../../sdk/index.ts'
import { sql } from '../../db/index.ts'
import { invalidInput } from '../../kernel/index.ts'
import { defineVerb } from '../../records/index.ts'
import { bookSuccess } from './book-success.ts'
import { NoSavedMethod } from './errors.ts'
import { SeenCharge } from './extra-of.ts'
import { attempt, getGateway, offers, snapshotOf, type Payments } from './gateway.ts'
import { customerAt, type MethodRow } from './keep-method.ts'
import { openMany } from './open-many.ts'
import type { PaymentRow } from './payment.ts'

const InvoiceIds = Type.Array(Type.String(), { minItems: 1, maxItems: 100, uniqueItems: true })
const Once = Type.Optional(Type.String({ maxLength: 100 }))

/** Pays several documents with one payment at a gateway's page: answers the attempt, whose `needs` say where to go. */
export const startMany = defineVerb(
  {
    permission: 'payment.start_many',
    asksNobody: 'who pays decides by itself, at the gateway',
    audience: ['staff', 'client'],
    input: Type.Object({
      invoice_ids: InvoiceIds,
      instance_id: Type.String(),
      save_method: Type.Optional(Type.Boolean()),
      return_url: Type.String(),
      cancel_url: Type.String(),
      once: Once,
      seen_charge: SeenCharge,
    }),
  },
  async (payments: Payments, input, actor): Promise<PaymentRow> => {
    const gateway = await getGateway(payments.db, input.instance_id)
    const wish = {
      ...{ invoiceIds: input.invoice_ids, right: 'payment.start_many', seen: input.seen_charge },
      effectKey: `start_many/${input.once ?? payments.newId('req')}`,
      payment: { instanceId: gateway.id, kind: 'hosted' as const },
      ...(actor.kind === 'staff' ? {} : { gateway }),
    }
    const payment = await payments.db.transaction((trx) => openMany(payments, trx, wish, actor))
    if (payment.status !== 'created') return payment
    const back = (url: string) => `${url}${url.includes('?') ? '&' : '?'}payment=${payment.id}`
    const sent = await sentFor(payments, payment)
    const call = {
      ...sent,
      locale: sent.client.locale,
      save_method: (input.save_method ?? false) && offers(gateway, 'charge_method'),
      ...{ return_url: back(input.return_url), cancel_url: back(input.cancel_url) },
      started_at: payments.business.now(),
    }
    return attempt(payments, { payment, operation: 'start_payment', input: call }, actor)
  },
)

/** Pays several documents with a saved method. */
export const chargeMany = defineVerb(
  {
    permission: 'payment.charge_many',
    asks: ['payment.charge:check'],
    audience: ['staff', 'client'],
    input: Type.Object({
      invoice_ids: InvoiceIds,
      method_id: Type.String(),
      once: Once,
      seen_charge: SeenCharge,
    }),
  },
  async (payments: Payments, input, actor): Promise<PaymentRow> => {
    const method = await payments.db.get<MethodRow>(
      sql`select * from payment_methods where id = ${input.method_id} and removed_at is null`,
    )
    if (!method) throw NoSavedMethod({})
    const wish = {
      ...{ invoiceIds: input.invoice_ids, right: 'payment.charge_many', seen: input.seen_charge },
      effectKey: `charge_many/${input.once ?? payments.newId('req')}`,
      method,
      payment: { instanceId: method.instance_id, methodId: method.id, kind: 'saved_method' as const },
    }
    const payment = await payments.db.transaction(async (trx) => {
      const opened = await openMany(payments, trx, wish, actor)
      if (opened.client_id !== method.client_id) throw NoSavedMethod({})
      return opened
    })
    if (payment.status !== 'created') return payment
    const call = {
      ...(await sentFor(payments, payment)),
      method: method.reference,
      return_url: `${payments.publicUrl}/portal/invoices?payment=${payment.id}`,
    }
    return attempt(payments, { payment, operation: 'charge_method', input: call }, actor)
  },
)

/** Books money that staff saw arrive for several documents; what is more than their sum is the client's credit. */
export const recordMany = defineVerb(
  {
    permission: 'payment.record_many',
    asksNobody: 'it books money that has arrived outside',
    audience: ['staff'],
    input: Type.Object({
      invoice_ids: InvoiceIds,
      amount_minor: Type.String({ pattern: '^[1-9]\\d*$' }),
      reference: Type.String({ minLength: 1, maxLength: 255 }),
      note: Type.Optional(Type.String({ maxLength: 500 })),
    }),
  },
  (payments: Payments, input, actor): Promise<PaymentRow> =>
    payments.db.transaction(async (trx) => {
      const amountMinor = BigInt(input.amount_minor)
      if (amountMinor > 10n ** 15n) throw invalidInput({ amount_minor: 'is too large' })
      const wish = {
        ...{ invoiceIds: input.invoice_ids, right: 'payment.record_many', amountMinor },
        effectKey: `recorded_many/${payments.newId('req')}`,
        payment: { instanceId: null, kind: 'recorded' as const },
      }
      const payment = await openMany(payments, trx, wish, actor)
      const { reference, note = null } = input
      const received = { reference, currency: payment.currency, amountMinor, feeMinor: 0n, note }
      return bookSuccess(payments, trx, { payment, received }, actor)
    }),
)

/** What every gateway is told of an attempt for several documents. */
async function sentFor(payments: Payments, payment: PaymentRow) {
  const numbers = await payments.db.all<{ number: string }>(sql`
    select i.number from payment_documents d join invoices i on i.id = d.invoice_id where d.payment_id = ${payment.id} order by d.position`)
  const customer = await customerAt(payments.db, payment.client_id, payment.instance_id!)
  const client = await snapshotOf(payments.db, payment.client_id)
  const named = numbers.map((row) => row.number).join(', ')
  return {
    ...{ payment_id: payment.id, idempotency_key: payment.effect_key },
    amount: { minor: payment.amount_minor.toString(), currency: payment.currency },
    description: named.length <= 200 ? `Invoices ${named}` : `${numbers.length} invoices`,
    ...{ document: payment.id, client },
    ...(customer ? { customer } : {}),
  }
}
