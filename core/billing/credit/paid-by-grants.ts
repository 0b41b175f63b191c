import { list, sql, type Queries } from '../../db/index.ts'
import type { PlannedInvoice, PlannedLine } from '../plan-invoice.ts'
import { readValued, returnedValue, type ValuedLine } from '../returned-value.ts'

/** What of unused time grants had paid, by the document that they paid: it goes back into them. */
export interface GrantsPart {
  invoiceId: string
  /** Above zero. */
  amountMinor: bigint
}

/** Stands for a document that is not written yet; behind all that are. */
const PLANNED = '~'

/**
 * What of the value that a planned document gives back promotional credit and goodwill had paid: as for a credit note,
 * grants pay for no more of a document than is left of it, so that money comes back first.
 */
export async function paidByGrants(
  queries: Queries,
  { draft, lines, totalMinor }: PlannedInvoice,
): Promise<GrantsPart[]> {
  if (totalMinor >= 0n || !(await anyUsed(queries, draft.clientId))) return []
  const sourceIds = [...new Set(lines.flatMap(({ sourceId }) => sourceId ?? []))]
  const known = await readValued(queries, draft.clientId, sourceIds)
  const planned = { id: PLANNED, kind: 'credit_note', total_minor: totalMinor, credited_minor: 0n }
  const { parts, worth } = returnedValue({
    periods: [...known.periods, ...lines.flatMap(valued)],
    documents: [...known.documents, planned],
    notes: known.notes,
  })
  const returned = new Map<string, bigint>()
  for (const { invoiceId, amountMinor } of parts.get(PLANNED) ?? [])
    returned.set(invoiceId, (returned.get(invoiceId) ?? 0n) + amountMinor)
  const used = await usedOn(queries, [...returned.keys()])
  return [...returned].flatMap(([invoiceId, minor]) => {
    const beyond = (used.get(invoiceId) ?? 0n) - (worth.get(invoiceId) ?? 0n)
    const amountMinor = beyond < minor ? beyond : minor
    return amountMinor > 0n ? [{ invoiceId, amountMinor }] : []
  })
}

export const sumOfParts = (parts: readonly GrantsPart[]): bigint =>
  parts.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)

/** Most clients never had any, and cost one statement. */
async function anyUsed(queries: Queries, clientId: string): Promise<boolean> {
  const row = await queries.get(sql`
    select u.id from credit_grants g join credit_uses u on u.grant_id = g.id
    where g.client_id = ${clientId} and u.kind = 'use' limit 1`)
  return row !== undefined
}

/** What grants pay of documents now. */
export async function usedOn(queries: Queries, ids: readonly string[]): Promise<Map<string, bigint>> {
  if (ids.length === 0) return new Map()
  const rows = await queries.all<{ invoice_id: string; used_minor: bigint }>(sql`
    select invoice_id, sum(amount_minor) as used_minor from credit_uses where invoice_id in (${list(ids)}) group by invoice_id`)
  return new Map(rows.map((row) => [row.invoice_id, row.used_minor]))
}

/**
 * What is left of a document beside its credit notes and the unused time that was given back of it; null where none was.
 * Grants pay for no more of it.
 */
export async function worthOf(queries: Queries, invoiceId: string): Promise<bigint | null> {
  const sources = await queries.all<{ source_id: string; client_id: string }>(sql`
    select distinct l.source_id, i.client_id from invoice_lines l join invoices i on i.id = l.invoice_id join invoice_lines g on g.source_id = l.source_id
    where l.invoice_id = ${invoiceId} and l.period_end is not null and g.kind = 'change' and g.amount_minor < 0`)
  const clientId = sources[0]?.client_id
  if (clientId === undefined) return null
  const ids = sources.map(({ source_id }) => source_id)
  return returnedValue(await readValued(queries, clientId, ids)).worth.get(invoiceId) ?? null
}

function valued(line: PlannedLine, i: number): ValuedLine[] {
  const { sourceId, kind, amountMinor, netMinor, taxMinor, trace, cause = '', periodStart, periodEnd } = line
  if (sourceId === null || periodStart === undefined || periodEnd === undefined) return []
  return [
    {
      ...{ id: `${PLANNED}${i}`, charge_id: `${PLANNED}${i}`, invoice_id: PLANNED, source_id: sourceId },
      ...{ kind, cause, amount_minor: amountMinor, gross_minor: netMinor + taxMinor },
      ...{ period_start: periodStart, period_end: periodEnd, trace: JSON.stringify(trace) },
    },
  ]
}
