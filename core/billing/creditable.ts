import { toDecimal } from '../../sdk/index.ts'
import { list, sql, type Queries } from '../db/index.ts'
import { invalidInput } from '../kernel/index.ts'
import { CreditExceedsInvoice, LineGivenBack } from './errors.ts'
import { givenBackOf } from './given-back.ts'
import type { InvoiceLineRow, InvoiceRow } from './invoice.ts'
import type { LineCredit } from './plan-credit-note.ts'

/** A line with what can still be credited of it. */
export interface CreditableLine extends LineCredit {
  /** What a change or cancellation has given back of it besides, with the sign of the line. */
  givenMinor: bigint
  leftMinor: bigint
}

/** What is to be credited of a line; without an amount all that is left. */
export interface LineWish {
  position: number
  amount_minor?: string
}

/** The lines of a document with what earlier credit notes took of each. */
export async function creditable(queries: Queries, { id, client_id }: InvoiceRow): Promise<CreditableLine[]> {
  return (await creditableOf(queries, { clientId: client_id, ids: [id] })).get(id) ?? []
}

/** The same for a person, who credits nothing of what was given back already. */
export async function creditableByHand(
  queries: Queries,
  { id, client_id }: Pick<InvoiceRow, 'id' | 'client_id'>,
): Promise<CreditableLine[]> {
  return (await creditableByHandOf(queries, { clientId: client_id, ids: [id] })).get(id) ?? []
}

/** The same of several documents of a client, by their ids. */
export async function creditableByHandOf(
  queries: Queries,
  of: { clientId: string; ids: readonly string[] },
): Promise<Map<string, CreditableLine[]>> {
  const known = await creditableOf(queries, of)
  const lines = [...known.values()].flatMap((own) => own.map(({ line }) => line))
  const given = await givenBackOf(queries, lines)
  return new Map(
    [...known].map(([id, own]) => [id, own.map((one) => less(one, given.get(one.line.id) ?? 0n))]),
  )
}

/** What was credited before it was given back counts once: never less than nothing is left. */
function less(one: CreditableLine, givenMinor: bigint): CreditableLine {
  const leftMinor = one.leftMinor - givenMinor
  const isOver = one.leftMinor === 0n || leftMinor > 0n !== one.leftMinor > 0n
  return { ...one, givenMinor, leftMinor: isOver ? 0n : leftMinor }
}

/** As creditable for several documents of a client, by their ids: two statements, however many they are. */
export async function creditableOf(
  queries: Queries,
  { clientId, ids }: { clientId: string; ids: readonly string[] },
): Promise<Map<string, CreditableLine[]>> {
  const lines = await queries.all<InvoiceLineRow>(
    sql`select * from invoice_lines where invoice_id in (${list(ids)}) order by invoice_id, position`,
  )
  const taken = await queries.all<{ trace: string; amount_minor: bigint }>(sql`
    select l.trace, l.amount_minor from invoices n join invoice_lines l on l.invoice_id = n.id
    where n.client_id = ${clientId} and n.corrects_id in (${list(ids)}) and n.kind = 'credit_note'`)
  const credited = new Map<string, bigint>()
  for (const { trace, amount_minor } of taken) {
    const { credits } = JSON.parse(trace) as { credits?: string }
    if (credits) credited.set(credits, (credited.get(credits) ?? 0n) - amount_minor)
  }
  const credits = lines.map((line) => {
    const creditedMinor = credited.get(line.id) ?? 0n
    const leftMinor = line.amount_minor - creditedMinor
    return { line, amountMinor: null, creditedMinor, givenMinor: 0n, leftMinor }
  })
  return Map.groupBy(credits, ({ line }) => line.invoice_id)
}

/** Refuses more than is left of a line, and says what became of the rest. */
export function chosenLines(
  invoice: InvoiceRow,
  known: readonly CreditableLine[],
  wish: readonly LineWish[] | undefined,
): LineCredit[] {
  if (!wish) return allLeft(invoice, known)
  return wish.map(({ position, amount_minor }, i) => {
    const at = known.find(({ line }) => line.position === position)
    if (!at) throw invalidInput({ lines: `the document has no line ${position}` })
    if (wish.findIndex((other) => other.position === position) !== i)
      throw invalidInput({ lines: `line ${position} is named twice` })
    const left = at.leftMinor
    const amountMinor = amount_minor === undefined ? left : BigInt(amount_minor)
    if (left === 0n || amountMinor > 0n !== left > 0n || size(amountMinor) > size(left))
      throw beyond(invoice, at)
    return { ...at, amountMinor }
  })
}

function allLeft(invoice: InvoiceRow, known: readonly CreditableLine[]): LineCredit[] {
  const open = known.filter(({ leftMinor }) => leftMinor !== 0n)
  const [given] = known.filter(({ givenMinor }) => givenMinor !== 0n)
  if (open.length === 0) throw given ? beyond(invoice, given) : CreditExceedsInvoice(exceeded(invoice, 0n))
  return open.map((one) => (one.givenMinor === 0n ? one : { ...one, amountMinor: one.leftMinor }))
}

const exceeded = ({ number, currency }: InvoiceRow, minor: bigint) => ({
  number: number!,
  left: minor === 0n ? `0 ${currency}` : `${toDecimal({ minor, currency })} ${currency}`,
})

function beyond(invoice: InvoiceRow, { line, leftMinor, givenMinor }: CreditableLine) {
  const of = exceeded(invoice, leftMinor)
  if (givenMinor === 0n) return CreditExceedsInvoice(of)
  const given = exceeded(invoice, givenMinor).left
  return LineGivenBack({ ...of, invoice_id: invoice.id, position: line.position, given })
}

const size = (amount: bigint): bigint => (amount < 0n ? -amount : amount)
