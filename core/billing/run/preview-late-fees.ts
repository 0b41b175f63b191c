import { daysBetween, maxDay, type IsoDate } from '../../kernel/index.ts'
import type { Means, ScopedSetting } from '../../records/index.ts'
import { dayOfStep } from '../dunning/step.ts'
import type { PlannedInvoice } from '../plan-invoice.ts'
import { FEE_SCOPES } from './charge-late-fees.ts'
import { feeSteps, type LateFee } from './late-fee.ts'
import { planLateFees } from './plan-late-fees.ts'
import type { World } from './world-ahead.ts'

/** Of the clients of a chunk, all documents. */
const ALL = 1_000_000

export interface LateFeesAhead {
  world: World
  today: IsoDate
  until: IsoDate
  rules: ScopedSetting<LateFee>
  /** The day from which on a document is there; absent: it is there now. */
  issuedOn: (documentId: string) => IsoDate | undefined
}

/** What the runs of the next days will charge on documents that are there or will be, as long as nothing is paid on them. */
export async function previewLateFees(
  means: Means,
  { world, today, until, rules, issuedOn }: LateFeesAhead,
): Promise<PlannedInvoice[]> {
  const planned: PlannedInvoice[] = []
  for (const rule of rules.values) {
    const last = feeSteps(rule, until)
    for (const [i, { step, dueFrom, dueTo }] of feeSteps(rule, today).entries()) {
      const days = { firstDay: daysBetween(dueTo, today), lastDay: daysBetween(dueFrom, today) }
      const of = {
        ...{ rule, world, limit: ALL, among: rules.has(rule, FEE_SCOPES) },
        step: { step, dueFrom, dueTo: last[i]!.dueTo },
        onDay: ({ id, owed_on, due_on }: { id: string; owed_on: IsoDate | null; due_on: IsoDate }) =>
          dayOfStep({ name: '', ...days }, owed_on ?? due_on, maxDay(today, issuedOn(id) ?? today)),
      }
      const fees = await planLateFees(means, means.db, { ...of, after: '' })
      planned.push(...fees.flatMap(({ plan }) => plan ?? []))
    }
  }
  return planned.filter(({ issuedOn: on }) => on <= until)
}
