import { divideHalfUp } from '../../sdk/index.ts'
import { list, sql, type Queries } from '../db/index.ts'
import type { InvoiceLineRow } from './invoice.ts'

/** A line of a service on a document that holds: what it charged, or gave back, for a period. */
export interface PeriodLine extends Pick<
  InvoiceLineRow,
  'id' | 'invoice_id' | 'kind' | 'amount_minor' | 'trace'
> {
  charge_id: string
  source_id: string
  period_start: string
  period_end: string
  cause: string
}

/**
 * What changes, moved renewals and cancellations have given back of lines, by the id of the line and with its sign. Less
 * what of that was taken back again. Two statements at most, however many lines. `throughId` leaves out later charges.
 */
export async function givenBackOf(
  queries: Queries,
  lines: readonly InvoiceLineRow[],
  throughId = chargesThrough(),
): Promise<ReadonlyMap<string, bigint>> {
  const sources = [...new Set(lines.flatMap(({ source_id }) => source_id ?? []))]
  const starts = lines.flatMap(({ source_id, period_start }) => (source_id && period_start) || [])
  if (starts.length === 0) return new Map()
  const periods = await queries.all<PeriodLine>(sql`
    select l.id, l.invoice_id, l.kind, l.amount_minor, l.trace, l.charge_id, l.source_id, l.period_start, l.period_end, c.cause
    from invoice_lines l join invoices i on i.id = l.invoice_id join charges c on c.id = l.charge_id
    where l.source_id in (${list(sources)}) and l.kind in ('recurring', 'option', 'discount', 'change')
      and i.status not in ('draft', 'void') and l.period_end > ${starts.reduce((a, b) => (a < b ? a : b))}
      and l.charge_id <= ${throughId}
    order by l.charge_id`)
  const gifts = periods.filter(isGift)
  if (gifts.length === 0) return new Map()
  const notes = await queries.all<{ note_id: string; trace: string; amount_minor: bigint }>(sql`
    select n.id as note_id, l.trace, l.amount_minor from invoices n join invoice_lines l on l.invoice_id = n.id
    where n.corrects_id in (${list([...new Set(periods.map(({ invoice_id }) => invoice_id))])}) and n.kind = 'credit_note'`)
  const until = notes.filter(({ note_id }) => chargesThrough(note_id) <= throughId)
  return pourBack(periods, takenBack(periods, notes), creditedOf(until))
}

/** The id that no charge is above which was made before another record; without one, no charge at all. */
export const chargesThrough = (id = 'inv_~'): string => `chg_${id.slice(4)}`

interface Traced {
  part?: string
  /** Id of the line that a note credits, or that a cancellation turned the other way round. */
  credits?: string
  reverses?: string
}

export const traceOf = ({ trace }: { trace: string }): Traced => JSON.parse(trace) as Traced

export const isGift = (line: PeriodLine): boolean =>
  line.kind === 'change' && line.amount_minor < 0n && traceOf(line).part === 'credit'

/** What of each gift was taken back, above zero: by a credit note over its document, or by its mirror. */
export function takenBack(
  periods: readonly Pick<PeriodLine, 'trace' | 'amount_minor'>[],
  notes: readonly { trace: string; amount_minor: bigint }[],
): ReadonlyMap<string, bigint> {
  const taken = new Map<string, bigint>()
  for (const line of [...periods, ...notes]) {
    const { credits, reverses } = traceOf(line)
    const of = credits ?? reverses
    if (of && line.amount_minor > 0n) taken.set(of, (taken.get(of) ?? 0n) + line.amount_minor)
  }
  return taken
}

/** What notes took of lines, with the sign of the line. */
function creditedOf(notes: readonly { trace: string; amount_minor: bigint }[]): ReadonlyMap<string, bigint> {
  const credited = new Map<string, bigint>()
  for (const note of notes) {
    const { credits } = traceOf(note)
    if (credits) credited.set(credits, (credited.get(credits) ?? 0n) - note.amount_minor)
  }
  return credited
}

const NOTHING_CREDITED: ReadonlyMap<string, bigint> = new Map()

/** What was charged together for one period. */
export interface Filling {
  lines: PeriodLine[]
  netMinor: bigint
  givenMinor: bigint
}

/**
 * Pure: each gift goes to what was charged for its days last before it, and beyond its worth to what was charged before
 * that. Lines come in the order in which they were charged.
 */
export function pourBack(
  periods: readonly PeriodLine[],
  taken: ReadonlyMap<string, bigint>,
  credited = NOTHING_CREDITED,
): ReadonlyMap<string, bigint> {
  const fillings = new Map<string, Filling>()
  const given = new Map<string, bigint>()
  for (const line of periods) {
    const { reverses } = traceOf(line)
    if (reverses && line.amount_minor < 0n) given.set(reverses, -line.amount_minor)
    if (reverses) continue
    if (isGift(line)) pour(fillings, line, -line.amount_minor - (taken.get(line.id) ?? 0n))
    else fill(fillings, line)
  }
  for (const filling of fillings.values())
    for (const [id, minor] of sharesOf(filling, credited)) given.set(id, (given.get(id) ?? 0n) + minor)
  return given
}

/** Causes of charges whose period may be charged again: the same period that is, is another one. */
const GIVEN_UP = /^(?:(?:changed|moved|dropped)\/[^/]+\/)*/

export function fill(fillings: Map<string, Filling>, line: PeriodLine): Filling {
  const { source_id, period_start, kind, cause, id } = line
  const key = kind === 'change' ? id : `${source_id} ${period_start} ${GIVEN_UP.exec(cause)![0]}`
  const filling = fillings.get(key) ?? { lines: [], netMinor: 0n, givenMinor: 0n }
  filling.lines.push(line)
  filling.netMinor += line.amount_minor
  fillings.set(key, filling)
  return filling
}

/** Answers what of it went where, the last first. */
export function pour(
  fillings: ReadonlyMap<string, Filling>,
  gift: PeriodLine,
  minor: bigint,
): { filling: Filling; minor: bigint }[] {
  const parts: { filling: Filling; minor: bigint }[] = []
  let left = minor
  for (const filling of [...fillings.values()].reverse()) {
    if (!filling.lines.some((line) => isFor(line, gift))) continue
    const room = filling.netMinor - filling.givenMinor
    const part = left < room ? left : room
    if (part <= 0n) continue
    filling.givenMinor += part
    left -= part
    parts.push({ filling, minor: part })
  }
  return parts
}

const isFor = (line: PeriodLine, gift: PeriodLine): boolean =>
  line.source_id === gift.source_id &&
  line.period_start < gift.period_end &&
  line.period_end > gift.period_start

/** What was given back of all lines of a period is shared by what notes left of each, on the running total. */
function sharesOf(
  { lines, netMinor, givenMinor }: Filling,
  credited: ReadonlyMap<string, bigint>,
): [id: string, minor: bigint][] {
  if (givenMinor === 0n) return []
  const creditedMinor = lines.reduce((sum, { id }) => sum + (credited.get(id) ?? 0n), 0n)
  const isGone = creditedMinor >= netMinor
  const whole = isGone ? netMinor : netMinor - creditedMinor
  let upTo = 0n
  const share = (amount: bigint) => divideHalfUp(givenMinor * amount, whole)
  return lines.map(({ id, amount_minor }) => {
    const before = share(upTo)
    upTo += amount_minor - (isGone ? 0n : (credited.get(id) ?? 0n))
    return [id, share(upTo) - before]
  })
}
