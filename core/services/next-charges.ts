import type { DueItem } from '../billing/index.ts'
import { sql, type Queries } from '../db/index.ts'
import type { Instant, IsoDate } from '../kernel/index.ts'
import { planHours } from './plan-hours.ts'
import { planPeriods, type Coupon, type DueOption, type DueService } from './plan-periods.ts'
import type { ServiceOptionRow, ServiceRow } from './rows.ts'

/** What the next period will cost, or the hours used so far, line by line, with why; null when nothing more is charged. */
export function nextCharges(
  service: ServiceRow & Pick<DueService, 'product_name' | 'repricing' | 'discounts'>,
  options: readonly ServiceOptionRow[],
  { coupon, now }: { coupon?: Coupon | undefined; now: Instant },
): DueItem | null {
  const { next_period_on: nextPeriodOn, billing_status: status } = service
  if (nextPeriodOn === null || status === 'ended') return null
  const priced: DueOption[] = options.filter((option) => option.amount_minor !== 0n)
  if (service.metered_until !== null) {
    const { metered_until, delivered_at, zone } = service
    const used = { ...service, metered_until, delivered_at, zone, hour_cap: 0, metered_end: now }
    const item = planHours({ ...used, next_period_on: nextPeriodOn }, nextPeriodOn, priced, coupon)
    return item && { ...item, dueOn: nextPeriodOn }
  }
  const due: DueService = { ...service, next_period_on: nextPeriodOn }
  return planPeriods(due, { untilOn: nextPeriodOn, most: 1 }, priced, coupon)
}

export interface Unplanned {
  id: string
  client_id: string
  cycle: string
  next_period_on: IsoDate | null
}

/** The reconciler: recurring services in force that will never be charged again though nobody has ended them. */
export function servicesWithoutNextCharge(queries: Queries, limit = 100): Promise<Unplanned[]> {
  return queries.all<Unplanned>(sql`
    select id, client_id, cycle, next_period_on from services
    where billing_status = 'active' and cycle not in ('once', 'free') and cancel_on is null and paused_on is null
      and (next_period_on is null or anchor_on is null)
    order by id limit ${limit}`)
}
