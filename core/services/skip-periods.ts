import type { Trx } from '../db/index.ts'
import { periodStart, recurs, type IsoDate } from '../kernel/index.ts'
import { readSetting, updateVersioned, type Means } from '../records/index.ts'
import { lockService } from './load.ts'
import type { ServiceRow } from './rows.ts'
import { invoiceSuspended } from './settings.ts'

/** Where suspended services are not charged, the periods missed are left out and charging goes on with today's. */
export async function skipSuspended(means: Means, trx: Trx, serviceId: string): Promise<void> {
  const row = await lockService(trx, serviceId)
  if (row.delivery_status !== 'suspended') return
  if (await readSetting(trx, invoiceSuspended, { brand: row.brand_id })) return
  await skipMissed(means, trx, row)
}

/** Charging goes on with the period of today, whatever was missed before. */
export async function skipMissed(means: Means, trx: Trx, row: ServiceRow): Promise<void> {
  const set = nextIndexOn(row, means.business.today(row.zone))
  if (set) await updateVersioned(means, trx, { table: 'services', what: 'service', row, set })
}

/** Where charging goes on when the periods before `today` are left out: the period of today. Null when none is missed. */
function nextIndexOn(
  { anchor_on: anchorOn, cycle, period_index: index, next_period_on: nextOn }: ServiceRow,
  today: IsoDate,
): { period_index: number; next_period_on: IsoDate; charged_through: IsoDate } | null {
  if (anchorOn === null || nextOn === null || !recurs(cycle)) return null
  let n = index
  while (periodStart(anchorOn, cycle, n + 1) <= today) n++
  if (n === index) return null
  const startsOn = periodStart(anchorOn, cycle, n)
  return { period_index: n, next_period_on: startsOn, charged_through: startsOn }
}
