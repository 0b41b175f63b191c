import { sql, type Queries } from '../../db/index.ts'
import { addDays, type IsoDate } from '../../kernel/index.ts'
import { scopedSetting, type SettingColumns } from '../../records/index.ts'
import type { DueWindow } from '../billable-source.ts'
import type { BilledDay } from '../ports.ts'
import { leadDays } from '../settings.ts'

/** What a run of the day asks its sources for: everything that begins within the lead days of its scope. */
export async function dueWindow(queries: Queries, { on, brandIds }: BilledDay): Promise<DueWindow> {
  const lead = await scopedSetting(queries, leadDays)
  const untilOn = addDays(on, Math.max(...lead.values))
  if (lead.values.length === 1) return { untilOn, brandIds }
  const untilOf = (columns: SettingColumns) => {
    const cases = lead.values.map((days) => sql`when ${JSON.stringify(days)} then ${addDays(on, days)}`)
    return sql`case ${lead.text(columns)} ${cases.reduce((a, b) => sql`${a} ${b}`)} end`
  }
  return { untilOn, untilOf, brandIds }
}

/** The day by which a run of this day asks for an item: its own when days differ by scope. */
export const untilOf = (item: { untilOn?: IsoDate }, window: DueWindow): IsoDate =>
  item.untilOn ?? window.untilOn
