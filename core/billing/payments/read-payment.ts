import { Type } from '../../../sdk/index.ts'
import { defineVerb, type Means } from '../../records/index.ts'
import { getPayment, type PaymentRow } from './payment.ts'

/** One attempt; of another client or brand it is not found. */
export const readPayment = defineVerb(
  {
    permission: 'payment.read',
    audience: ['staff', 'client'],
    input: Type.Object({ payment_id: Type.String() }),
  },
  (means: Means, { payment_id }, actor): Promise<PaymentRow> => getPayment(means.db, payment_id, actor),
)
