import { list, sql, type Dialect, type Sql } from '../../db/index.ts'
import type { IsoDate } from '../../kernel/index.ts'

/** A document that a run will issue, as the statements of dunning see it. */
export interface DocumentAhead {
  id: string
  client_id: string
  brand_id: string
  currency: string
  origin: string
  proforma: 0 | 1
  due_on: IsoDate
  /** What will be open of it; more than zero. */
  total_minor: bigint
  source_ids: readonly string[]
  /** The day from which on steps of dunning find it. */
  known_on: IsoDate
}

/** Lets a statement of the run find, under the names of the tables, what will be there. */
export type World = (statement: Sql) => Sql

/** The statement as it is. */
export const presentWorld: World = (statement) => statement

/**
 * The open documents of some clients together with those that runs will issue: a statement over "invoices" and
 * "invoice_lines" reads these instead. So the preview asks by the very statements of the run. The two levels keep a
 * name from meaning itself, which SQLite takes for a recursion.
 */
export function worldAhead(
  dialect: Dialect,
  { clientIds, documents }: { clientIds: readonly string[]; documents: readonly DocumentAhead[] },
): World {
  const known = sql`select ${HEAD} from invoices i where i.client_id in (${list(clientIds)}) and i.status = 'issued' and i.kind = 'invoice'`
  const [heads, lines] = rowsAhead(dialect, documents)
  return (statement) => sql`
    with known as (${known}), known_lines as (select l.invoice_id, l.source_id, l.position from known k join invoice_lines l on l.invoice_id = k.id)
    select * from (
      with invoices as (select * from known union all ${heads}),
        invoice_lines as (select * from known_lines union all ${lines})
      ${statement}) found`
}

const HEAD = sql`i.id, i.number, i.client_id, i.brand_id, i.currency, i.status, i.kind, i.origin, i.proforma, i.due_on, i.owed_on, i.in_collections_at, i.suspected_at, i.total_minor`

/** Documents and their lines, which are in no table, each as one value. */
function rowsAhead(dialect: Dialect, documents: readonly DocumentAhead[]): [Sql, Sql] {
  const heads = JSON.stringify(documents.map(headOf))
  const lines = JSON.stringify(documents.flatMap(linesOf))
  if (dialect === 'postgres')
    return [
      sql`select id, null, client_id, brand_id, currency, 'issued', 'invoice', origin, proforma, due_on, null, null, null, total_minor
        from jsonb_to_recordset(cast(${heads} as jsonb)) as h(id text collate "C", client_id text collate "C", brand_id text collate "C",
          currency text collate "C", origin text collate "C", proforma bigint, due_on text collate "C", total_minor bigint)`,
      sql`select invoice_id, source_id, position from jsonb_to_recordset(cast(${lines} as jsonb))
        as n(invoice_id text collate "C", source_id text collate "C", position bigint)`,
    ]
  return [
    sql`select value ->> 'id', null, value ->> 'client_id', value ->> 'brand_id', value ->> 'currency', 'issued', 'invoice', value ->> 'origin',
      value ->> 'proforma', value ->> 'due_on', null, null, null, cast(value ->> 'total_minor' as integer) from json_each(${heads})`,
    sql`select value ->> 'invoice_id', value ->> 'source_id', value ->> 'position' from json_each(${lines})`,
  ]
}

const headOf = ({ source_ids: _sources, known_on: _day, total_minor, ...head }: DocumentAhead) => ({
  ...head,
  total_minor: total_minor.toString(),
})

const linesOf = ({ id, source_ids }: DocumentAhead) =>
  source_ids.map((source_id, position) => ({ invoice_id: id, source_id, position }))
