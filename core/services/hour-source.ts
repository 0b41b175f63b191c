import { ofBrands, type BillableSource, type DueItem, type DueWindow } from '../billing/index.ts'
import { join, list, sql, type Queries, type Sql, type Trx } from '../db/index.ts'
import { ChangedMeanwhile } from '../kernel/index.ts'
import { scopedSetting } from '../records/index.ts'
import { couponsOf } from './coupons-of.ts'
import { planHours, type MeteredService, type MeteredStep } from './plan-hours.ts'
import type { DueOption } from './plan-periods.ts'
import { SCOPES } from './service-source.ts'
import { hourCap } from './settings.ts'
import { UNSUSPECTED } from './suspicion.ts'

/** Services that are charged by the hour: what they used until a billing day, or until they ended. */
export const hourSource: BillableSource = {
  name: 'hours',

  dueClients: (window) => [sql`select s.client_id from services s where ${due(window)}`],

  async dueItems(queries, { clientIds, ...window }) {
    if (clientIds.length === 0) return []
    const condition = sql`s.client_id in (${list(clientIds)}) and ${due(window)}`
    const services = await queries.all<Omit<MeteredService, 'hour_cap'>>(sql`
      select s.id, s.brand_id, s.client_id, p.name as product_name, s.label, s.currency, s.cycle, s.quantity, s.price_id,
        s.amount_minor, s.recurring_minor, s.tax_class, s.untaxed_price, s.coupon_id, s.coupon_cycles_left, s.anchor_on, s.period_index,
        s.periods_left, s.next_period_on, s.cancel_on, s.zone, s.metered_until, s.metered_end, s.delivered_at
      from services s join products p on p.id = s.product_id where ${condition} order by s.client_id, s.id`)
    if (services.length === 0) return []
    const caps = await capsOf(queries, condition)
    const options = await optionsOf(queries, condition)
    const coupons = await couponsOf(queries, services)
    return services.flatMap((service): DueItem[] => {
      const coupon = service.coupon_id === null ? undefined : coupons.get(service.coupon_id)
      const metered = { ...service, hour_cap: caps.get(service.id) ?? 0 }
      const item = planHours(metered, window.on ?? window.untilOn, options.get(service.id), coupon)
      return item ? [item] : []
    })
  },

  advance: advanceMeters,
}

/** Nothing is invoiced ahead: what counts is the day of the run, not the days before it. */
function due({ on, untilOn, brandIds = null }: DueWindow): Sql {
  const conditions = [
    sql`s.metered_until is not null`,
    sql`s.next_period_on is not null`,
    sql`(s.next_period_on <= ${on ?? untilOn} or s.metered_end is not null)`,
    sql`(s.billing_status in ('active', 'ending') or s.metered_end is not null)`,
    UNSUSPECTED,
  ]
  if (brandIds !== null) conditions.push(ofBrands(sql`s.brand_id`, brandIds))
  return join(conditions, ' and ')
}

/** Most hours a month of each service: its product's, group's, brand's or the installation's. */
async function capsOf(queries: Queries, condition: Sql): Promise<Map<string, number>> {
  const cap = (await scopedSetting(queries, hourCap)).text(SCOPES)
  const rows = await queries.all<{ id: string; cap: number }>(
    sql`select s.id, cast(${cap} as integer) as cap from services s where ${condition}`,
  )
  return new Map(rows.map((row) => [row.id, row.cap]))
}

async function optionsOf(queries: Queries, condition: Sql): Promise<Map<string, DueOption[]>> {
  const rows = await queries.all<DueOption>(sql`
    select o.service_id, o.option_id, o.label, o.quantity, o.amount_minor, o.price_id
    from services s join service_options o on o.service_id = s.id
    where ${condition} and o.amount_minor <> 0 order by o.service_id, o.option_id`)
  return Map.groupBy(rows, (row) => row.service_id)
}

/** Moves the meters on, in one statement that compares where they stood; when one has moved meanwhile, none is moved. */
async function advanceMeters(trx: Trx, items: readonly DueItem[]): Promise<void> {
  const steps = items.map(({ step }) => step as MeteredStep)
  if (steps.length === 0) return
  const changed = await trx.run(sql`
    update services set metered_until = v.metered_until, next_period_on = v.next_period_on, charged_through = v.charged_through,
      coupon_cycles_left = v.coupon_cycles_left, version = version + 1,
      metered_end = case when v.next_period_on is null then null else metered_end end
    from ${asRows(trx, steps)} where services.id = v.id and services.metered_until = v.from_at
      and services.next_period_on is not null`)
  if (changed !== steps.length)
    throw ChangedMeanwhile({ what: 'service', id: `${steps.length - changed} of ${steps.length}` })
}

function asRows(trx: Trx, steps: readonly MeteredStep[]): Sql {
  const text = JSON.stringify(steps)
  if (trx.dialect === 'postgres')
    return sql`json_to_recordset(${text}::json) as v(id text, from_at text, metered_until text, next_period_on text,
      charged_through text, coupon_cycles_left bigint)`
  return sql`(select value ->> 'id' as id, value ->> 'from_at' as from_at, value ->> 'metered_until' as metered_until,
      value ->> 'next_period_on' as next_period_on, value ->> 'charged_through' as charged_through,
      value ->> 'coupon_cycles_left' as coupon_cycles_left from json_each(${text})) as v`
}
