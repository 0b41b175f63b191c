import { Type } from '../../../sdk/index.ts'
import { list, sql, type Queries, type Sql } from '../../db/index.ts'
import { invalidInput, isoDate, type IsoDate } from '../../kernel/index.ts'
import { defineVerb, findRow, type Means } from '../../records/index.ts'
import { account } from '../ledger.ts'

/** One movement of what a client owes: above zero it owes more. */
export interface StatementEntry {
  journalId: string
  on: IsoDate
  /** Kind of the journal: "invoice_issued", "payment_succeeded", … */
  kind: string
  /** Number of the document, or reference of the payment; null for neither. */
  reference: string | null
  invoiceId: string | null
  amountMinor: bigint
  balanceMinor: bigint
}

export interface Statement {
  clientId: string
  brandId: string
  name: string
  currency: string
  from: IsoDate
  to: IsoDate
  openingMinor: bigint
  entries: readonly StatementEntry[]
  closingMinor: bigint
}

export const StatementPeriod = {
  client_id: Type.String(),
  from: Type.String({ format: 'date' }),
  to: Type.String({ format: 'date' }),
}

interface Billed {
  id: string
  brand_id: string
  currency: string
  name: string
  company: string | null
}

/**
 * What a client owed before the first day, every movement up to the last, and what it owes then; less than nothing is
 * what we owe. It is read from the ledger itself, so that it cannot differ from it: three statements.
 */
export const readStatement = defineVerb(
  { permission: 'statement.read', audience: ['staff', 'client'], input: Type.Object(StatementPeriod) },
  async (means: Means, input, actor): Promise<Statement> => {
    const client = await findRow<Billed>(means.db, actor, {
      ...{ table: 'clients', what: 'client', id: input.client_id },
      scope: { client: 'id', right: 'statement.read' },
    })
    const [from, to] = [isoDate(input.from), isoDate(input.to)]
    if (to < from) throw invalidInput({ to: 'lies before the first day' })
    const openingMinor = await balanceBefore(means.db, client, from)
    const entries = await movements(means.db, client, { from, to, openingMinor })
    return {
      ...{ clientId: client.id, brandId: client.brand_id, name: client.company ?? client.name },
      ...{ currency: client.currency, from, to, openingMinor, entries },
      closingMinor: entries.at(-1)?.balanceMinor ?? openingMinor,
    }
  },
)

/** What a client owes less what it has as credit: moving money between the two moves nothing. */
const ownPostings = ({ id, currency }: Billed): Sql =>
  sql`p.client_id = ${id} and p.account in (${list([account.receivable, account.clientCredit])}) and p.currency = ${currency}`

async function balanceBefore(queries: Queries, client: Billed, from: IsoDate): Promise<bigint> {
  const row = await queries.get<{ balance_minor: bigint | null }>(sql`
    select sum(p.amount_minor) as balance_minor from postings p join journals j on j.id = p.journal_id
    where ${ownPostings(client)} and j.effective_on < ${from}`)
  return row?.balance_minor ?? 0n
}

interface Moved {
  id: string
  effective_on: IsoDate
  kind: string
  amount_minor: bigint
  number: string | null
  reference: string | null
  invoice_id: string | null
}

async function movements(
  queries: Queries,
  client: Billed,
  { from, to, openingMinor }: { from: IsoDate; to: IsoDate; openingMinor: bigint },
): Promise<StatementEntry[]> {
  const rows = await queries.all<Moved>(sql`
    select m.id, m.effective_on, m.kind, m.amount_minor, i.number, y.reference, coalesce(i.id, y.invoice_id) as invoice_id from (
      select j.id, j.effective_on, j.kind, j.source_id, sum(p.amount_minor) as amount_minor
      from postings p join journals j on j.id = p.journal_id
      where ${ownPostings(client)} and j.effective_on between ${from} and ${to}
      group by j.id, j.effective_on, j.kind, j.source_id having sum(p.amount_minor) <> 0) m
    left join refunds r on r.id = m.source_id left join refund_parts rt on rt.id = m.source_id
    left join write_offs w on w.id = m.source_id
    left join invoices i on i.id = coalesce(r.invoice_id, rt.invoice_id, w.invoice_id, m.source_id)
    left join payments y on y.id = m.source_id
    order by m.effective_on, m.id`)
  let balanceMinor = openingMinor
  return rows.map((row) => {
    balanceMinor += row.amount_minor
    return {
      ...{ journalId: row.id, on: row.effective_on, kind: row.kind, invoiceId: row.invoice_id },
      ...{ reference: row.number ?? row.reference, amountMinor: row.amount_minor, balanceMinor },
    }
  })
}

const NAMED = [
  ...['invoice_issued', 'credit_note_issued', 'invoice_voided', 'invoice_written_off', 'write_off_recovered'],
  ...['payment_succeeded', 'refund_held', 'refund_sent', 'refund_allotted', 'refund_failed'],
]

/** A movement as people are told of it; what has no name of its own is an adjustment. */
export const movementName = (kind: string): string => (NAMED.includes(kind) ? kind : 'other')
