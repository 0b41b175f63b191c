import { isCurrency, Type, type Static } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { perMonth, readAmount } from '../catalog/index.ts'
import { list, sql, type Queries, type Sql, type Trx } from '../db/index.ts'
import {
  addDays,
  defineError,
  defineLifecycle,
  invalidInput,
  isoDate,
  maxDay,
  type Actor,
  type IsoDate,
} from '../kernel/index.ts'
import { applyTransition, defineVerb, findRow, type Means } from '../records/index.ts'
import type { DueOption, DueService } from './plan-periods.ts'
import { firstOn, repriced, storeOptions, type PriceChange, type Repricing } from './repricing.ts'
import type { WhatIf } from './service-source.ts'

/** A price change for services that were sold: chosen, shown with its effect, announced, then charged. */
export const campaignLifecycle = defineLifecycle('price_campaign', {
  initial: 'draft',
  transitions: {
    schedule: { from: ['draft'], to: 'scheduled' },
    finish: {
      from: ['scheduled'],
      to: 'done',
      follows: 'the campaign was asked about when it was scheduled',
    },
    cancel: { from: ['draft', 'scheduled'], to: 'cancelled' },
  },
})

export interface CampaignRow {
  id: string
  brand_id: string
  name: string
  status: (typeof campaignLifecycle.states)[number]
  choice: string
  change: string
  starts_on: IsoDate
  notice_days: number
  version: number
}

export const CampaignEmpty = defineError(
  'price_campaign.empty',
  409,
  (p: { name: string }) => `No service fits the choice of "${p.name}", so there is nothing to announce.`,
)

const Id = Type.String({ minLength: 1, maxLength: 64 })
/** Which services: those of a brand that fit all that is named. */
export const CampaignChoice = {
  product_id: Type.Optional(Id),
  list_id: Type.Optional(Id),
  cycle: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,2}[dwmy]$' })),
  currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$' })),
}
/** One of both: a part of the price, options included, or a new price of the product itself. */
export const CampaignChange = {
  percent_ppm: Type.Optional(Type.Integer({ minimum: -900_000, maximum: 10_000_000 })),
  amount: Type.Optional(Type.String({ maxLength: 30 })),
}
const Choice = Type.Object(CampaignChoice)
export type Choice = Static<typeof Choice>

/** A draft: nothing is announced before it is scheduled. Answers its id. */
export const createCampaign = defineVerb(
  {
    permission: 'price_campaign.create',
    asksNobody: 'a draft is nothing yet; scheduling it is asked about',
    audience: ['staff'],
    input: Type.Object({
      brand_id: Id,
      name: Type.String({ minLength: 1, maxLength: 120 }),
      ...CampaignChoice,
      ...CampaignChange,
      starts_on: Type.String({ maxLength: 20 }),
      notice_days: Type.Integer({ minimum: 0, maximum: 365 }),
    }),
  },
  (means: Means, input, actor): Promise<string> =>
    means.db.transaction(async (trx) => {
      const brand = await findRow<{ id: string; zone: string }>(trx, actor, {
        ...{ table: 'brands', what: 'brand', id: input.brand_id, scope: { client: null, brand: 'id' } },
      })
      const { brand_id, name, percent_ppm, amount, starts_on, notice_days, ...choice } = input
      const change = changeOf({ ...choice, percent_ppm, amount })
      const startsOn = futureDay(starts_on, means.business.today(brand.zone))
      const id = means.newId('pcp')
      const now = means.business.now()
      const columns = { name, choice: JSON.stringify(choice), change: JSON.stringify(change) }
      const row = {
        id,
        brand_id,
        ...columns,
        starts_on: startsOn,
        notice_days,
        status: campaignLifecycle.initial,
      }
      await trx.insert('price_campaigns', [{ ...row, created_at: now, updated_at: now }])
      const entry = { action: 'price_campaign.create', subject: id, brandId: brand_id, after: row }
      await recordAudit(means, trx, actor, [entry])
      return id
    }),
)

/** The change as it is kept; a sum needs a currency and a cycle, because it stands for one period. */
export function changeOf(
  input: Choice & { percent_ppm?: number | undefined; amount?: string | undefined },
): PriceChange {
  const { percent_ppm, amount, currency, cycle } = input
  if ((percent_ppm === undefined) === (amount === undefined))
    throw invalidInput({ percent: 'is given, or else a new price' })
  if (percent_ppm !== undefined) {
    if (percent_ppm === 0) throw invalidInput({ percent: 'must not be zero' })
    return { kind: 'percent', percent_ppm }
  }
  if (!currency || !isCurrency(currency)) throw invalidInput({ currency: 'is needed for a new price' })
  if (!cycle) throw invalidInput({ cycle: 'is needed for a new price' })
  const minor = readAmount(amount!, currency)
  if (typeof minor !== 'bigint') throw invalidInput({ amount: minor.problem })
  return { kind: 'amount', unit_minor: minor.toString() }
}

export function futureDay(text: string, today: IsoDate): IsoDate {
  let day: IsoDate
  try {
    day = isoDate(text)
  } catch {
    throw invalidInput({ starts_on: `"${text}" is not a day that exists` })
  }
  if (day < today) throw invalidInput({ starts_on: `must not be before today, ${today}` })
  return day
}

export const findCampaign = (queries: Queries, actor: Actor, id: string): Promise<CampaignRow> =>
  findRow(queries, actor, { table: 'price_campaigns', what: 'price campaign', id, scope: { client: null } })

/** What a campaign touches, by product, cycle and currency: sums are those of one month, before tax and coupons. */
export interface CampaignEffect {
  product: string
  cycle: string
  currency: string
  services: number
  oldMinor: bigint
  newMinor: bigint
  firstOn: IsoDate
}

/** Income before and after, for the services that fit today. Writes nothing. */
export const previewCampaign = defineVerb(
  {
    permission: 'price_campaign.preview',
    audience: ['staff'],
    input: Type.Object({ campaign_id: Id }),
  },
  async (means: Means, { campaign_id }, actor): Promise<CampaignEffect[]> => {
    const campaign = await findCampaign(means.db, actor, campaign_id)
    const effects = new Map<string, CampaignEffect>()
    for await (const batch of chosen(means, means.db, campaign))
      for (const { service, next, startsOn } of batch) {
        const key = `${service.product_id} ${service.cycle} ${service.currency}`
        const effect = effects.get(key) ?? {
          ...{ product: service.product_name, cycle: service.cycle, currency: service.currency },
          ...{ services: 0, oldMinor: 0n, newMinor: 0n, firstOn: startsOn },
        }
        effect.services++
        effect.oldMinor += perMonth(service.recurring_minor, service.cycle) ?? 0n
        effect.newMinor += perMonth(next.recurringMinor, service.cycle) ?? 0n
        if (startsOn < effect.firstOn) effect.firstOn = startsOn
        effects.set(key, effect)
      }
    return [...effects.values()].sort((a, b) => (a.product < b.product ? -1 : 1))
  },
)

/** Takes the services that fit into the campaign, each with its first period and the day on which it is told. */
export const scheduleCampaign = defineVerb(
  {
    permission: 'price_campaign.schedule',
    asks: ['price_campaign.schedule:check'],
    audience: ['staff'],
    input: Type.Object({ campaign_id: Id }),
  },
  (means: Means, { campaign_id }, actor): Promise<number> =>
    means.db.transaction(async (trx) => {
      const row = await findCampaign(trx, actor, campaign_id)
      await applyTransition(means, trx, { lifecycle: campaignLifecycle, row, name: 'schedule', actor })
      let count = 0
      for await (const batch of chosen(means, trx, row)) {
        await trx.insert(
          'service_repricings',
          batch.map((one) => repricingRow(means, row, one)),
        )
        count += batch.length
      }
      if (count === 0) throw CampaignEmpty({ name: row.name })
      return count
    }),
)

/** Nothing of it is charged from now on; what was charged at the new price stays. Answers how many services keep theirs. */
export const cancelCampaign = defineVerb(
  {
    permission: 'price_campaign.cancel',
    asks: ['price_campaign.cancel:check'],
    audience: ['staff'],
    input: Type.Object({ campaign_id: Id, reason: Type.String({ minLength: 1, maxLength: 500 }) }),
  },
  (means: Means, { campaign_id, reason }, actor): Promise<number> =>
    means.db.transaction(async (trx) => {
      const row = await findCampaign(trx, actor, campaign_id)
      const change = { reason }
      await applyTransition(means, trx, { lifecycle: campaignLifecycle, row, name: 'cancel', actor, change })
      return trx.run(sql`
        update service_repricings set status = 'cancelled', version = version + 1
        where campaign_id = ${row.id} and status in ('planned', 'announced')`)
    }),
)

interface Chosen {
  service: DueService
  next: Pick<Repricing, 'amountMinor' | 'recurringMinor' | 'options'>
  startsOn: IsoDate
}

const BATCH = 1_000

/** Services in force that fit and have no other change ahead of them, batch by batch in the order of their ids. */
async function* chosen(means: Means, queries: Queries, campaign: CampaignRow): AsyncGenerator<Chosen[]> {
  const change = JSON.parse(campaign.change) as PriceChange
  const fits = choiceOf(JSON.parse(campaign.choice) as Choice)
  for (let after = ''; ;) {
    const rows = await queries.all<DueService & { zone: string }>(sql`
      select s.*, p.name as product_name from services s join products p on p.id = s.product_id
      where s.brand_id = ${campaign.brand_id} and s.id > ${after} and s.billing_status = 'active' and s.next_period_on is not null
        and s.anchor_on is not null and s.cancel_on is null and (s.periods_left is null or s.periods_left > 0) and ${fits}
        and not exists (select 1 from service_repricings r where r.service_id = s.id and r.status in ('planned', 'announced'))
      order by s.id limit ${BATCH}`)
    if (rows.length === 0) return
    after = rows.at(-1)!.id
    const options = await optionsOf(queries, rows)
    yield rows.flatMap((service): Chosen[] => {
      const next = repriced(service, options.get(service.id) ?? [], change)
      const soonest = addDays(means.business.today(service.zone), campaign.notice_days)
      const startsOn = firstOn(service, maxDay(campaign.starts_on, soonest))
      return startsOn === null || next.recurringMinor === service.recurring_minor
        ? []
        : [{ service, next, startsOn }]
    })
  }
}

function choiceOf({ product_id, list_id, cycle, currency }: Choice): Sql {
  return sql`1 = 1
    ${product_id ? sql`and s.product_id = ${product_id}` : sql``}
    ${list_id ? sql`and s.price_id in (select id from prices where list_id = ${list_id})` : sql``}
    ${cycle ? sql`and s.cycle = ${cycle}` : sql``} ${currency ? sql`and s.currency = ${currency}` : sql``}`
}

async function optionsOf(
  queries: Queries,
  services: readonly { id: string }[],
): Promise<Map<string, DueOption[]>> {
  const rows = await queries.all<DueOption>(sql`
    select * from service_options where service_id in (${list(services.map(({ id }) => id))}) and amount_minor <> 0`)
  return Map.groupBy(rows, (row) => row.service_id)
}

function repricingRow(means: Means, campaign: CampaignRow, { service, next, startsOn }: Chosen) {
  const now = means.business.now()
  return {
    id: means.newId('srp'),
    campaign_id: campaign.id,
    service_id: service.id,
    brand_id: service.brand_id,
    client_id: service.client_id,
    status: 'planned',
    from_on: startsOn,
    notice_on: addDays(startsOn, -campaign.notice_days),
    product_id: service.product_id,
    cycle: service.cycle,
    old_amount_minor: service.amount_minor,
    old_recurring_minor: service.recurring_minor,
    new_amount_minor: next.amountMinor,
    new_recurring_minor: next.recurringMinor,
    new_options: storeOptions(next.options),
    created_at: now,
    updated_at: now,
  }
}

/** The same choice and change, tried out: for a simulation of what runs would charge. One statement, for the list. */
export async function whatIfPrices(
  queries: Queries,
  of: { brandId: string | null; choice: Choice; change: PriceChange; startsOn: IsoDate },
): Promise<WhatIf> {
  const { choice, change, startsOn } = of
  const prices = choice.list_id
    ? await queries.all<{ id: string }>(sql`select id from prices where list_id = ${choice.list_id}`)
    : null
  const ofList = prices && new Set(prices.map(({ id }) => id))
  const fits = (service: DueService): boolean =>
    (of.brandId === null || service.brand_id === of.brandId) &&
    (!choice.product_id || service.product_id === choice.product_id) &&
    (!choice.cycle || service.cycle === choice.cycle) &&
    (!choice.currency || service.currency === choice.currency) &&
    (ofList === null || (service.price_id !== null && ofList.has(service.price_id)))
  return (service, options) =>
    fits(service) ? { id: null, fromOn: startsOn, ...repriced(service, options, change) } : null
}

/** Rows that may still change, as the daily step takes them. */
export interface RepricingRow {
  id: string
  campaign_id: string
  service_id: string
  status: string
  from_on: IsoDate
  notice_on: IsoDate
  old_recurring_minor: bigint
  new_recurring_minor: bigint
  version: number
}

/** Marks rows, all at once. */
export const markRepricings = (trx: Trx, ids: readonly string[], status: string): Promise<number> =>
  trx.run(sql`
    update service_repricings set status = ${status}, version = version + 1
    where id in (${list(ids)}) and status in ('planned', 'announced')`)
