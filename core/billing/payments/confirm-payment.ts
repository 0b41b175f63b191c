import { EmbedToken, Type } from '../../../sdk/index.ts'
import { forUpdate, sql, type Trx } from '../../db/index.ts'
import type { Actor } from '../../kernel/index.ts'
import { defineVerb, findRow } from '../../records/index.ts'
import { askedAmount } from '../proforma/index.ts'
import { lockInvoice } from '../settle-invoice.ts'
import { bookOutcome } from './book-outcome.ts'
import { NothingToPay, PaymentUnderWay } from './errors.ts'
import { attempt, type Payments } from './gateway.ts'
import { customerAt } from './keep-method.ts'
import { isLive, type PaymentRow } from './payment.ts'
import { paymentsFor } from './under-way.ts'

/** Hands what the gateway's frame gave to the gateway. One token goes out for an attempt, whoever sends the form twice. */
export const confirmPayment = defineVerb(
  {
    permission: 'payment.confirm',
    asksNobody: 'who pays decides by itself, at the gateway',
    audience: ['staff', 'client'],
    input: Type.Object({ invoice_id: Type.String(), payment_id: Type.String(), token: EmbedToken }),
  },
  async (payments: Payments, input, actor) => {
    const found = await findRow<PaymentRow>(payments.db, actor, {
      ...{ table: 'payments', what: 'payment', id: input.payment_id },
      scope: { right: 'payment.confirm' },
    })
    const claimed = await payments.db.transaction((trx) =>
      claim(payments, trx, { id: found.id, invoiceId: input.invoice_id }, actor),
    )
    const customer = await customerAt(payments.db, claimed.client_id, claimed.instance_id!)
    const call = {
      payment_id: claimed.id,
      // A second frame of the same attempt, after a look-up, is another act.
      idempotency_key: `${claimed.effect_key}/confirm/${claimed.version}`,
      reference: claimed.reference!,
      ...(customer ? { customer } : {}),
      amount: { minor: claimed.amount_minor.toString(), currency: claimed.currency },
      token: input.token,
    }
    return attempt(payments, { payment: claimed, operation: 'confirm_payment', input: call }, actor)
  },
)

/**
 * The attempt is under way before its token leaves: a second form finds it so, and after a crash the gateway is asked what
 * became of it. No other attempt of the document may be under way beside it.
 */
async function claim(
  payments: Payments,
  trx: Trx,
  { id, invoiceId }: { id: string; invoiceId: string },
  actor: Actor,
): Promise<PaymentRow> {
  const invoice = await lockInvoice(trx, invoiceId)
  const number = invoice.number ?? invoice.id
  const attempts = await trx.all<PaymentRow>(
    sql`select * from payments p where ${paymentsFor(sql`${invoice.id}`)} order by p.id ${forUpdate(trx.dialect)}`,
  )
  const payment = attempts.find((one) => one.id === id)
  const { embed } = JSON.parse(payment?.needs ?? '{}') as { embed?: object }
  const others = attempts.filter((one) => one.id !== id && one.status !== 'created')
  if (payment?.status !== 'needs_client' || !embed || !payment.reference || others.some(isLive))
    throw PaymentUnderWay({ number })
  const open = invoice.status === 'issued' ? await askedAmount(trx, invoice) : 0n
  if (open <= 0n) throw NothingToPay({ number, status: invoice.status })
  const outcome = { outcome: 'pending', reference: payment.reference } as const
  return bookOutcome(payments, trx, { paymentId: id, outcome }, actor)
}
