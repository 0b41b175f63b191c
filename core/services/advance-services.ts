import type { DueItem } from '../billing/index.ts'
import { sql, type Trx } from '../db/index.ts'
import { ChangedMeanwhile } from '../kernel/index.ts'
import type { ServiceStep } from './plan-periods.ts'

/**
 * Moves services on by the periods just charged. The old period number is compared in the same statement: when one
 * service has moved meanwhile nothing may be written, so the whole transaction is refused and planned anew.
 */
export async function advanceServices(trx: Trx, items: readonly DueItem[]): Promise<void> {
  const steps: ServiceStep[] = []
  for (const item of items) if (item.step !== null) steps.push(item.step as ServiceStep)
  if (steps.length === 0) return
  const changed = trx.dialect === 'postgres' ? await together(trx, steps) : await oneByOne(trx, steps)
  if (changed !== steps.length) {
    throw ChangedMeanwhile({ what: 'service', id: `${steps.length - changed} of ${steps.length}` })
  }
}

/** One statement; the rows travel as one JSON text. */
async function together(trx: Trx, steps: readonly ServiceStep[]): Promise<number> {
  return trx.run(sql`
    update services s set period_index = v."toIndex", charged_through = v."chargedThrough",
      next_period_on = v."chargedThrough", coupon_cycles_left = v."couponCyclesLeft", version = s.version + 1
    from json_to_recordset(${JSON.stringify(steps)}::json)
      as v(id text, "fromIndex" bigint, "toIndex" bigint, "chargedThrough" text, "couponCyclesLeft" bigint)
    where s.id = v.id and s.period_index = v."fromIndex"`)
}

/** SQLite has no round trips to save: one prepared statement for all rows is its fastest way. */
async function oneByOne(trx: Trx, steps: readonly ServiceStep[]): Promise<number> {
  let changed = 0
  for (const { id, fromIndex, toIndex, chargedThrough, couponCyclesLeft } of steps) {
    changed += await trx.run(sql`
      update services set period_index = ${toIndex}, charged_through = ${chargedThrough},
        next_period_on = ${chargedThrough}, coupon_cycles_left = ${couponCyclesLeft}, version = version + 1
      where id = ${id} and period_index = ${fromIndex}`)
  }
  return changed
}
