import type { ModelDocument } from './books.ts'
import { boundary, type Day } from './calendar.ts'

/** What is open of a document is paid in parts: each is due on its day, when so much of the document is paid in all. */
export interface Instalments {
  parts: { due: Day; through: bigint }[]
  /** Days of the parts of plans before: each is told apart in what is charged for being late. */
  earlier: Day[]
  active: boolean
}

/** Equal parts; what does not divide goes to the first ones. */
export function agree(
  document: ModelDocument,
  open: bigint,
  { parts: count, every, first }: { parts: number; every: string; first: Day },
): void {
  let through = document.total - open
  const parts = Array.from({ length: count }, (_, n) => {
    const [each, over] = [open / BigInt(count), open % BigInt(count)]
    through += BigInt(n) < over ? each + 1n : each
    return { due: boundary(first, every, n), through }
  })
  const before = document.instalments
  const earlier = before ? [...before.earlier, ...before.parts.map(({ due }) => due)] : []
  document.instalments = { parts, earlier, active: true }
  document.owed = first
}

/** After a payment: the part that comes next. Answers whether one was paid and the next is to come later. */
export function follow(document: ModelDocument, open: bigint): boolean {
  const { instalments, owed } = document
  if (!instalments?.active) return false
  const next = instalments.parts.find(({ through }) => through > document.total - open)
  if (!next) {
    instalments.active = false
    return false
  }
  document.owed = next.due
  return next.due > owed!
}

/** A part that is late for so many days ends the plan: all that is open is owed from then on. */
export function breakLate(document: ModelDocument, of: { grace: number; today: Day; now: Day }): void {
  const { instalments, owed, status } = document
  if (!instalments?.active || status !== 'issued' || of.grace === 0) return
  if (owed! > of.today - of.grace) return
  instalments.active = false
  document.owed = Math.max(of.now, document.due)
}
