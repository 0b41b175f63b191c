import type { ModelDocument, ModelLine } from './books.ts'
import { least } from './arithmetic.ts'

interface Filling {
  document: ModelDocument
  lines: ModelLine[]
  room: bigint
  given: bigint
}

const PERIODS = ['recurring', 'option', 'discount', 'change']

/**
 * Whether a change has given something of a document back: what it credits is of the last charge for those days, and
 * beyond its worth of the one before. Nobody credits that by hand again.
 */
export function isGivenBack(documents: readonly ModelDocument[], wanted: ModelDocument): boolean {
  const placed = documents
    .filter(({ status, corrects }) => status !== 'void' && !corrects)
    .flatMap((document) => document.lines.map((line, n) => ({ document, line, n })))
    .filter(({ line }) => line.service >= 0 && PERIODS.includes(line.kind) && line.to !== null)
    .sort((a, b) => a.line.charged! - b.line.charged!)
  const fillings = new Map<string, Filling>()
  for (const [i, { document, line, n }] of placed.entries()) {
    if (line.mirrors !== undefined) continue
    if (line.kind === 'change' && line.amount < 0n) {
      if (!document.credited.has(n) && !line.mirrored) pour([...fillings.values()], line)
      continue
    }
    const own =
      line.kind === 'change' ? `${i}` : `${documents.indexOf(document)} ${line.service} ${line.from}`
    const filling = fillings.get(own) ?? { document, lines: [], room: 0n, given: 0n }
    filling.lines.push(line)
    filling.room += line.amount
    fillings.set(own, filling)
  }
  return (
    [...fillings.values()].some(({ document, given }) => document === wanted && given > 0n) ||
    wanted.lines.some(({ mirrored, amount }) => mirrored && amount > 0n)
  )
}

/**
 * Whether what was charged last for the rest of a period was credited, or never owed. The model credits whole documents, so nothing of it
 * comes back. A change that was taken back says nothing of its days.
 */
export function isCredited(
  documents: readonly ModelDocument[],
  service: number,
  { from, to }: { from: number; to: number },
): boolean {
  const charges = documents
    .filter(({ corrects }) => !corrects)
    .flatMap(({ status, lines, credited }) =>
      lines.map((line, n) => ({ line, credited: status === 'void' || credited.has(n) })),
    )
    .filter(({ line }) => line.service === service && PERIODS.includes(line.kind) && line.to !== null)
    .filter(({ line }) => line.amount > 0n && line.mirrors === undefined && line.from < to && line.to! > from)
    .filter(({ line, credited }) => line.kind !== 'change' || !(credited || line.mirrored))
    .sort((a, b) => a.line.charged! - b.line.charged!)
  return charges.at(-1)?.credited ?? false
}

function pour(fillings: readonly Filling[], gift: ModelLine): void {
  let left = -gift.amount
  for (const filling of fillings.toReversed()) {
    const isFor = ({ service, from, to }: ModelLine) =>
      service === gift.service && from < gift.to! && to! > gift.from
    const part = least(left, filling.room - filling.given)
    if (part <= 0n || !filling.lines.some(isFor)) continue
    filling.given += part
    left -= part
  }
}
