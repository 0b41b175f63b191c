import { toDecimal } from '../../sdk/index.ts'
import { classOfAccount } from '../billing/index.ts'
import { all, sql, type Queries, type Sql } from '../db/index.ts'
import { dayIn, type Actor, type Instant, type IsoDate } from '../kernel/index.ts'
import { findRow, scoped } from '../records/index.ts'
import type { LedgerExport } from './export-ledger.ts'
import { movedAt, movementJoins } from './moved-at.ts'
import { csv } from './report-csv.ts'

const COLUMNS = [
  ...['journal_id', 'position', 'day', 'kind', 'document', 'source_id', 'account', 'code', 'class'],
  ...['client_id', 'client', 'currency', 'debit', 'credit', 'reverses', 'booked_at', 'brand', 'export_id'],
  'happened_on',
]
const BATCH = 2_000

/** One export again: journals never change, so it holds the same rows in the same order as the first time. */
export async function exportCsv(queries: Queries, actor: Actor, exportId: string): Promise<string> {
  const wanted = { table: 'ledger_exports', what: 'export', id: exportId, scope: { client: null } }
  const row = await findRow<LedgerExport>(queries, actor, wanted)
  return postingsCsv(queries, [sql`x.export_id = ${row.id}`])
}

/** All journals of some days, handed over or not; marks nothing. */
export function journalsCsv(
  queries: Queries,
  actor: Actor,
  { from, until, brandId }: { from: IsoDate; until: IsoDate; brandId: string | null },
): Promise<string> {
  const where = [
    scoped(actor, { table: 'j', client: null }),
    sql`j.effective_on >= ${from} and j.effective_on < ${until}`,
    ...(brandId ? [sql`j.brand_id = ${brandId}`] : []),
  ]
  return postingsCsv(queries, where)
}

interface PostingRow {
  journal_id: string
  position: number
  effective_on: IsoDate
  kind: string
  document: string | null
  source_id: string
  account: string
  code: string | null
  client_id: string | null
  client: string | null
  currency: string
  amount_minor: bigint
  reverses_id: string | null
  created_at: Instant
  brand: string
  export_id: string | null
  moved_at: Instant | null
  zone: string
}

/** One row a posting, in the order of journals; read in pieces, so that a year of a large shop does not stand in memory twice. */
async function postingsCsv(queries: Queries, where: readonly Sql[]): Promise<string> {
  const parts = [csv([COLUMNS])]
  for (let after: readonly [string, number] = ['', 0]; ;) {
    const rows = await queries.all<PostingRow>(sql`
      select j.id as journal_id, p.position, j.effective_on, j.kind, i.number as document, j.source_id, p.account, k.code,
        p.client_id, coalesce(c.company, c.name) as client, p.currency, p.amount_minor, j.reverses_id, j.created_at,
        b.name as brand, b.zone, x.export_id, ${movedAt} as moved_at
      from journals j join postings p on p.journal_id = j.id join brands b on b.id = j.brand_id
        left join exported_journals x on x.journal_id = j.id left join write_offs w on w.id = j.source_id
        left join invoices i on i.id = coalesce(w.invoice_id, j.source_id) ${movementJoins}
        left join clients c on c.id = p.client_id
        left join account_codes k on k.seller_id = b.seller_id and k.account = p.account
      where ${all(where)} and (j.id > ${after[0]} or (j.id = ${after[0]} and p.position > ${after[1]}))
      order by j.id, p.position limit ${BATCH}`)
    const last = rows.at(-1)
    if (!last) return parts.join('')
    parts.push(csv(rows.map(lineOf)))
    after = [last.journal_id, last.position]
  }
}

function lineOf(row: PostingRow): string[] {
  const { currency, amount_minor: minor } = row
  const decimal = (of: bigint): string => (of > 0n ? toDecimal({ minor: of, currency }) : '')
  return [
    ...[row.journal_id, String(row.position), row.effective_on, row.kind, row.document ?? '', row.source_id],
    ...[
      row.account,
      row.code ?? '',
      classOfAccount(row.account, minor),
      row.client_id ?? '',
      row.client ?? '',
    ],
    ...[currency, decimal(minor), decimal(-minor), row.reverses_id ?? '', row.created_at],
    ...[row.brand, row.export_id ?? ''],
    row.moved_at === null ? row.effective_on : dayIn(row.zone, row.moved_at),
  ]
}
