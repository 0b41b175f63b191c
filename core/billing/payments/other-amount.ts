import { recordAudit } from '../../audit/index.ts'
import { sql, type Sql, type Trx } from '../../db/index.ts'
import type { Actor } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import { findAuthorisation } from '../authorisations/authorisation.ts'
import type { PaymentRow } from './payment.ts'

const ACTION = 'payment.book_other_amount'

/**
 * Of payments "p": more or less came than was asked for. The entry of the audit log is what says so, since a part of what
 * was reserved may be asked for, and the attempt states the whole.
 */
export const otherAmount: Sql = sql`(p.status = 'succeeded'
  and (p.received_minor <> p.amount_minor or exists (select 1 from authorisations h where h.payment_id = p.id))
  and exists (select 1 from audit a where a.subject = p.id and a.action = ${ACTION}))`

/** Money that has come is booked whatever was asked for. Staff find it all the same: both sums stand in the audit log. */
export async function noteOtherAmount(
  means: Means,
  trx: Trx,
  { payment, receivedMinor }: { payment: PaymentRow; receivedMinor: bigint },
  actor: Actor,
): Promise<void> {
  const askedMinor = await askedFor(trx, payment)
  if (askedMinor === receivedMinor) return
  const { id, brand_id: brandId, client_id: clientId, currency } = payment
  await recordAudit(means, trx, actor, [
    {
      ...{ action: ACTION, subject: id, brandId, clientId },
      before: { currency, amount_minor: askedMinor },
      after: { currency, amount_minor: receivedMinor },
    },
  ])
}

async function askedFor(trx: Trx, { id, status, amount_minor: whole }: PaymentRow): Promise<bigint> {
  const held = status === 'authorised' ? await findAuthorisation(trx, id) : undefined
  return held?.status === 'capturing' ? held.taken_minor : whole
}
