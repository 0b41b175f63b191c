import { refreshFigures, sql, type Queries, type Sql } from '../../db/index.ts'
import type { IsoDate } from '../../kernel/index.ts'
import type { NumberSeries } from '../number-series.ts'
import { headIn, type DocumentKind } from '../numbering.ts'
import type { Finding } from './check.ts'
import { checks, runCheck } from './checks.ts'
import { verifyDeferrals } from './verify-deferrals.ts'
import { verifyDocuments } from './verify-documents.ts'
import { verifyGivenBack } from './verify-given-back.ts'
import { verifyGrants } from './verify-grants.ts'
import { verifyPeriods } from './verify-periods.ts'
import { verifyTaxAnswers } from './verify-tax-answers.ts'
import { verifyTables } from './verify-tables.ts'

/** Recomputes everything that can be recomputed. An empty list means that the books are right. */
export async function verifyBooks(queries: Queries, today: IsoDate): Promise<Finding[]> {
  await refreshFigures(queries)
  const findings: Finding[] = []
  for (const check of checks) {
    for (const row of await runCheck(queries, check, { today })) findings.push({ check: check.name, ...row })
  }
  findings.push(...(await verifyDocuments(queries)), ...(await verifyNumbers(queries)))
  findings.push(...(await verifyDeferrals(queries)), ...(await verifyTaxAnswers(queries)))
  findings.push(...(await verifyGivenBack(queries)), ...(await verifyGrants(queries)))
  findings.push(...(await verifyPeriods(queries)), ...(await verifyTables(queries)))
  return findings
}

/** Numbers first … next − 1 of a series exist exactly once, and later numbers have no earlier day. */
async function verifyNumbers(queries: Queries): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const series of await queries.all<NumberSeries>(sql`select * from number_series order by id`)) {
    const prefix = headIn(series, series.year)
    const rows = await queries.all<{ number: string; issued_on: IsoDate }>(
      series.kind === 'quote' ? quoteNumbers(series, prefix) : documentNumbers(series, prefix),
    )
    let day = ''
    rows.forEach(({ number, issued_on }, i) => {
      if (Number(number.slice(prefix.length)) !== series.first_number + i)
        findings.push({
          check: 'numbers have no gap',
          id: series.id,
          problem: `${number} stands where ${prefix}${series.first_number + i} should`,
        })
      if (issued_on < day)
        findings.push({
          check: 'numbers follow the days',
          id: series.id,
          problem: `${number} is dated ${issued_on}, after ${day}`,
        })
      day = issued_on
    })
    if (rows.length !== series.next_number - series.first_number)
      findings.push({
        check: 'numbers have no gap',
        id: series.id,
        problem: `${rows.length} documents, the counter says ${series.next_number - series.first_number}`,
      })
  }
  return findings
}

function documentNumbers({ seller_id, brand_id, kind: of }: NumberSeries, prefix: string): Sql {
  const { number, day, kind } = numbered(of)
  return sql`
    select ${number} as number, ${day} as issued_on from invoices where seller_id = ${seller_id} and brand_id = ${brand_id} and kind = ${kind}
    and ${number} >= ${prefix} and ${number} < ${`${prefix}~`} order by length(${number}), ${number}`
}

/** A quote keeps its number through all of its versions; its day is that of the first. */
function quoteNumbers({ brand_id }: NumberSeries, prefix: string): Sql {
  return sql`
    select q.number, min(v.sent_on) as issued_on from quotes q join quote_versions v on v.quote_id = q.id and v.sent_on is not null
    where q.brand_id = ${brand_id} and q.number >= ${prefix} and q.number < ${`${prefix}~`}
    group by q.number order by length(q.number), q.number`
}

/** A proforma keeps its number beside that of the invoice that it became, whose day is another. */
function numbered(kind: DocumentKind): { number: Sql; day: Sql; kind: string } {
  return kind === 'proforma'
    ? { number: sql`proforma_number`, day: sql`substr(created_at, 1, 10)`, kind: 'invoice' }
    : { number: sql`number`, day: sql`issued_on`, kind }
}
