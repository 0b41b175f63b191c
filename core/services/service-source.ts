import {
  aheadColumns,
  aheadOf,
  ofBrands,
  type Ahead,
  type BillableSource,
  type DueItem,
  type DueWindow,
} from '../billing/index.ts'
import { join, list, sql, type Queries, type Sql } from '../db/index.ts'
import { advanceServices } from './advance-services.ts'
import { planEveryPeriod, planPeriods, type Coupon, type DueOption, type DueService } from './plan-periods.ts'
import { invoiceSuspended } from './settings.ts'

/** Services as billing sees them: what begins a period by the day. Three to five statements a chunk of clients. */
export const serviceSource: BillableSource = {
  name: 'services',

  async dueClients(queries, { afterClientId, limit, ...window }) {
    const condition = billable(window, await spared(queries))
    const rows = await queries.all<{ client_id: string }>(sql`
      select distinct s.client_id from services s where s.client_id > ${afterClientId} and ${condition}
      order by s.client_id limit ${limit}`)
    return rows.map((row) => row.client_id)
  },

  async dueItems(queries, { clientIds, ...window }) {
    if (clientIds.length === 0) return []
    const condition = sql`s.client_id in (${list(clientIds)}) and ${billable(window, await spared(queries))}`
    const services = await queries.all<DueService & Ahead>(sql`
      select s.id, s.brand_id, s.client_id, p.name as product_name, s.label, s.currency, s.cycle, s.quantity,
        s.price_id, s.amount_minor, s.recurring_minor, s.tax_class, s.coupon_id, s.coupon_cycles_left,
        s.anchor_on, s.period_index, s.periods_left, s.next_period_on, s.cancel_on${aheadColumns(window, SCOPES)}
      from services s join products p on p.id = s.product_id
      where ${condition} order by s.client_id, s.id`)
    const options = await optionsOf(queries, condition)
    const coupons = await couponsOf(queries, services)
    const items: DueItem[] = []
    for (const service of services) {
      const coupon = service.coupon_id === null ? undefined : coupons.get(service.coupon_id)
      const untilOn = service.until_on ?? window.untilOn
      const planned = window.everyPeriod ? planEveryPeriod : planPeriods
      const item = planned(service, untilOn, options.get(service.id), coupon)
      if (item) items.push({ ...item, ...aheadOf(service) })
    }
    return items
  },

  advance: advanceServices,
}

/** Where a service finds the ids of its scopes. */
export const SCOPES = {
  brand: sql`s.brand_id`,
  group: sql`(select g.group_id from products g where g.id = s.product_id)`,
  product: sql`s.product_id`,
  client: sql`s.client_id`,
  cycle: sql`s.cycle`,
}

/** Where suspended services are not charged: the installation as a whole, and brands that differ from it. */
interface Spared {
  byDefault: boolean
  brands: readonly string[]
}

async function spared(queries: Queries): Promise<Spared> {
  const rows = await queries.all<{ scope: string; scope_id: string; value: string }>(
    sql`select scope, scope_id, value from settings where key = ${invoiceSuspended.key}`,
  )
  const charged = (value: string) => JSON.parse(value) === true
  const whole = rows.find((row) => row.scope === 'installation')
  const byDefault = !(whole ? charged(whole.value) : invoiceSuspended.preset)
  const brands = rows.filter((row) => row.scope === 'brand' && charged(row.value) === byDefault)
  return { byDefault, brands: brands.map((row) => row.scope_id) }
}

function billable({ untilOn, untilOf, brandIds = null }: DueWindow, { byDefault, brands }: Spared): Sql {
  const conditions = [
    sql`s.next_period_on <= ${untilOn}`,
    sql`s.billing_status in ('active', 'ending')`,
    sql`s.metered_until is null`,
    sql`(s.cancel_on is null or s.cancel_on > s.next_period_on)`,
    sql`(s.periods_left is null or s.periods_left > 0)`,
  ]
  if (untilOf) conditions.push(sql`s.next_period_on <= ${untilOf(SCOPES)}`)
  if (brandIds !== null) conditions.push(ofBrands(sql`s.brand_id`, brandIds))
  if (byDefault) conditions.push(sql`(s.delivery_status <> 'suspended' or s.brand_id in (${list(brands)}))`)
  else if (brands.length > 0)
    conditions.push(sql`(s.delivery_status <> 'suspended' or s.brand_id not in (${list(brands)}))`)
  return join(conditions, ' and ')
}

async function optionsOf(queries: Queries, condition: Sql): Promise<Map<string, DueOption[]>> {
  const rows = await queries.all<DueOption>(sql`
    select o.service_id, o.option_id, o.label, o.quantity, o.amount_minor, o.price_id, o.pricing
    from services s join service_options o on o.service_id = s.id
    where ${condition} and o.amount_minor <> 0 order by o.service_id, o.option_id`)
  const grouped = new Map<string, DueOption[]>()
  for (const row of rows) {
    const known = grouped.get(row.service_id)
    if (known) known.push(row)
    else grouped.set(row.service_id, [row])
  }
  return grouped
}

export async function couponsOf(
  queries: Queries,
  services: readonly { coupon_id: string | null; coupon_cycles_left: number | null }[],
): Promise<Map<string, Coupon>> {
  const ids = new Set<string>()
  for (const service of services) {
    if (service.coupon_id !== null && service.coupon_cycles_left !== 0) ids.add(service.coupon_id)
  }
  if (ids.size === 0) return new Map()
  const rows = await queries.all<Coupon>(
    sql`select id, code, percent_ppm, currency, amount_minor from coupons where id in (${list([...ids])})`,
  )
  return new Map(rows.map((row) => [row.id, row]))
}
