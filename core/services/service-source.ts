import {
  aheadColumns,
  aheadOf,
  ofBrands,
  periodsLeft,
  type Ahead,
  type BillableSource,
  type DueItem,
  type DueWindow,
} from '../billing/index.ts'
import { join, list, sql, type Sql } from '../db/index.ts'
import type { IsoDate } from '../kernel/index.ts'
import { advanceServices } from './advance-services.ts'
import { planPeriods, type Coupon, type DueOption, type DueService } from './plan-periods.ts'
import { readOptions, type Repricing } from './repricing.ts'
import { anyDiscount, discountsWhere, NO_DISCOUNTS } from './service-discounts.ts'
import { invoiceSuspended } from './settings.ts'
import { UNSUSPECTED } from './suspicion.ts'

/** Prices that are tried out: what a service would be charged, and from when; null leaves it as it is. */
export type WhatIf = (service: DueService, options: readonly DueOption[]) => Repricing | null

/** Services as billing sees them: what begins a period by the day. A statement or two a chunk of clients. */
export const servicesSource = (whatIf?: WhatIf): BillableSource => ({
  name: 'services',

  dueClients: (window) => [sql`select s.client_id from services s where ${billable(window)}`],

  async dueItems(queries, { clientIds, ...window }) {
    if (clientIds.length === 0) return []
    const condition = sql`s.client_id in (${list(clientIds)}) and ${billable(window)}`
    const rows = await queries.all<DueRow>(sql`
      select s.id, s.brand_id, s.client_id, s.product_id, p.name as product_name, s.label, s.currency, s.cycle, s.quantity,
        s.price_id, s.amount_minor, s.recurring_minor, s.tax_class, s.untaxed_price, s.coupon_id, s.coupon_cycles_left,
        s.anchor_on, s.period_index, s.periods_left, s.next_period_on, s.cancel_on, ${anyDiscount} as any_discount,
        r.id as repricing_id, r.from_on, r.new_amount_minor, r.new_recurring_minor, r.new_options,
        k.code, k.percent_ppm, k.currency as coupon_currency, k.amount_minor as coupon_minor, o.option_id, o.label as option_label,
        o.quantity as option_quantity, o.amount_minor as option_minor, o.price_id as option_price_id, o.pricing${aheadColumns(window, SCOPES)}
      from services s join products p on p.id = s.product_id ${ANNOUNCED}
      left join coupons k on k.id = s.coupon_id and coalesce(s.coupon_cycles_left, 1) <> 0
      left join service_options o on o.service_id = s.id and o.amount_minor <> 0
      where ${condition} order by s.client_id, s.id, o.option_id`)
    const isAny = (rows[0]?.any_discount ?? 0) > 0
    const discounts = isAny ? await discountsWhere(queries, condition) : NO_DISCOUNTS
    const items: DueItem[] = []
    for (const ofService of Map.groupBy(rows, (row) => row.id).values()) {
      const service = ofService[0]!
      const untilOn = service.until_on ?? window.untilOn
      const own = ofService.flatMap(optionOf)
      const repricing = whatIf?.(service, own) ?? announced(service)
      const lowered = discounts.get(service.id)
      const due = lowered ? { ...service, repricing, discounts: lowered } : { ...service, repricing }
      const until = { untilOn, most: periodsLeft(window, service.id) }
      const item = planPeriods(due, until, own, couponOf(service))
      if (item) items.push({ ...item, ...aheadOf(service) })
    }
    return items
  },

  advance: advanceServices,
})

export const serviceSource = servicesSource()

/** The price change of a service that was announced, as long as the service is what it was when it was chosen. */
export const ANNOUNCED = sql`left join service_repricings r on r.service_id = s.id
  and r.status in ('planned', 'announced') and r.status = 'announced' and r.product_id = s.product_id and r.cycle = s.cycle
  and r.old_amount_minor = s.amount_minor and r.old_recurring_minor = s.recurring_minor`

export interface Announced {
  repricing_id: string | null
  from_on: IsoDate
  new_amount_minor: bigint
  new_recurring_minor: bigint
  new_options: string
}

export const announced = (row: Announced): Repricing | null =>
  row.repricing_id === null
    ? null
    : {
        ...{ id: row.repricing_id, fromOn: row.from_on, amountMinor: row.new_amount_minor },
        ...{ recurringMinor: row.new_recurring_minor, options: readOptions(row.new_options) },
      }

/** Where a service finds the ids of its scopes. */
export const SCOPES = {
  brand: sql`s.brand_id`,
  group: sql`(select g.group_id from products g where g.id = s.product_id)`,
  product: sql`s.product_id`,
  client: sql`s.client_id`,
  cycle: sql`s.cycle`,
}

/** Suspended services (s) are charged or not as their brand says, else the installation. */
export const chargedSuspended: Sql = sql`(coalesce(
  (select x.value from settings x where x.scope = 'brand' and x.scope_id = s.brand_id and x.key = ${invoiceSuspended.key}),
  (select x.value from settings x where x.scope = 'installation' and x.scope_id = '' and x.key = ${invoiceSuspended.key}),
  ${JSON.stringify(invoiceSuspended.preset)}) = 'true')`

const CHARGED = sql`(s.delivery_status <> 'suspended' or ${chargedSuspended})`

function billable({ untilOn, untilOf, brandIds = null }: DueWindow): Sql {
  const conditions = [
    sql`s.next_period_on <= ${untilOn}`,
    sql`s.billing_status in ('active', 'ending')`,
    sql`s.metered_until is null`,
    sql`(s.cancel_on is null or s.cancel_on > s.next_period_on)`,
    sql`(s.periods_left is null or s.periods_left > 0)`,
    CHARGED,
    UNSUSPECTED,
  ]
  if (untilOf) conditions.push(sql`s.next_period_on <= ${untilOf(SCOPES)}`)
  if (brandIds !== null) conditions.push(ofBrands(sql`s.brand_id`, brandIds))
  return join(conditions, ' and ')
}

/** The coupon that lowers the next period; its id stands with the service. */
interface CouponColumns {
  code: string | null
  percent_ppm: number | null
  coupon_currency: string | null
  coupon_minor: bigint | null
}

function couponOf(row: CouponColumns & Pick<DueService, 'coupon_id'>): Coupon | undefined {
  if (row.coupon_id === null || row.code === null) return undefined
  const { coupon_id: id, code, percent_ppm, coupon_currency: currency, coupon_minor: amount_minor } = row
  return { id, code, percent_ppm, currency, amount_minor }
}

/** Null, all of them, where nothing of the service is chosen that costs. */
interface OptionColumns {
  option_id: string | null
  option_label: string
  option_quantity: number
  option_minor: bigint
  option_price_id: string | null
  pricing: string | null
}

/** A service comes once for each of its options. */
type DueRow = DueService & Ahead & Announced & CouponColumns & OptionColumns & { any_discount: number }

const optionOf = (row: DueRow): DueOption[] =>
  row.option_id === null
    ? []
    : [
        {
          ...{ service_id: row.id, option_id: row.option_id, label: row.option_label },
          ...{ quantity: row.option_quantity, amount_minor: row.option_minor },
          ...{ price_id: row.option_price_id, pricing: row.pricing },
        },
      ]
