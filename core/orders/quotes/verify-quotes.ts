import type { Finding } from '../../billing/index.ts'
import { sql, type Queries } from '../../db/index.ts'
import { versionHash, type QuoteRow, type QuoteVersionRow } from './quote.ts'

const BATCH = 500
type Sent = QuoteVersionRow & Pick<QuoteRow, 'client_id' | 'currency'> & { quote_number: string | null }

/** Whatever was sent still says what was sent, and what was accepted has its order at the price quoted. */
export async function verifyQuotes(queries: Queries): Promise<Finding[]> {
  const findings: Finding[] = await queries.all<Finding>(sql`
    select 'accepted quote has its order' as "check", q.id as id, 'accepted, but without an order, or the other way round' as problem
    from quotes q left join orders o on o.id = q.order_id where (q.status = 'accepted') <> (o.id is not null) order by q.id`)
  for (let after = ''; ;) {
    const rows = await queries.all<Sent>(sql`
      select v.*, q.number as quote_number, q.client_id, q.currency from quote_versions v join quotes q on q.id = v.quote_id
      where v.sent_at is not null and v.id > ${after} order by v.id limit ${BATCH}`)
    if (rows.length === 0) return findings
    for (const row of rows) {
      const { client_id, currency, quote_number: number } = row
      if (versionHash({ number, client_id, currency }, row) !== row.document_hash)
        findings.push({
          ...{ check: 'sent quote is frozen', id: row.quote_id },
          problem: `version ${row.number} of ${number} differs from what was sent`,
        })
    }
    after = rows.at(-1)!.id
  }
}
