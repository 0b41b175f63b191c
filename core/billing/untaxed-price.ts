import { divideHalfUp } from '../../sdk/index.ts'
import type { DraftLine } from './draft.ts'
import type { InvoiceLineRow } from './invoice.ts'
import {
  computeTax,
  reachableGross,
  type TaxableLine,
  type TaxRate,
  type TaxRounding,
  type UntaxedPrice,
} from './tax.ts'

export interface StatedLine extends TaxableLine {
  taxClass: string
  /** What its service was ordered with; absent: as the seller sells today. */
  untaxedPrice?: UntaxedPrice | undefined
  /** It gives back of a price that was reduced so, or was not. */
  charged?: DraftLine['charged']
}

export interface AtHome {
  untaxedPrice: UntaxedPrice
  /** What a consumer in the place of the seller bears for a class. */
  taxesOf: (taxClass: string) => readonly TaxRate[]
  rounding: TaxRounding
}

/**
 * Pure: what lines at gross prices come to for their buyer, in their order. Those that bear no tax are reduced to what a
 * consumer at home pays net, computed as one document, so that both documents have the same net sum. A price that no net
 * sum and its tax make is the next smaller one that they do. What is given back is reduced as it was when it was paid.
 */
export function owedSums(lines: readonly StatedLine[], home: AtHome): bigint[] {
  // Most documents: a run over many of them computes each tax once.
  if (!lines.some((line) => line.charged || isReduced(line, home) || line.taxes.some(({ whole }) => whole)))
    return lines.map(({ amountMinor }) => amountMinor)
  const priced = lines.map((line) => ({
    amountMinor: line.amountMinor,
    taxes: isReduced(line, home) ? home.taxesOf(line.taxClass) : [],
  }))
  return computeTax(priced, true, home.rounding).lines.map(({ netMinor }, i) =>
    reachableGross(paidOf(lines[i]!) ?? netMinor, lines[i]!.taxes, home.rounding),
  )
}

const paidOf = ({ amountMinor, charged }: StatedLine): bigint | undefined =>
  charged && divideHalfUp(amountMinor * charged.amountMinor, charged.statedMinor)

const isReduced = ({ taxes, untaxedPrice, charged }: StatedLine, home: AtHome): boolean =>
  !charged && (untaxedPrice ?? home.untaxedPrice) === 'net' && taxes.every(({ ratePpm }) => ratePpm === 0)

/** Under which name the trace of a line keeps what it was before it was reduced. */
const STATED = 'stated'

type Priced = Pick<DraftLine, 'unitMinor' | 'amountMinor' | 'trace'>

/** A line at what its buyer pays; its trace keeps the price that the brand states. */
export function reducedTo<Line extends Priced>(line: Line, amountMinor: bigint): Line {
  if (amountMinor === line.amountMinor) return line
  const stated = { unit_minor: line.unitMinor.toString(), amount_minor: line.amountMinor.toString() }
  const unitMinor = divideHalfUp(line.unitMinor * amountMinor, line.amountMinor)
  return { ...line, unitMinor, amountMinor, trace: { ...line.trace, [STATED]: stated } }
}

/** What the brand stated for a line of a document. */
export function statedMinor({ amount_minor, trace }: Pick<InvoiceLineRow, 'amount_minor' | 'trace'>): bigint {
  const { [STATED]: stated } = JSON.parse(trace) as { stated?: { amount_minor: string } }
  return stated ? BigInt(stated.amount_minor) : amount_minor
}

/** A line of a document as the brand stated it, to be planned anew: what was reduced once is reduced the same way again. */
export function statedLine(
  line: Pick<InvoiceLineRow, 'unit_minor' | 'amount_minor' | 'tax_minor' | 'trace'>,
): Pick<DraftLine, 'unitMinor' | 'amountMinor' | 'trace' | 'untaxedPrice'> {
  const { [STATED]: stated, ...trace } = JSON.parse(line.trace) as Record<string, never> & {
    stated?: { unit_minor: string; amount_minor: string }
  }
  if (!stated) return { unitMinor: line.unit_minor, amountMinor: line.amount_minor, trace }
  return {
    ...{ unitMinor: BigInt(stated.unit_minor), amountMinor: BigInt(stated.amount_minor) },
    ...{ trace, ...(line.tax_minor === 0n ? { untaxedPrice: 'net' } : {}) },
  }
}
