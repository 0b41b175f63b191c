import { halfUp } from './arithmetic.ts'
import type { ModelBooks, ModelDocument } from './books.ts'
import type { Day } from './calendar.ts'
import { taxedAs, type ModelShop } from './history.ts'

/** What is charged for what is not paid in time. Sums in minor units of the shop's currency; 0: there is none in it. */
export interface ModelLateFee {
  kind: 'none' | 'fixed' | 'percent'
  minor: number
  /** Parts per million of what is asked for. */
  ppm: number
  least: number
  most: number
  /** Days after which the first one is charged, and days until each next one; 0: there is none. */
  graceDays: number
  everyDays: number
  times: number
}

/** Lines of fees name none of the services, and no item. */
export const LATE_FEE = -1_000_000

/** Who slept that long charges it no more. */
const MISSED_DAYS = 3

const amountOf = ({ kind, minor, ppm, least, most }: ModelLateFee, asked: bigint): bigint => {
  if (kind === 'fixed' && minor === 0) return 0n
  const plain = kind === 'fixed' ? BigInt(minor) : halfUp(asked * BigInt(ppm), 1_000_000n)
  const raised = plain < BigInt(least) ? BigInt(least) : plain
  return most > 0 && raised > BigInt(most) ? BigInt(most) : raised
}

/** By a plan: the parts that are due, else the next one. */
function askedFor(document: ModelDocument, open: bigint, now: Day): bigint {
  const { instalments, total } = document
  if (!instalments?.active) return open
  const unpaid = instalments.parts.filter(({ through }) => through > total - open)
  const asked = unpaid.findLast(({ due }) => due <= now) ?? unpaid[0]
  return asked ? asked.through - (total - open) : 0n
}

/** Each step of a plan's part is its own, also where there was a plan before. */
function stepOf({ owed, instalments }: ModelDocument, step: number): string {
  if (owed === null) return `${step}`
  const { parts = [], earlier = [] } = instalments ?? {}
  const days = [...earlier, ...parts.map(({ due }) => due)]
  return `${step} of part ${days.filter((due) => due <= owed).length}`
}

/** A morning's fees: a document of its own for each document and step, and none on a fee. */
export function chargeFees(
  books: ModelBooks,
  { lateFee, plans }: ModelShop,
  charged: Map<ModelDocument, Set<string>>,
): void {
  const { kind, graceDays, everyDays, times } = lateFee
  if (kind === 'none') return
  for (let n = 0; n < (everyDays === 0 ? 1 : times); n++) {
    const last = books.today - graceDays - n * everyDays
    const late = books.documents.filter(({ kind: what, origin, proforma, status, due, owed, total }) => {
      const since = owed ?? due
      const isOwed = what === 'invoice' && status === 'issued' && !proforma && total > 0n
      return isOwed && origin !== 'late_fee' && last - MISSED_DAYS <= since && since <= last
    })
    const fees = late.flatMap((document) => {
      const known = charged.get(document) ?? new Set<string>()
      const step = stepOf(document, n + 1)
      if (known.has(step)) return []
      charged.set(document, known.add(step))
      const amount = amountOf(lateFee, askedFor(document, books.open(document), books.now))
      return amount > 0n ? [{ amount, from: document.owed ?? document.due }] : []
    })
    const of = { service: LATE_FEE, kind: 'late_fee' as const, tax: 0n, ...taxedAs({ plans }, 0) }
    for (const fee of fees) books.issue('late_fee', books.today, [{ ...of, ...fee, to: books.today }])
  }
}
