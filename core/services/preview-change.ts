import { Type, type Static } from '../../sdk/index.ts'
import type { DocumentSums, DraftInvoice, DraftLine } from '../billing/index.ts'
import { QUANTITY_MAX } from '../catalog/index.ts'
import type { Queries } from '../db/index.ts'
import { cycle, isMetered, recurs } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { ChangeNotPossible, ServiceEnded } from './errors.ts'
import { findService } from './load.ts'
import { planChange, type ChangePlan } from './plan-change.ts'
import { refusePaidByAnother } from './paid-by-another.ts'
import { pricedFacts } from './priced-facts.ts'
import type { ChangeMeans, Offer } from './ports.ts'
import type { ServiceRow } from './rows.ts'
import { isTermOver } from './term-over.ts'
import type { UnusedValue } from './settings.ts'

export const ChangeWish = Type.Object({
  service_id: Type.String(),
  /** Another plan; absent keeps the present one and changes options only. */
  product_id: Type.Optional(Type.String()),
  cycle: Type.Optional(Type.String()),
  /** Units of the product itself; absent keeps them. */
  quantity: Type.Optional(Type.Integer({ minimum: 1, maximum: QUANTITY_MAX })),
  options: Type.Array(
    Type.Object({
      option_id: Type.String(),
      value_id: Type.Optional(Type.String()),
      quantity: Type.Optional(Type.Integer({ minimum: 0 })),
      value: Type.Optional(Type.String({ maxLength: 1_000 })),
    }),
    { default: [], maxItems: 200 },
  ),
})
export type ChangeWish = Static<typeof ChangeWish>

export interface PricedChange {
  service: ServiceRow
  offer: Offer
  plan: ChangePlan
  /** What plugins add to the document: fees and discounts, which are of no service. */
  added: readonly DraftLine[]
  /** What becomes of the value when the plan gives some back. */
  unused: UnusedValue
  /** What its document would come to, tax included; negative when the client gets something back. */
  sums: DocumentSums
}

/** What a change would cost today, tax included, and from the next period on. Changes nothing. */
export const previewChange = defineVerb(
  { permission: 'service.preview_change', audience: ['client', 'staff'], input: ChangeWish },
  async (means: ChangeMeans, input, actor): Promise<PricedChange> => {
    const right = 'service.preview_change'
    const service = await findService(means.db, actor, { id: input.service_id, right })
    return priceChange(means, means.db, { service, wish: input, changeId: 'preview' })
  },
)

const NOTHING: DocumentSums = { subtotalMinor: 0n, taxMinor: 0n, totalMinor: 0n, promotionalMinor: 0n }

/** The document of a change, which one over no lines is none. */
async function sumsOf(
  means: ChangeMeans,
  queries: Queries,
  draft: DraftInvoice,
): Promise<PricedChange['sums']> {
  return draft.lines.length === 0 ? NOTHING : means.changes.sums(means, queries, draft)
}

/** Only what is owed is offered to plugins: of what a client gets back nobody takes a part. */
async function addedTo(
  means: ChangeMeans,
  queries: Queries,
  draft: DraftInvoice,
): Promise<readonly DraftLine[]> {
  const owed = draft.lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0n) > 0n
  return owed ? means.changes.added(means, queries, draft) : []
}

export function draftOf(
  means: Pick<Means, 'business'>,
  { service, plan, added }: Pick<PricedChange, 'service' | 'plan' | 'added'>,
  changeId: string,
): DraftInvoice {
  return {
    brandId: service.brand_id,
    clientId: service.client_id,
    currency: service.currency,
    origin: 'change',
    originId: changeId,
    dueOn: means.business.today(service.zone),
    lines: [...plan.lines, ...added],
  }
}

export async function priceChange(
  means: ChangeMeans,
  queries: Queries,
  { service, wish, changeId }: { service: ServiceRow; wish: ChangeWish; changeId: string },
): Promise<PricedChange> {
  const onDay = refuseImpossible(means, service)
  const offer = await means.changes.price(queries, {
    service,
    productId: wish.product_id ?? service.product_id,
    cycle: wish.cycle === undefined ? service.cycle : cycle(wish.cycle),
    quantity: wish.quantity ?? service.quantity,
    options: wish.options.map((option) => ({
      optionId: option.option_id,
      ...(option.value_id === undefined ? {} : { valueId: option.value_id }),
      ...(option.quantity === undefined ? {} : { quantity: option.quantity }),
      ...(option.value === undefined ? {} : { value: option.value }),
    })),
    onDay,
  })
  if (offer.instanceId !== service.instance_id)
    throw ChangeNotPossible({
      id: service.id,
      reason: 'the other plan is delivered in another way. Order it anew.',
    })
  if (isMetered(service.cycle))
    throw ChangeNotPossible({ id: service.id, reason: 'it is charged by the hour. Order it anew.' })
  if (offer.cycle !== service.cycle && !recurs(offer.cycle))
    throw ChangeNotPossible({
      id: service.id,
      reason: 'the other plan is not charged by period. Order it anew.',
    })
  const { terms, paidByAnother, ...facts } = await pricedFacts(queries, service, onDay)
  const { proration, unusedOnDowngrade: unused } = terms
  const how = { mode: proration, zone: service.zone, at: means.business.now() }
  const plan = planChange({ service, offer, onDay, how, changeId, ...facts })
  refusePaidByAnother(service, paidByAnother, plan.totalMinor)
  const bare = { service, offer, unused, plan }
  const added = await addedTo(means, queries, draftOf(means, { ...bare, added: [] }, changeId))
  const sums = await sumsOf(means, queries, draftOf(means, { ...bare, added }, changeId))
  // The shop keeps what a cheaper plan leaves over, so nothing goes on a document.
  if (unused === 'none' && sums.totalMinor < 0n)
    return { ...bare, added, plan: { ...plan, lines: [], totalMinor: 0n }, sums: NOTHING }
  return { ...bare, added, sums }
}

function refuseImpossible(means: Means, service: ServiceRow) {
  if (service.billing_status === 'ended') throw ServiceEnded({ id: service.id })
  if (service.billing_status !== 'active')
    throw ChangeNotPossible({
      id: service.id,
      reason: `it is ${service.billing_status}; only an active service changes.`,
    })
  if (service.paused_on !== null)
    throw ChangeNotPossible({ id: service.id, reason: 'it is paused; resume it first.' })
  const today = means.business.today(service.zone)
  if (isTermOver(service, today)) throw ChangeNotPossible({ id: service.id, reason: 'its term is over.' })
  return today
}
