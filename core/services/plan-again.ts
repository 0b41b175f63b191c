import { droppedBy } from '../billing/index.ts'
import { sql, type Trx } from '../db/index.ts'
import { assert, periodStart, type IsoDate } from '../kernel/index.ts'
import { updateVersioned, type Means } from '../records/index.ts'
import { countPeriods, type DiscountPeriods } from './service-discounts.ts'
import type { ServiceRow } from './rows.ts'

/**
 * Puts a service back to the first period that a cancellation had dropped, now that the cancellation is undone: the
 * next run charges it again, with the coupon that it had.
 */
export async function planAgain(
  means: Means,
  trx: Trx,
  service: ServiceRow,
  cancellationId: string,
): Promise<void> {
  const dropped = await trx.all<{ kind: string; period_start: IsoDate; cause: string }>(sql`
    select kind, period_start, cause from charges where source_id = ${service.id} and cause like ${`${droppedBy(cancellationId)}%`}
      and kind in ('recurring', 'discount') order by period_start`)
  const startsOn = dropped.find(({ kind }) => kind === 'recurring')?.period_start
  if (startsOn === undefined) return
  const discounts = dropped.filter(({ kind }) => kind === 'discount').map(({ cause }) => cause)
  const own = discounts.filter((cause) => cause === droppedBy(cancellationId)).length
  const index = indexOf(service, startsOn)
  const set = {
    period_index: index,
    // Of a fixed term they are to come again.
    periods_left: service.periods_left === null ? null : service.periods_left + service.period_index - index,
    next_period_on: startsOn,
    charged_through: startsOn,
    coupon_cycles_left: service.coupon_cycles_left === null ? null : service.coupon_cycles_left + own,
  }
  await updateVersioned(means, trx, { table: 'services', what: 'service', row: service, set })
  await countPeriods(trx, givenBack(discounts, cancellationId))
}

/** A discount that is a row of its own is the cause of its charge. */
function givenBack(causes: readonly string[], cancellationId: string): DiscountPeriods {
  const ids = causes.map((cause) => cause.slice(droppedBy(cancellationId).length)).filter((id) => id !== '')
  return Object.fromEntries([...Map.groupBy(ids, (id) => id)].map(([id, of]) => [id, -of.length]))
}

/** A service that ends changes neither plan nor cycle, so its dropped period stands where it was. */
function indexOf({ id, anchor_on: anchorOn, cycle, period_index }: ServiceRow, startsOn: IsoDate): number {
  assert(anchorOn !== null, `service ${id} was charged by period`)
  let index = period_index
  while (index > 0 && periodStart(anchorOn, cycle, index) > startsOn) index--
  assert(periodStart(anchorOn, cycle, index) === startsOn, `service ${id} has a period of ${startsOn}`)
  return index
}
