import { Type } from 'typebox'
import { sql } from '../../db/index.ts'
import { defineVerb, findRow } from '../../records/index.ts'
import type { InvoiceRow } from '../invoice.ts'
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
    audience: ['staff'],
    input: Type.Object({
      invoice_id: Type.String(),
      instance_id: Type.Optional(Type.Union([Type.String(), Type.Null()])),
      amount_minor: Type.String({ pattern: '^[1-9]\\d*$' }),
      reference: Type.String({ minLength: 1, maxLength: 255 }),
      note: Type.Optional(Type.String({ maxLength: 500 })),
    }),
  },
  async (payments: Payments, input, actor) => {
    await findRow<InvoiceRow>(payments.db, actor, {
      table: 'invoices',
      what: 'invoice',
      id: input.invoice_id,
    })
    return payments.db.transaction(async (trx) => {
      const invoice = await lockInvoice(trx, input.invoice_id)
      if (!['issued', 'paid', 'written_off'].includes(invoice.status))
        throw NothingToPay({ number: invoice.number ?? invoice.id, status: invoice.status })
      const instanceId = input.instance_id || null
      const waiting = await trx.get<PaymentRow>(sql`
        select * from payments where invoice_id = ${invoice.id} and instance_id = ${instanceId} and kind = 'hosted' and status in ('needs_client', 'pending') order by id desc limit 1`)
      const id = payments.newId('pay')
      const payment =
        waiting ??
        (await insertPayment(trx, {
          id,
          brandId: invoice.brand_id,
          clientId: invoice.client_id,
          invoiceId: invoice.id,
          instanceId,
          kind: 'recorded',
          currency: invoice.currency,
          amountMinor: BigInt(input.amount_minor),
          effectKey: `recorded/${id}`,
          attempt: 1,
          now: payments.business.now(),
        }))
      const received = {
        reference: input.reference,
        currency: invoice.currency,
        amountMinor: BigInt(input.amount_minor),
        feeMinor: 0n,
        note: input.note ?? null,
      }
      return bookSuccess(payments, trx, { payment, received }, actor)
    })
  },
)
