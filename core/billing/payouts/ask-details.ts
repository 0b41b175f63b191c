import { Type, type GatewayTransaction } from '../../../sdk/index.ts'
import { sql } from '../../db/index.ts'
import { defineVerb } from '../../records/index.ts'
import { GatewayRefused } from '../payments/errors.ts'
import { getGateway, offers, type Payments } from '../payments/gateway.ts'
import { getPayment } from '../payments/payment.ts'

/** Asks a gateway what it knows of a payment, and keeps its answer for staff to read. Nothing is booked by it. */
export const askDetails = defineVerb(
  {
    permission: 'payment.ask_details',
    asksNobody: 'it asks the client for words, and moves no money',
    audience: ['staff'],
    input: Type.Object({ payment_id: Type.String() }),
  },
  async (payments: Payments, { payment_id: id }, actor): Promise<GatewayTransaction> => {
    const payment = await getPayment(payments.db, id, actor)
    const gateway = await getGateway(payments.db, payment.instance_id ?? '')
    if (!payment.reference || !offers(gateway, 'fetch_transaction'))
      throw GatewayRefused({ gateway: gateway.name, reason: 'It tells no details of this payment.' })
    const input = { reference: payment.reference }
    const found = await payments.plugins
      .call<GatewayTransaction>(gateway.id, 'gateway', 'fetch_transaction', input)
      .catch((error: unknown) => {
        throw GatewayRefused({ gateway: gateway.name, reason: (error as Error).message }, error)
      })
    await payments.db.run(sql`
      insert into gateway_details (payment_id, details, read_at) values (${payment.id}, ${JSON.stringify(found)}, ${payments.business.now()})
      on conflict (payment_id) do update set details = excluded.details, read_at = excluded.read_at`)
    return found
  },
)
