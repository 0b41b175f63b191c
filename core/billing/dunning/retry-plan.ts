import { list, sql, type Queries, type Sql } from '../../db/index.ts'
import { addDays, type IsoDate } from '../../kernel/index.ts'
import { readSetting, type SettingColumns } from '../../records/index.ts'
import { stepName } from './owed-on.ts'
import { chargeRetries } from '../settings.ts'

/** The product of the first line that has one stands for a document: its plan is one plan, whatever else it charges. */
const ofFirstLine = (column: Sql): Sql => sql`(
  select ${column} from invoice_lines l join services s on s.id = l.source_id join products o on o.id = s.product_id
  where l.invoice_id = i.id order by l.position limit 1)`

/** Where the plan of an invoice (i) may be set, for statements. */
export const RETRY_SCOPES = {
  brand: sql`i.brand_id`,
  client: sql`i.client_id`,
  product: ofFirstLine(sql`o.id`),
  group: ofFirstLine(sql`o.group_id`),
} as const satisfies SettingColumns

/** Days after the due day on which a document is charged: the due day itself, then the plan in order. */
export const triesOf = (plan: readonly number[]): number[] => [0, ...[...new Set(plan)].sort((a, b) => a - b)]

/** Days from each try of a plan to the next. */
export const gapsOf = (tries: readonly number[]): number[] => tries.slice(1).map((day, i) => day - tries[i]!)

/**
 * The next day after `today` on which the document is charged again; null when its plan is at its end. What the bank
 * returned days later is tried again as long after that day as the plan puts between the two tries.
 */
export async function nextRetry(
  queries: Queries,
  invoice: { id: string; brand_id: string; client_id: string; due_on: IsoDate; owed_on: IsoDate | null },
  { today, returnedOn = null }: { today: IsoDate; returnedOn?: IsoDate | null },
): Promise<IsoDate | null> {
  const goods = await queries.get<{ product: string | null; group_id: string | null }>(
    sql`select ${RETRY_SCOPES.product} as product, ${RETRY_SCOPES.group} as group_id from invoices i where i.id = ${invoice.id}`,
  )
  const plan = await readSetting(queries, chargeRetries, {
    ...{ brand: invoice.brand_id, client: invoice.client_id },
    ...{ product: goods?.product ?? null, group: goods?.group_id ?? null },
  })
  const tries = triesOf(plan)
  if (returnedOn !== null) {
    const gap = gapsOf(tries)[(await triesMade(queries, invoice, tries.length)) - 1]
    return gap === undefined ? null : addDays(returnedOn, gap)
  }
  const days = tries.map((after) => addDays(invoice.owed_on ?? invoice.due_on, after))
  return days.find((day) => day > today) ?? null
}

/** The number of the last try that was entered for the document, or for its part that is owed. */
export async function triesMade(
  queries: Queries,
  invoice: { id: string; owed_on: IsoDate | null },
  most: number,
): Promise<number> {
  const names = Array.from({ length: most }, (_, i) => stepName(`try_${i + 1}`, invoice))
  const acts = await queries.all<{ period: string }>(
    sql`select period from automated_acts where task = 'charge' and subject = ${invoice.id} and period in (${list(names)})`,
  )
  return Math.max(0, ...acts.map(({ period }) => names.indexOf(period) + 1))
}
