import type { Trx } from '../../db/index.ts'
import { setTimer } from '../../jobs/index.ts'
import { instant, type Instant } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import type { PaymentRow } from './payment.ts'

/** Until when the gateway takes money for an attempt that waits for its client; null when it named no moment. */
export function offerEnd({ needs }: Pick<PaymentRow, 'needs'>): Instant | null {
  const { expires_at: end } = JSON.parse(needs ?? '{}') as { expires_at?: string }
  const ms = end === undefined ? NaN : Date.parse(end)
  return Number.isNaN(ms) ? null : instant(ms)
}

/** Plans the closing of such an attempt. */
export async function planEnd(means: Means, trx: Trx, payment: PaymentRow): Promise<void> {
  const end = offerEnd(payment)
  if (end === null || payment.status !== 'needs_client') return
  await setTimer(trx, {
    ...{ id: means.newId('tmr'), task: 'billing.close_ended', key: `end/${payment.id}` },
    ...{ dueAt: end, payload: { payment_id: payment.id }, now: means.business.now() },
  })
}
