import { DayText, Type } from '../../../sdk/index.ts'
import { sql, type Trx } from '../../db/index.ts'
import { startOfDay, type Actor, type IsoDate } from '../../kernel/index.ts'
import { defineVerb, findRow, type Means } from '../../records/index.ts'
import type { InvoiceRow } from '../invoice.ts'
import { zoneOf } from '../open-amount.ts'
import { lockInvoice } from '../settle-invoice.ts'
import { bookSuccess } from './book-success.ts'
import { NothingToPay } from './errors.ts'
import type { Payments } from './gateway.ts'
import { insertPayment, type PaymentRow } from './payment.ts'

/**
 * Books money that staff saw arrive: a bank transfer, cash. The bank's id of the movement is unique, so that one
 * transfer is not booked twice. An open instruction payment of the same gateway becomes this payment.
 */
export const recordPayment = defineVerb(
  {
    permission: 'payment.record',
    asksNobody: 'it books money that has arrived outside',
    audience: ['staff'],
    input: Type.Object({
      invoice_id: Type.String(),
      instance_id: Type.Optional(Type.Union([Type.String(), Type.Null()])),
      amount_minor: Type.String({ pattern: '^[1-9]\\d*$' }),
      reference: Type.String({ minLength: 1, maxLength: 255 }),
      note: Type.Optional(Type.String({ maxLength: 500 })),
      /** The day on which it came, when that is not today. */
      received_on: Type.Optional(DayText),
    }),
  },
  async (payments: Payments, input, actor) => {
    await findRow<InvoiceRow>(payments.db, actor, {
      table: 'invoices',
      what: 'invoice',
      id: input.invoice_id,
    })
    const { invoice_id: invoiceId, instance_id: instanceId = null, reference, note = null } = input
    const amountMinor = BigInt(input.amount_minor)
    const receivedOn = input.received_on as IsoDate | undefined
    const transfer = { invoiceId, instanceId: instanceId || null, amountMinor, reference, note, receivedOn }
    return payments.db.transaction((trx) => bookTransfer(payments, trx, transfer, actor))
  },
)

export interface Transfer {
  invoiceId: string
  instanceId: string | null
  amountMinor: bigint
  reference: string
  note: string | null
  /** By bank or staff. It is booked today all the same: its month may be closed. */
  receivedOn?: IsoDate | undefined
}

/** The same in a transaction that is open already. */
export async function bookTransfer(
  means: Means,
  trx: Trx,
  { invoiceId, instanceId, amountMinor, reference, note, receivedOn }: Transfer,
  actor: Actor,
): Promise<PaymentRow> {
  const invoice = await lockInvoice(trx, invoiceId)
  if (!['issued', 'paid', 'written_off'].includes(invoice.status))
    throw NothingToPay({ number: invoice.number ?? invoice.id, status: invoice.status })
  const waiting = await trx.get<PaymentRow>(sql`
    select * from payments where invoice_id = ${invoice.id} and instance_id = ${instanceId} and kind = 'hosted' and status in ('needs_client', 'pending') order by id desc limit 1`)
  const id = means.newId('pay')
  const { brand_id: brandId, client_id: clientId, currency } = invoice
  const payment =
    waiting ??
    (await insertPayment(trx, {
      ...{ id, brandId, clientId, invoiceId, instanceId, kind: 'recorded', currency, amountMinor },
      ...{ effectKey: `recorded/${id}`, attempt: 1, now: means.business.now() },
    }))
  const occurredAt = receivedOn && startOfDay(await zoneOf(trx, brandId), receivedOn)
  const received = { reference, currency, amountMinor, feeMinor: 0n, note, occurredAt }
  return bookSuccess(means, trx, { payment, received }, actor)
}
