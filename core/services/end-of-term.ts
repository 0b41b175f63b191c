import { notGivenBack } from '../billing/index.ts'
import { sql, type Queries } from '../db/index.ts'
import { minDay, type IsoDate } from '../kernel/index.ts'
import type { ServiceRow } from './rows.ts'

/** First day that is not paid: an unpaid renewal is not part of the term. Today when nothing recurs. */
export async function endOfTerm(queries: Queries, service: ServiceRow, today: IsoDate): Promise<IsoDate> {
  if (service.charged_through === null) return today
  const unpaid = await queries.get<{ starts_on: IsoDate | null }>(sql`
    select min(l.period_start) as starts_on from invoice_lines l join invoices i on i.id = l.invoice_id join charges c on c.id = l.charge_id
    where ${notGivenBack} and l.source_id = ${service.id} and l.kind = 'recurring' and i.status = 'issued'
      and l.period_start > ${today}`)
  return unpaid?.starts_on ? minDay(unpaid.starts_on, service.charged_through) : service.charged_through
}
