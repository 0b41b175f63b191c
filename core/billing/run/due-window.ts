import { sql, type Sql } from '../../db/index.ts'
import { addDays, addMonths, daysBetween, isoDate, type IsoDate } from '../../kernel/index.ts'
import type { ScopedSetting, ScopedSettings } from '../../records/index.ts'
import type { DueColumns, DueItem, DueWindow } from '../billable-source.ts'
import type { BilledDay } from '../ports.ts'
import { leadDays, leadDaysLong, leadDaysShort, monthlyInvoice } from '../settings.ts'

/** The settings by which it is known when something is invoiced. */
export const LEAD = { lead: leadDays, short: leadDaysShort, long: leadDaysLong, monthly: monthlyInvoice }
export type LeadRules = ScopedSettings<typeof LEAD>

/** What a run of the day asks its sources for: everything that begins within the lead days of its scope and cycle. */
export function dueWindow(rules: LeadRules, { on, brandIds }: BilledDay): DueWindow {
  const leads = allLeads(rules)
  const byMonth = rules.monthly.values.includes(true)
  const furthest = addDays(on, Math.max(...leads))
  const untilOn = byMonth ? lastOfMonth(furthest) : furthest
  if (leads.length === 1 && !byMonth) return { on, untilOn, brandIds }
  const leadOf = (columns: DueColumns) => leadText(rules, columns)
  const monthlyOf = (columns: DueColumns) => rules.monthly.has(true, columns)
  const untilOf = (columns: DueColumns) => {
    const day = (of: (lead: number) => IsoDate) =>
      choice(
        leadOf(columns),
        leads.map((lead) => [String(lead), of(lead)]),
      )
    const plain = day((lead) => addDays(on, lead))
    if (!byMonth) return plain
    return sql`case when ${monthlyOf(columns)} then ${day((lead) => lastOfMonth(addDays(on, lead)))} else ${plain} end`
  }
  return { on, untilOn, untilOf, leadOf, ...(byMonth ? { monthlyOf } : {}), brandIds }
}

/** Every number of days that is in force for anything. */
const allLeads = ({ lead, short, long }: LeadRules): number[] => [
  ...new Set([...lead.values, ...[...short.values, ...long.values].filter((days) => days >= 0)]),
]

const differs = ({ values }: ScopedSetting<number>): boolean => values.some((days) => days >= 0)

/** The lead days of a row, as text. */
function leadText(rules: LeadRules, columns: DueColumns): Sql {
  const usual = rules.lead.text(columns)
  const { cycle } = columns
  if (!cycle || (!differs(rules.short) && !differs(rules.long))) return usual
  const own = (setting: ScopedSetting<number>) =>
    differs(setting) ? sql`coalesce(nullif(${setting.text(columns)}, '-1'), ${usual})` : usual
  return sql`case ${lengthClass(cycle)} when 'short' then ${own(rules.short)} when 'long' then ${own(rules.long)} else ${usual} end`
}

/** "short" is under a month, "long" a year or more; of a cycle as it is written: 14d, 3m, 1y. */
function lengthClass(cycle: Sql): Sql {
  const count = sql`cast(substr(${cycle}, 1, length(${cycle}) - 1) as integer)`
  return sql`case when ${cycle} in ('once', 'free') then 'usual' when ${cycle} like '%y' then 'long'
    when ${cycle} like '%m' then case when ${count} >= 12 then 'long' else 'usual' end
    when ${cycle} like '%w' then case when ${count} < 4 then 'short' when ${count} < 52 then 'usual' else 'long' end
    when ${cycle} like '%d' then case when ${count} < 28 then 'short' when ${count} < 365 then 'usual' else 'long' end
    else 'short' end`
}

function choice(text: Sql, cases: readonly (readonly [string, IsoDate])[]): Sql {
  if (cases.length === 1) return sql`${cases[0]![1]}`
  const parts = cases.map(([value, day]) => sql`when ${value} then ${day}`)
  return sql`case ${text} ${parts.reduce((a, b) => sql`${a} ${b}`)} end`
}

const firstOfMonth = (day: IsoDate): IsoDate => isoDate(`${day.slice(0, 8)}01`)
export const lastOfMonth = (day: IsoDate): IsoDate => addDays(addMonths(firstOfMonth(day), 1), -1)

/** The day on which a run issues what begins on `dueOn`, going by the item's own lead days. */
export function issueDay(
  item: Pick<DueItem, 'lead' | 'monthly' | 'inArrears'>,
  dueOn: IsoDate,
  usual: number,
): IsoDate {
  if (item.inArrears) return dueOn
  return addDays(item.monthly ? firstOfMonth(dueOn) : dueOn, -(item.lead ?? usual))
}

/** The lead days of a window in which they are the same for all. */
export const usualLead = (window: DueWindow, on: IsoDate): number => daysBetween(on, window.untilOn)
