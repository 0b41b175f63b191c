import { sql, type Sql } from '../db/index.ts'
import type { IsoDate } from '../kernel/index.ts'
import type { DueColumns, DueItem, DueWindow } from './billable-source.ts'

/** By which day each row of a source is asked for, where that differs. */
export interface Ahead {
  until_on?: IsoDate
  lead?: string
  monthly?: number
}

/** The columns of Ahead, to stand behind those of the source. */
export function aheadColumns({ untilOf, leadOf, monthlyOf }: DueWindow, columns: DueColumns): Sql {
  const until = untilOf ? sql`, ${untilOf(columns)} as until_on` : sql``
  const lead = leadOf ? sql`, ${leadOf(columns)} as lead` : sql``
  const monthly = monthlyOf ? sql`, case when ${monthlyOf(columns)} then 1 else 0 end as monthly` : sql``
  return sql`${until}${lead}${monthly}`
}

export const aheadOf = ({ lead, monthly }: Ahead): Pick<DueItem, 'lead' | 'monthly'> => ({
  ...(lead === undefined ? {} : { lead: Number(lead) }),
  ...(monthly === 1 ? { monthly: true } : {}),
})
