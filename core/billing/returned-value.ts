import { divideHalfUp } from '../../sdk/index.ts'
import { list, sql, type Queries } from '../db/index.ts'
import { fill, isGift, pour, takenBack, traceOf, type Filling, type PeriodLine } from './given-back.ts'

/** A line of a service on a document that holds, with its tax. */
export interface ValuedLine extends PeriodLine {
  gross_minor: bigint
}

/** A document with such lines. */
export interface ValuedDocument {
  id: string
  kind: string
  total_minor: bigint
  /** What credit notes took of it, above zero. */
  credited_minor: bigint
}

/** Value of unused time that went back to the client, as a part of a document that had charged it. */
export interface ReturnedPart {
  invoiceId: string
  amountMinor: bigint
}

export interface ReturnedValue {
  /** By the id of the document that gave it back; no more than each document had come to. */
  parts: ReadonlyMap<string, readonly ReturnedPart[]>
  /** What is left of each invoice beside its credit notes and what was returned of it. */
  worth: ReadonlyMap<string, bigint>
}

export interface Valued {
  periods: readonly ValuedLine[]
  documents: readonly ValuedDocument[]
  /** Lines of credit notes over documents that gave something back. */
  notes: readonly Pick<ValuedLine, 'trace' | 'amount_minor'>[]
}

/** Value that one document has from another: unused time of there that went into what is charged here. */
interface Flow {
  fromId: string
  leftMinor: bigint
}

/**
 * Pure: which documents the value comes out of that changes, moved renewals and cancellations gave back. As lines go to
 * the last charge for their days (`pour`), value goes to its document, as far as that was asked for; what a change had
 * paid with time of older documents goes on to these. Documents and lines come in the order in which they were made.
 */
export function returnedValue({ periods, documents, notes }: Valued): ReturnedValue {
  const flows = flowsOf(periods, takenBack([], notes))
  const worth = new Map(
    documents.map(({ id, kind, total_minor, credited_minor }) => [
      id,
      kind === 'invoice' ? atLeastZero(total_minor - credited_minor) : 0n,
    ]),
  )
  const parts = new Map<string, ReturnedPart[]>()
  const draw = (id: string, wantedMinor: bigint, into: ReturnedPart[]): void => {
    let left = wantedMinor
    for (const flow of flows.get(id) ?? []) {
      const part = least(flow.leftMinor, left)
      const own = least(part, worth.get(flow.fromId) ?? 0n)
      flow.leftMinor -= part
      left -= part
      if (own > 0n) into.push({ invoiceId: flow.fromId, amountMinor: own })
      worth.set(flow.fromId, (worth.get(flow.fromId) ?? 0n) - own)
      if (part > own) draw(flow.fromId, part - own, into)
    }
  }
  for (const { id, kind, total_minor } of documents) {
    if (kind !== 'credit_note') continue
    const own: ReturnedPart[] = []
    draw(id, -total_minor, own)
    parts.set(id, own)
  }
  return { parts, worth }
}

/** By the document that gives back: whose value that is, the last charged first. */
function flowsOf(periods: readonly ValuedLine[], taken: ReadonlyMap<string, bigint>): Map<string, Flow[]> {
  const fillings = new Map<string, Filling>()
  const documentOf = new Map(periods.map(({ id, invoice_id }) => [id, invoice_id]))
  const flows = new Map<string, Flow[]>()
  for (const line of periods) {
    const { reverses } = traceOf(line)
    const minor = -line.amount_minor - (taken.get(line.id) ?? 0n)
    const isMirror = reverses !== undefined && minor > 0n
    if (!isMirror && !isGift(line)) {
      fill(fillings, line)
      continue
    }
    const parts = isMirror
      ? [{ fromId: documentOf.get(reverses) ?? '', minor }]
      : pour(fillings, line, minor).map(({ filling, minor }) => ({
          fromId: filling.lines[0]!.invoice_id,
          minor,
        }))
    const own = flows.get(line.invoice_id) ?? []
    own.push(...withTax(line, parts))
    flows.set(line.invoice_id, own)
  }
  for (const own of flows.values())
    own.sort((a, b) => (a.fromId > b.fromId ? -1 : a.fromId < b.fromId ? 1 : 0))
  return flows
}

/** The parts of a line with the tax that the line bears, on the running total. */
function withTax(
  { amount_minor, gross_minor }: ValuedLine,
  parts: readonly { fromId: string; minor: bigint }[],
): Flow[] {
  let upTo = 0n
  const gross = (minor: bigint) => divideHalfUp(minor * gross_minor, amount_minor)
  return parts.map(({ fromId, minor }) => {
    const before = gross(upTo)
    upTo += minor
    return { fromId, leftMinor: gross(upTo) - before }
  })
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b)
const atLeastZero = (a: bigint): bigint => (a > 0n ? a : 0n)

/**
 * The lines of these services, and of all that stand on documents with them, on documents of one client: what another
 * one paid before a service came here goes back to nobody's grants. Three statements, however many; asked only
 * where promotional credit was used, since nothing else is told apart by it.
 */
export async function readValued(
  queries: Queries,
  clientId: string,
  sourceIds: readonly string[],
): Promise<Valued> {
  if (sourceIds.length === 0) return { periods: [], documents: [], notes: [] }
  const periods = await queries.all<ValuedLine>(sql`
    select l.id, l.invoice_id, l.kind, l.amount_minor, l.net_minor + l.tax_minor as gross_minor, l.trace, l.charge_id,
      l.source_id, l.period_start, l.period_end, c.cause
    from invoice_lines l join invoices i on i.id = l.invoice_id join charges c on c.id = l.charge_id
    where l.source_id in (select m.source_id from invoice_lines m
        where m.invoice_id in (select k.invoice_id from invoice_lines k where k.source_id in (${list(sourceIds)})))
      and i.client_id = ${clientId} and l.kind in ('recurring', 'option', 'discount', 'change') and i.status not in ('draft', 'void')
      and l.period_end is not null
    order by l.charge_id`)
  const ids = [...new Set(periods.map(({ invoice_id }) => invoice_id))]
  if (ids.length === 0) return { periods, documents: [], notes: [] }
  const documents = await queries.all<ValuedDocument>(sql`
    select i.id, i.kind, i.total_minor, coalesce((select -sum(n.total_minor) from invoices n
      where n.corrects_id = i.id and n.kind = 'credit_note'), 0) as credited_minor
    from invoices i where i.id in (${list(ids)}) order by i.id`)
  const gave = [...new Set(periods.filter(isGift).map(({ invoice_id }) => invoice_id))]
  if (gave.length === 0) return { periods, documents, notes: [] }
  const notes = await queries.all<Valued['notes'][number]>(sql`
    select l.trace, l.amount_minor from invoices n join invoice_lines l on l.invoice_id = n.id
    where n.corrects_id in (${list(gave)}) and n.kind = 'credit_note'`)
  return { periods, documents, notes }
}
