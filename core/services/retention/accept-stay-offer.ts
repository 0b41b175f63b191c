import { Type } from '../../../sdk/index.ts'
import { sql, type Trx } from '../../db/index.ts'
import type { Actor } from '../../kernel/index.ts'
import { defineVerb, type Means } from '../../records/index.ts'
import { findService, lockOwnService } from '../load.ts'
import { AFTER_COUPON, writeDiscounts } from '../service-discounts.ts'
import { answerOffer, openOffer } from './answer-offer.ts'
import { StayOfferOver } from './errors.ts'
import { canBeLowered, isStanding } from './offer-to-stay.ts'
import type { StayOfferRow } from './rows.ts'

/** After the coupon, and after what an order brought. */
const PLACE = AFTER_COUPON + 100

/** The offer that stands for a service, or null. */
export async function standingOffer(
  means: Pick<Means, 'db' | 'business'>,
  serviceId: string,
  actor: Actor,
): Promise<StayOfferRow | null> {
  const service = await findService(means.db, actor, { id: serviceId, right: 'service.accept_stay_offer' })
  const row = await means.db.get<StayOfferRow>(
    sql`select * from stay_offers where service_id = ${service.id} and status = 'offered'`,
  )
  return row && isStanding(means, row) ? row : null
}

/**
 * Takes the offer that stands: the service is not cancelled, and a discount lowers its next renewals as one of an order
 * would. Of two that take it at once, one is refused.
 */
export const acceptStayOffer = defineVerb(
  {
    permission: 'service.accept_stay_offer',
    audience: ['client', 'staff'],
    input: Type.Object({ service_id: Type.String({ maxLength: 64 }) }),
  },
  (means: Means, input, actor): Promise<StayOfferRow> =>
    means.db.transaction(async (trx) => {
      const wanted = { id: input.service_id, right: 'service.accept_stay_offer' }
      const service = await lockOwnService(trx, actor, wanted)
      const row = await openOffer(trx, service.id)
      const isKept = service.billing_status === 'active' && service.cancel_on === null
      if (!row || !isKept || !isStanding(means, row)) throw StayOfferOver({ service_id: service.id })
      const isDiscount = row.offer === 'discount'
      if (isDiscount && !canBeLowered(service)) throw StayOfferOver({ service_id: service.id })
      const discount_id = isDiscount ? means.newId('dis') : null
      const accepted = await answerOffer(means, trx, { row, name: 'accept', discount_id }, actor)
      if (discount_id !== null) await lower(means, trx, accepted)
      return accepted
    }),
)

function lower(means: Means, trx: Trx, row: StayOfferRow): Promise<void> {
  const discount = {
    ...{ id: row.discount_id!, cause: 'stay_offer', causeId: row.id, label: row.label!, position: PLACE },
    ...{ percentPpm: row.percent_ppm, amountMinor: row.amount_minor, periodsLeft: row.renewals, bond: null },
  }
  return writeDiscounts(means, trx, [{ discounts: [discount] }], [row.service_id])
}
