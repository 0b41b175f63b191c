import { Type } from '../../../sdk/index.ts'
import { NotFound, systemActor } from '../../kernel/index.ts'
import { defineVerb } from '../../records/index.ts'
import {
  attempt,
  getGateway,
  getPayment,
  lookUp,
  openAttempt,
  snapshotOf,
  type PaymentRow,
  type Payments,
  SeenCharge,
} from '../payments/index.ts'
import { openLink } from './invoice-link.ts'

/** Whoever holds the secret acts for its one document, whoever is signed in. */
const holder = systemActor('invoice_link')

/**
 * Pays the document of a secret address at a gateway's page. Nothing that the client saved is offered or handed over:
 * the holder of an address is not known to be the client.
 */
export const payByLink = defineVerb(
  {
    permission: 'invoice.pay_by_link',
    asksNobody: 'who pays decides by itself, at the gateway',
    audience: ['guest', 'client', 'staff'],
    input: Type.Object({
      token: Type.String({ minLength: 20, maxLength: 100 }),
      instance_id: Type.String(),
      return_url: Type.String(),
      seen_charge: SeenCharge,
    }),
  },
  async (payments: Payments, input, _actor): Promise<PaymentRow> => {
    const invoice = await openLink(payments, input.token, holder)
    const gateway = await getGateway(payments.db, input.instance_id)
    const client = await snapshotOf(payments.db, invoice.client_id)
    const payment = await openAttempt(payments, invoice, {
      ...{ gateway, place: client.country ?? '', seen: input.seen_charge },
    })
    const back = `${input.return_url}?payment=${payment.id}`
    const call = {
      ...{ payment_id: payment.id, idempotency_key: payment.effect_key },
      amount: { minor: payment.amount_minor.toString(), currency: payment.currency },
      ...{ description: `Invoice ${invoice.number}`, document: invoice.number ?? invoice.id, client },
      ...{ save_method: false, return_url: back, cancel_url: back, locale: invoice.locale },
      started_at: payments.business.now(),
    }
    return attempt(payments, { payment, operation: 'start_payment', input: call }, holder)
  },
)

/** What became of a payment, when its payer comes back to the address. */
export async function checkByLink(
  payments: Payments,
  { token, paymentId }: { token: string; paymentId: string },
): Promise<void> {
  const invoice = await openLink(payments, token, holder)
  const payment = await getPayment(payments.db, paymentId, holder)
  if (payment.invoice_id !== invoice.id) throw NotFound({ what: 'payment', id: paymentId })
  await lookUp(payments, payment, holder)
}

export { holder as linkHolder }
