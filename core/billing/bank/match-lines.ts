/** An open document, as a payer may name it. */
export interface OpenDocument {
  id: string
  number: string
  /** What a gateway told the payer to write instead, such as a creditor reference. */
  references: readonly string[]
  clientName: string
  company: string | null
  openMinor: bigint
}

export interface MatchedPart {
  invoiceId: string
  amountMinor: bigint
}

/** What a line may be for. `confidence` in percent; from SURE on there is no doubt left for a person. */
export interface Suggestion {
  confidence: number
  why: 'reference' | 'references' | 'part' | 'over' | 'name' | 'amount'
  parts: readonly MatchedPart[]
}

export const SURE = 95

interface Received {
  text: string
  name: string | null
  amountMinor: bigint
}

export interface DocumentIndex {
  byNumber: ReadonlyMap<string, OpenDocument>
  lengths: readonly number[]
  byAmount: ReadonlyMap<bigint, readonly OpenDocument[]>
}

/** Letters and digits alone, in capitals: what is left of a number after banks had it. */
export const stripped = (text: string): string => text.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')

/** Shorter numbers are found in too many texts. */
const NUMBER_MIN = 4

export function indexDocuments(open: readonly OpenDocument[]): DocumentIndex {
  const byNumber = new Map<string, OpenDocument>()
  for (const one of open)
    for (const name of [...one.references, one.number].map(stripped))
      if (name.length >= NUMBER_MIN) byNumber.set(name, one)
  const byAmount = new Map<bigint, OpenDocument[]>()
  for (const one of open) byAmount.set(one.openMinor, [...(byAmount.get(one.openMinor) ?? []), one])
  return { byNumber, lengths: [...new Set([...byNumber.keys()].map(({ length }) => length))], byAmount }
}

/**
 * The documents whose numbers stand in a text, whatever banks did to blanks, marks and case. A digit right before or
 * after makes it another number: INV12 does not name INV1. One look for each place and length, however many are open.
 */
export function namedIn(text: string, { byNumber, lengths }: DocumentIndex): OpenDocument[] {
  const signs: { sign: string; at: number }[] = []
  for (const [at, sign] of [...text.toUpperCase()].entries())
    if (/[A-Z0-9]/.test(sign)) signs.push({ sign, at })
  const flat = signs.map(({ sign }) => sign).join('')
  const whole = [...text.toUpperCase()]
  const isDigit = (at: number) => /^\d$/.test(whole[at] ?? '')
  const found = new Set<OpenDocument>()
  for (let from = 0; from < flat.length; from++)
    for (const length of lengths) {
      const candidate = flat.slice(from, from + length)
      const document = candidate.length === length ? byNumber.get(candidate) : undefined
      if (!document) continue
      const longerBefore = /^\d/.test(candidate) && isDigit(signs[from]!.at - 1)
      const longerAfter = /\d$/.test(candidate) && isDigit(signs[from + length - 1]!.at + 1)
      if (!longerBefore && !longerAfter) found.add(document)
    }
  return [...found]
}

/** What a line that brought money may be for, the likeliest first; nothing for what went out. */
export function matchLine(line: Received, index: DocumentIndex, toleranceMinor: bigint): Suggestion[] {
  if (line.amountMinor <= 0n) return []
  const named = namedIn(line.text, index)
  if (named.length > 0) return [byReference(line.amountMinor, named, toleranceMinor)]
  const sameSum = index.byAmount.get(line.amountMinor) ?? []
  const sameName = sameSum.filter((one) => fitsName(line.name, one))
  const confidence = sameName.length === 1 ? 75 : sameName.length > 1 ? 50 : sameSum.length === 1 ? 40 : 20
  const likely = sameName.length > 0 ? sameName : sameSum
  return likely.slice(0, 5).map((one) => ({
    confidence,
    why: sameName.length > 0 ? ('name' as const) : ('amount' as const),
    parts: [{ invoiceId: one.id, amountMinor: line.amountMinor }],
  }))
}

function byReference(amountMinor: bigint, named: readonly OpenDocument[], tolerance: bigint): Suggestion {
  const sum = named.reduce((all, { openMinor }) => all + openMinor, 0n)
  const missing = sum - amountMinor
  if (named.length > 1) {
    const parts = fill(amountMinor, named)
    return { confidence: missing === 0n ? 100 : 60, why: 'references', parts }
  }
  const parts = [{ invoiceId: named[0]!.id, amountMinor }]
  if (missing === 0n) return { confidence: 100, why: 'reference', parts }
  if (missing > 0n) return { confidence: missing <= tolerance ? SURE : 80, why: 'part', parts }
  return { confidence: 80, why: 'over', parts }
}

/** The documents in the order named, each as far as the sum reaches; what is left over goes on the last one. */
function fill(amountMinor: bigint, named: readonly OpenDocument[]): MatchedPart[] {
  let left = amountMinor
  return named
    .map(({ id, openMinor }, i) => {
      const isLast = i === named.length - 1
      const part = isLast || left < openMinor ? left : openMinor
      left -= part
      return { invoiceId: id, amountMinor: part }
    })
    .filter((part) => part.amountMinor > 0n)
}

function fitsName(name: string | null, { clientName, company }: OpenDocument): boolean {
  if (name === null) return false
  const words = (text: string) => stripped(text.normalize('NFD').replaceAll(/\p{Mn}/gu, ''))
  const turned = (text: string) =>
    words(
      text
        .trim()
        .split(/[\s,]+/)
        .reverse()
        .join(''),
    )
  const payer = words(name)
  return [clientName, company ?? ''].some(
    (one) => one !== '' && (words(one) === payer || turned(one) === payer),
  )
}
