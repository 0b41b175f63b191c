import { isDeepStrictEqual } from 'node:util'
import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { sql, type Trx } from '../../db/index.ts'
import { instant, isMetered, recurs, toMs, type Actor } from '../../kernel/index.ts'
import { defineVerb, updateVersioned, type Means } from '../../records/index.ts'
import { lockOwnService } from '../load.ts'
import type { ServiceRow } from '../rows.ts'
import { declineOpenOffer } from './answer-offer.ts'
import { demandReason } from './cancel-reasons.ts'
import type { CancelReasonRow, StayOfferRow } from './rows.ts'
import { stayOfferLifecycle } from './stay-offer-lifecycle.ts'

const DAY_MS = 86_400_000
/** An offer is made once in this time, whether it was taken or not. */
const ONCE_IN_MS = 365 * DAY_MS
/** So long it holds once it was made. */
export const HOLDS_MS = DAY_MS

/**
 * What the shop offers for this reason before a service is cancelled; null when it has nothing to offer, or did within
 * the year. Nothing is cancelled yet. Asked again while an offer stands, it answers that one, with the new wish in it.
 */
export const offerToStay = defineVerb(
  {
    permission: 'service.offer_to_stay',
    asksNobody: 'nothing is lowered or cancelled by an offer; taking it is asked about',
    audience: ['client', 'staff'],
    input: Type.Object({
      service_id: Type.String({ maxLength: 64 }),
      reason_id: Type.String({ maxLength: 64 }),
      at: Type.Enum({ now: 'now', end: 'end' } as const, { default: 'end' }),
      note: Type.Optional(Type.String({ maxLength: 900 })),
    }),
  },
  (means: Means, input, actor): Promise<StayOfferRow | null> =>
    means.db.transaction(async (trx) => {
      const wanted = { id: input.service_id, right: 'service.offer_to_stay' }
      const service = await lockOwnService(trx, actor, wanted)
      const reason = await demandReason(trx, service, input.reason_id)
      const wish = { wanted_at: input.at, reason_id: reason.id, note: input.note?.trim() || null }
      const [last] = await trx.all<StayOfferRow>(
        sql`select * from stay_offers where service_id = ${service.id} order by created_at desc, id desc limit 1`,
      )
      if (last && isStanding(means, last)) return wishAgain(means, trx, { row: last, wish }, actor)
      if (last && toMs(last.created_at) > toMs(means.business.now()) - ONCE_IN_MS) return null
      if (!(await fits(means, trx, { service, reason }))) return null
      // One of long ago that nobody answered.
      await declineOpenOffer(means, trx, service.id, actor)
      return make(means, trx, { service, reason, wish }, actor)
    }),
)

/** Whether it may still be taken. */
export const isStanding = (means: Pick<Means, 'business'>, { status, created_at }: StayOfferRow): boolean =>
  status === stayOfferLifecycle.initial && toMs(created_at) > toMs(means.business.now()) - HOLDS_MS

type Wish = Pick<StayOfferRow, 'wanted_at' | 'reason_id' | 'note'>

/** The last wish counts, and what is offered stays: asking for another reason brings no other offer. */
async function wishAgain(
  means: Means,
  trx: Trx,
  { row, wish }: { row: StayOfferRow; wish: Wish },
  actor: Actor,
): Promise<StayOfferRow> {
  const { wanted_at, reason_id, note } = row
  const before = { wanted_at, reason_id, note }
  if (isDeepStrictEqual(before, wish)) return row
  await updateVersioned(means, trx, { table: 'stay_offers', what: 'stay_offer', row, set: wish })
  const scope = { subject: row.service_id, brandId: row.brand_id, clientId: row.client_id }
  await recordAudit(means, trx, actor, [{ ...scope, action: 'service.offer_to_stay', before, after: wish }])
  return { ...row, ...wish, version: row.version + 1 }
}

interface Making {
  service: ServiceRow
  reason: CancelReasonRow
  wish: Wish
}

async function make(
  means: Means,
  trx: Trx,
  { service, reason, wish }: Making,
  actor: Actor,
): Promise<StayOfferRow> {
  const now = instant(toMs(means.business.now()))
  const { offer, offer_text, percent_ppm, amount_minor, currency, renewals, label } = reason
  const row: StayOfferRow = {
    ...{ id: means.newId('sto'), brand_id: service.brand_id, client_id: service.client_id },
    ...{ service_id: service.id, ...wish },
    ...{ offer: offer!, offer_text, percent_ppm, amount_minor, currency, renewals, label },
    ...{
      status: stayOfferLifecycle.initial,
      discount_id: null,
      answered_at: null,
      version: 1,
      created_at: now,
    },
  }
  await trx.insert('stay_offers', [{ ...row, updated_at: now }])
  const scope = { subject: service.id, brandId: service.brand_id, clientId: service.client_id }
  const after = { stay_offer: row.id, reason: reason.name, offer }
  await recordAudit(means, trx, actor, [{ ...scope, action: 'service.offer_to_stay', after }])
  return row
}

/** Whether the offer is anything for this service. */
async function fits(
  means: Means,
  trx: Trx,
  { service, reason: { offer, currency } }: Pick<Making, 'service' | 'reason'>,
): Promise<boolean> {
  if (offer === null || service.billing_status !== 'active' || service.cancel_on !== null) return false
  switch (offer) {
    case 'talk':
      return true
    case 'pause':
      return service.paused_on === null && service.parent_id === null
    case 'discount':
      return canBeLowered(service) && (currency === null || currency === service.currency)
    case 'cheaper':
      return hasCheaper(means, trx, service)
  }
}

/** A renewal is to come whose charge can be lowered; hours are charged afterwards, and some services are free. */
export const canBeLowered = (service: ServiceRow): boolean =>
  recurs(service.cycle) &&
  !isMetered(service.cycle) &&
  service.next_period_on !== null &&
  service.periods_left !== 0 &&
  service.recurring_minor > 0n

/** A plan that the page of a change offers, and that costs less today on the same terms and in the same quantity. */
async function hasCheaper(means: Means, trx: Trx, service: ServiceRow): Promise<boolean> {
  const today = means.business.today(service.zone)
  const found = await trx.get<{ id: string }>(sql`
    select p.id from products p join products q on q.id = ${service.product_id}
    join prices r on r.owner_id = p.id and r.retired_at is null and r.list_id is null and r.valid_from <= ${today}
    where p.brand_id = q.brand_id and p.group_id = q.group_id and p.id <> q.id and p.status = 'active'
      and coalesce(p.instance_id, '') = ${service.instance_id ?? ''} and r.cycle = ${service.cycle}
      and r.currency = ${service.currency} and r.amount_minor * ${service.quantity} < ${service.amount_minor}
      and not exists (select 1 from prices n where n.owner_id = p.id and n.cycle = r.cycle and n.currency = r.currency
        and n.retired_at is null and n.list_id is null and n.valid_from > r.valid_from and n.valid_from <= ${today}) limit 1`)
  return found !== undefined
}
