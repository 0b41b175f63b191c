import { sql, type Trx } from '../../db/index.ts'
import type { Actor } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import { bookOutcome } from './book-outcome.ts'
import { isOn, type Payments } from './gateway.ts'
import { offerEnd } from './offer-end.ts'
import { lockPayment, type PaymentRow } from './payment.ts'
import { lookUp } from './start-payment.ts'

/**
 * Closes an attempt whose offer has ended. A gateway that can be asked is asked first: its client may have paid in the
 * last minute. Money that comes later is booked all the same.
 */
export async function closeEnded(payments: Payments, paymentId: string, actor: Actor): Promise<void> {
  const payment = await payments.db.get<PaymentRow>(sql`select * from payments where id = ${paymentId}`)
  if (payment?.status !== 'needs_client') return
  if (payment.instance_id && (await isOn(payments.db, payment.instance_id)))
    await lookUp(payments, payment, actor)
  await payments.db.transaction((trx) => close(payments, trx, paymentId, actor))
}

async function close(means: Means, trx: Trx, paymentId: string, actor: Actor): Promise<void> {
  const payment = await lockPayment(trx, paymentId)
  const end = offerEnd(payment)
  if (payment.status !== 'needs_client' || end === null || end > means.business.now()) return
  const outcome = { outcome: 'cancelled', reason: 'The time to pay is over.' } as const
  await bookOutcome(means, trx, { paymentId, outcome }, actor)
}
