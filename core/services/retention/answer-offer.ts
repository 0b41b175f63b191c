import { sql, type Trx } from '../../db/index.ts'
import type { Actor } from '../../kernel/index.ts'
import { applyTransition, type Means } from '../../records/index.ts'
import type { StayOfferRow } from './rows.ts'
import { stayOfferLifecycle } from './stay-offer-lifecycle.ts'

export const openOffer = (trx: Trx, serviceId: string): Promise<StayOfferRow | undefined> =>
  trx.get<StayOfferRow>(sql`select * from stay_offers where service_id = ${serviceId} and status = 'offered'`)

/** A service that is cancelled all the same has declined what it was offered. */
export async function declineOpenOffer(
  means: Means,
  trx: Trx,
  serviceId: string,
  actor: Actor,
): Promise<void> {
  const row = await openOffer(trx, serviceId)
  if (row) await answerOffer(means, trx, { row, name: 'decline', discount_id: null }, actor)
}

export async function answerOffer(
  means: Means,
  trx: Trx,
  { row, name, discount_id }: { row: StayOfferRow; name: 'accept' | 'decline'; discount_id: string | null },
  actor: Actor,
): Promise<StayOfferRow> {
  const set = { answered_at: means.business.now(), discount_id }
  const body = { service_id: row.service_id, reason_id: row.reason_id, offer: row.offer }
  const change = { set, body }
  return applyTransition(means, trx, { lifecycle: stayOfferLifecycle, row, name, actor, change })
}
