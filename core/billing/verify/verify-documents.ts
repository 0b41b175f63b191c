import { sql, type Queries } from '../../db/index.ts'
import { documentHash, withParts, type InvoiceRow } from '../invoice.ts'
import type { Finding } from './check.ts'
import { creditedBefore } from './credited-before.ts'
import { taxProblem } from './tax-problem.ts'

const BATCH = 500

/** Issued documents, a few statements for each batch: still as they were frozen, and taxed as their own rates and rounding say. */
export async function verifyDocuments(queries: Queries): Promise<Finding[]> {
  const findings: Finding[] = []
  for (let after = ''; ;) {
    const rows = await queries.all<InvoiceRow>(
      sql`select * from invoices where number is not null and id > ${after} order by id limit ${BATCH}`,
    )
    if (rows.length === 0) return findings
    const credited = await creditedBefore(queries, rows)
    for (const invoice of await withParts(queries, rows)) {
      const { id, number } = invoice
      // The tax table is hashed in the order in which it was planned: by rate, then name, as withParts reads it.
      if (documentHash(invoice, invoice.lines, invoice.taxes) !== invoice.document_hash)
        findings.push({
          ...{ check: 'issued document is frozen', id },
          problem: `${number} differs from what was issued`,
        })
      const problem = taxProblem(invoice, credited)
      if (problem) findings.push({ check: 'tax of a document is its rate on what is taxed', id, problem })
    }
    after = rows.at(-1)!.id
  }
}
