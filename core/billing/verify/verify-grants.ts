import { sql, type Queries } from '../../db/index.ts'
import { worthOf } from '../credit/paid-by-grants.ts'
import type { Finding } from './check.ts'

interface GrantedDocument {
  id: string
  number: string
  used_minor: bigint
  total_minor: bigint
  credited_minor: bigint
}

/** What promotional credit and goodwill paid beyond what is left of a document went back to the client as money. */
export async function verifyGrants(queries: Queries): Promise<Finding[]> {
  const rows = await queries.all<GrantedDocument>(sql`
    select i.id, coalesce(i.number, i.id) as number, i.total_minor, u.used_minor,
      coalesce((select -sum(n.total_minor) from invoices n where n.corrects_id = i.id and n.kind = 'credit_note'), 0) as credited_minor
    from (select invoice_id, sum(amount_minor) as used_minor from credit_uses where invoice_id is not null
      group by invoice_id having sum(amount_minor) > 0) u
    join invoices i on i.id = u.invoice_id order by i.id`)
  const findings: Finding[] = []
  for (const { id, number, used_minor, total_minor, credited_minor } of rows) {
    const worthMinor = (await worthOf(queries, id)) ?? total_minor - credited_minor
    if (used_minor <= worthMinor) continue
    const problem = `credit that was given pays ${used_minor} of ${number}, of which ${worthMinor} is left`
    findings.push({ check: 'credit that was given pays no more than is left', id, problem })
  }
  return findings
}
