import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { movedBy, type DraftInvoice } from '../billing/index.ts'
import { list, sql, type Queries, type Trx } from '../db/index.ts'
import { invalidInput, isoDate, minDay, recurs, type Actor, type IsoDate } from '../kernel/index.ts'
import {
  applyTransition,
  defineVerb,
  demandCheck,
  demandChecks,
  updateVersioned,
  type Asking,
  type Means,
} from '../records/index.ts'
import { changeLifecycle } from './change-lifecycle.ts'
import { ChangeNotPossible } from './errors.ts'
import { findService, lockFamily, lockOwnService } from './load.ts'
import { refusePaidByAnother } from './paid-by-another.ts'
import { planMove, type MoveEffect, type MovePlan } from './plan-move.ts'
import type { NewDays } from './plan-change.ts'
import type { ChangeMeans } from './ports.ts'
import { pricedFactsOf } from './priced-facts.ts'
import { spansText } from './prorate.ts'
import type { ChangeRow, ServiceRow } from './rows.ts'
import { couponsOf } from './coupons-of.ts'

const Move = {
  service_id: Type.String(),
  to_on: Type.String({ format: 'date' }),
  effect: Type.Enum({ charge: 'charge', free: 'free' } as const, { default: 'charge' }),
}

export interface MovedService {
  service: ServiceRow
  plan: MovePlan
}

export interface PricedMove {
  moved: MovedService[]
  /** Before tax, of the service and the parts that move with it. */
  totalMinor: bigint
}

export interface PreviewedMove extends PricedMove {
  /** Tax included, above zero: of what comes back, goes into promotional credit and goodwill again. */
  promotionalMinor: bigint
}

/** What it would cost to let the next period of a service begin on another day. Changes nothing. */
export const previewMove = defineVerb(
  { permission: 'service.preview_move', audience: ['staff'], input: Type.Object(Move) },
  async (means: ChangeMeans, input, actor): Promise<PreviewedMove> => {
    const service = await findService(means.db, actor, {
      id: input.service_id,
      right: 'service.preview_move',
    })
    const parts = await means.db.all<ServiceRow>(
      sql`select * from services where parent_id = ${service.id} and billing_status <> 'ended' order by id`,
    )
    const family = [service, ...parts]
    const priced = await priceMove(means, means.db, { family, wish: wishOf(input), changeId: 'preview' })
    return previewed(means, priced)
  },
)

export async function previewed(means: ChangeMeans, priced: PricedMove): Promise<PreviewedMove> {
  if (priced.totalMinor >= 0n) return { ...priced, promotionalMinor: 0n }
  const draft = draftOf(means, { ...priced, changeId: 'preview' })
  const { promotionalMinor } = await means.changes.sums(means, means.db, draft)
  return { ...priced, promotionalMinor }
}

/** Staff set the day of the next period by hand. Parts that fall due on the same day move along. */
export const moveRenewal = defineVerb(
  {
    permission: 'service.move_renewal',
    asks: ['service.move_renewal:check'],
    audience: ['staff'],
    input: Type.Object({ ...Move, reason: Type.String({ minLength: 1, maxLength: 500 }) }),
  },
  (means: ChangeMeans, input, actor): Promise<{ invoiceId: string | null; totalMinor: bigint }> =>
    means.db.transaction(async (trx) => {
      const service = await lockOwnService(trx, actor, {
        id: input.service_id,
        right: 'service.move_renewal',
      })
      const changeId = means.newId('chn')
      const family = await lockFamily(trx, service)
      await means.changes.lockCharged(
        trx,
        family.map(({ id }) => id),
      )
      const priced = await priceMove(means, trx, { family, wish: wishOf(input), changeId })
      return carryOutMove(means, trx, { ...priced, changeId, reason: input.reason }, actor)
    }),
)

interface MoveWish {
  toOn: IsoDate
  effect: MoveEffect
}

const wishOf = ({ to_on, effect }: { to_on: string; effect: MoveEffect }): MoveWish => ({
  toOn: isoDate(to_on),
  effect,
})

async function priceMove(
  means: Means,
  queries: Queries,
  { family, wish, changeId }: { family: readonly ServiceRow[]; wish: MoveWish; changeId: string },
): Promise<PricedMove> {
  const [service] = family
  refuseUnmovable(means, service!, wish)
  const along = family.filter(
    (row) =>
      row.id === service!.id ||
      (row.billing_status === 'active' && row.next_period_on === service!.next_period_on),
  )
  const { toOn, effect } = wish
  const moved = await movesOf(means, queries, { services: along, toOn: () => toOn, effect, changeId })
  if (moved.length === 0) throw invalidInput({ to_on: 'is the day already' })
  return { moved, totalMinor: moved.reduce((sum, { plan }) => sum + plan.totalMinor, 0n) }
}

function refuseUnmovable(means: Means, service: ServiceRow, { toOn, effect }: MoveWish): void {
  const { id, billing_status: status, charged_through: through } = service
  const refuse = (reason: string) => ChangeNotPossible({ id, reason })
  if (status !== 'active') throw refuse(`it is ${status}; only an active service has a next period.`)
  if (!recurs(service.cycle) || through === null) throw refuse('it is not charged by period.')
  if (service.paused_on !== null) throw refuse('it is paused; resume it first.')
  if (toOn < means.business.today(service.zone)) throw invalidInput({ to_on: 'must not lie in the past' })
  if (toOn < through && effect === 'free')
    throw invalidInput({ effect: 'charged days that are taken away are given back, so choose "charge"' })
}

interface MovesWish {
  services: readonly ServiceRow[]
  toOn: (service: ServiceRow) => IsoDate
  effect: MoveEffect
  changeId: string
}

/** The moves of some services of one client, in a handful of statements; those that stay where they are are left out. */
export async function movesOf(
  means: Means,
  queries: Queries,
  { services, toOn, effect, changeId }: MovesWish,
): Promise<MovedService[]> {
  if (services.length === 0) return []
  const since = services.map(({ zone }) => means.business.today(zone)).reduce(minDay)
  const facts = await pricedFactsOf(queries, services, since)
  const coupons = await couponsOf(queries, services)
  return services.flatMap((service) => {
    const { oldName: name, terms, loweredIn, leftOf, paidByAnother } = facts(service.id)
    const plan = planMove({
      ...{ service, name, loweredIn, leftOf, nextCoupon: coupons.get(service.coupon_id ?? '') },
      ...{ today: means.business.today(service.zone), toOn: toOn(service), effect, changeId },
      mode: terms.proration,
    })
    if (!plan) return []
    // Days that are added are charged at the price of today, whoever paid those before.
    if (plan.totalMinor < 0n) refusePaidByAnother(service, paidByAnother, plan.totalMinor)
    return [{ service, plan }]
  })
}

interface DecidedMove extends PricedMove {
  changeId: string
  reason: string
}

/** Puts the days in force and what they cost on one document: an invoice, or credit of the client. */
export async function carryOutMove(
  means: ChangeMeans,
  trx: Trx,
  move: DecidedMove,
  actor: Actor,
): Promise<{ invoiceId: string | null; totalMinor: bigint }> {
  const { moved, totalMinor, changeId } = move
  const askings = moved.map((one) => moveAsking(one, move.reason))
  demandChecks(means, trx, actor, askings)
  for (const asking of askings) demandCheck(means, trx, actor, asking)
  const draft = draftOf(means, move)
  let invoiceId: string | null = null
  for (const { service, plan } of moved) await freeCharges(trx, { service, plan, changeId })
  if (totalMinor > 0n) invoiceId = (await means.changes.issueInvoice(means, trx, draft, actor)).id
  if (totalMinor < 0n) await means.changes.giveCredit(means, trx, draft, actor)
  for (const [i, { service, plan }] of moved.entries()) {
    await setDays(means, trx, service, plan.days)
    const row = changeRow(means, {
      service,
      plan,
      id: i === 0 ? changeId : means.newId('chn'),
      invoiceId,
      actor,
    })
    await trx.insert('service_changes', [row])
    const change = { body: { service_id: service.id, kind: row.kind }, reason: move.reason }
    await applyTransition(means, trx, { lifecycle: changeLifecycle, row, name: 'apply', actor, change })
    const scope = { subject: service.id, brandId: service.brand_id, clientId: service.client_id }
    const before = { next_period_on: service.next_period_on, charged_through: service.charged_through }
    const after = { next_period_on: plan.days.chargedThrough, amount_minor: plan.totalMinor, change: row.id }
    await recordAudit(means, trx, actor, [
      { ...scope, action: 'service.move_renewal', before, after, reason: move.reason },
    ])
  }
  return { invoiceId, totalMinor }
}

const moveAsking = ({ service, plan }: MovedService, reason: string): Asking => ({
  ...{ noun: 'service', transition: 'move_renewal', from: 'as_is', to: 'changed', row: service, reason },
  facts: { to_on: plan.days.chargedThrough },
})

/** Periods that are given back may be charged again: their charges give up their place, or end where the rest begins. */
async function freeCharges(
  trx: Trx,
  { service, plan, changeId }: MovedService & { changeId: string },
): Promise<void> {
  if (plan.days.chargedThrough >= service.charged_through!) return
  await trx.run(sql`
    update charges set cause = ${movedBy(changeId)} || cause
    where source_id = ${service.id} and kind in (${list(['recurring', 'option', 'discount'])})
      and period_start >= ${plan.days.chargedThrough}`)
  await trx.run(sql`
    update charges set period_end = ${plan.days.chargedThrough}
    where source_id = ${service.id} and kind in (${list(['recurring', 'option', 'discount'])})
      and period_start < ${plan.days.chargedThrough} and period_end > ${plan.days.chargedThrough}`)
}

export function setDays(means: Means, trx: Trx, row: ServiceRow, days: NewDays): Promise<unknown> {
  const set = {
    anchor_on: days.anchorOn,
    period_index: days.periodIndex,
    charged_through: days.chargedThrough,
    next_period_on: days.chargedThrough,
    spans: spansText(days.spans),
    paused_on: null,
  }
  return updateVersioned(means, trx, { table: 'services', what: 'service', row, set })
}

function draftOf(means: Means, { moved, changeId }: Omit<DecidedMove, 'reason'>): DraftInvoice {
  const { service } = moved[0]!
  return {
    brandId: service.brand_id,
    clientId: service.client_id,
    currency: service.currency,
    origin: 'change',
    originId: changeId,
    dueOn: means.business.today(service.zone),
    lines: moved.flatMap(({ plan }) => plan.lines),
  }
}

function changeRow(
  means: Means,
  of: MovedService & { id: string; invoiceId: string | null; actor: Actor },
): ChangeRow {
  const { service, plan } = of
  const now = means.business.now()
  const { anchor_on: anchorOn, period_index: periodIndex, charged_through: chargedThrough } = service
  return {
    ...{ id: of.id, brand_id: service.brand_id, client_id: service.client_id, service_id: service.id },
    ...{ kind: 'renewal', status: changeLifecycle.initial },
    before_state: JSON.stringify({ anchorOn, periodIndex, chargedThrough }),
    after_state: JSON.stringify(plan.days),
    ...{ effective_on: means.business.today(service.zone), invoice_id: of.invoiceId },
    ...{ amount_minor: plan.totalMinor, currency: service.currency, actor: of.actor.id },
    ...{ stock_held: 0, version: 1, created_at: now, updated_at: now },
  }
}
