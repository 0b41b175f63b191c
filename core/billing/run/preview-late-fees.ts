import { sql } from '../../db/index.ts'
import { addDays, maxDay, type IsoDate } from '../../kernel/index.ts'
import type { Means, ScopedSetting } from '../../records/index.ts'
import type { PlannedInvoice } from '../plan-invoice.ts'
import { FEE_SCOPES } from './charge-late-fees.ts'
import { feeSteps, type LateFee } from './late-fee.ts'
import { planLateFees } from './plan-late-fees.ts'
import { ofBrands } from './zones.ts'

const BATCH = 100

export interface LateFeesAhead {
  today: IsoDate
  days: number
  brandIds: readonly string[] | null
  rules: ScopedSetting<LateFee>
}

/** What the runs of the next days will charge on documents that exist, as long as nothing is paid on them. */
export async function previewLateFees(
  means: Means,
  { today, days, brandIds, rules }: LateFeesAhead,
): Promise<PlannedInvoice[]> {
  const planned: PlannedInvoice[] = []
  for (const rule of rules.values) {
    const among = sql`${rules.has(rule, FEE_SCOPES)} and ${ofBrands(FEE_SCOPES.brand, brandIds)}`
    const last = feeSteps(rule, addDays(today, days))
    for (const [i, { step, dueFrom }] of feeSteps(rule, today).entries()) {
      const after = rule.grace_days + i * rule.every_days
      const of = {
        ...{ rule, among, limit: BATCH, step: { step, dueFrom, dueTo: last[i]!.dueTo } },
        onDay: ({ owed_on, due_on }: { owed_on: string | null; due_on: IsoDate }) =>
          maxDay(today, addDays((owed_on ?? due_on) as IsoDate, after)),
      }
      for (let from: string | undefined = ''; from !== undefined;) {
        const fees = await planLateFees(means, means.db, { ...of, after: from })
        planned.push(...fees.flatMap(({ plan }) => plan ?? []))
        from = fees.at(-1)?.invoice.id
      }
    }
  }
  return planned
}
