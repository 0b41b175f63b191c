import { divideHalfUp } from '../../sdk/index.ts'
import { assert, type IsoDate } from '../kernel/index.ts'
import { toCash } from './cash-rounding.ts'
import type { DraftInvoice, DraftLine, LineKind } from './draft.ts'
import type { InvoiceLineRow, InvoiceRow } from './invoice.ts'
import {
  roundingOf,
  type BillFrom,
  type BillTo,
  type PlannedInvoice,
  type PlannedLine,
} from './plan-invoice.ts'
import { noteTaxes } from './tax-notes.ts'
import { taxTable, type SharedLine, type TaxRate, type TaxRounding, type Treatment } from './tax.ts'

/** How much of a line is credited: as its document states prices, with its sign; null for all that is left. */
export interface LineCredit {
  line: InvoiceLineRow
  amountMinor: bigint | null
  /** What earlier credit notes took of it, as its document states prices. */
  creditedMinor: bigint
}

export interface CreditPlan {
  invoice: InvoiceRow
  /** Net and tax that earlier credit notes took of the document, above zero. */
  takenMinor: bigint
  credits: readonly LineCredit[]
  reason: string
  buyer: BillTo
  from: BillFrom
  issuedOn: IsoDate
}

/**
 * Pure: the credit note over some lines of a document. Taxes are those of the document, not of today, and come back by
 * the cumulative rule: what all notes of a line give back together is the share of its tax half up, so that a line that
 * is credited to the end gives back exactly what it took, in however many steps.
 */
export function planCreditNote({
  invoice,
  takenMinor,
  credits,
  reason,
  buyer,
  from,
  issuedOn,
}: CreditPlan): PlannedInvoice {
  const inclusive = invoice.prices_include_tax === 1
  const rounding = roundingOf({ taxRounding: invoice.tax_rounding }, invoice.currency)
  const lines = credits.map((credit) => creditedLine(credit, { inclusive, rounding, reason }))
  const subtotalMinor = lines.reduce((sum, line) => sum + line.netMinor, 0n)
  const taxMinor = lines.reduce((sum, line) => sum + line.taxMinor, 0n)
  const draft: DraftInvoice = {
    kind: 'credit_note',
    correctsId: invoice.id,
    brandId: invoice.brand_id,
    clientId: invoice.client_id,
    currency: invoice.currency,
    origin: 'manual',
    originId: invoice.id,
    dueOn: issuedOn,
    lines,
    notes: reason,
  }
  return {
    draft,
    issuedOn,
    lines,
    taxes: taxTable(lines, lines, rounding),
    subtotalMinor,
    taxMinor,
    ...cashPart(invoice, takenMinor, -(subtotalMinor + taxMinor)),
    taxNotes: notesOf(invoice, lines),
    buyer,
    from: { ...from, pricesIncludeTax: inclusive, taxRounding: rounding.by },
  }
}

/**
 * Of a document whose sum was rounded, what is left is rounded to the same step: whatever the notes, the document and
 * they are worth a sum that can be paid, and nothing when all of it was credited.
 */
function cashPart(
  { subtotal_minor, tax_minor, cash_step_minor: cashStepMinor = 0n }: InvoiceRow,
  takenMinor: bigint,
  nowMinor: bigint,
): Pick<PlannedInvoice, 'totalMinor' | 'cashStepMinor'> {
  if (cashStepMinor === 0n) return { totalMinor: -nowMinor }
  const worth = subtotal_minor + tax_minor - takenMinor
  const totalMinor = toCash(worth - nowMinor, cashStepMinor) - toCash(worth, cashStepMinor)
  return { totalMinor, cashStepMinor }
}

/** What the corrected document says holds for its correction. */
function notesOf(
  { tax_notes, locale }: InvoiceRow,
  lines: readonly PlannedLine[],
): PlannedInvoice['taxNotes'] {
  if (tax_notes) return JSON.parse(tax_notes) as PlannedInvoice['taxNotes']
  return noteTaxes(lines, locale)
}

interface CreditTerms {
  inclusive: boolean
  rounding: TaxRounding
  reason: string
}

function creditedLine(
  { line, amountMinor, creditedMinor }: LineCredit,
  { inclusive, rounding, reason }: CreditTerms,
): PlannedLine {
  const whole = line.amount_minor
  const upTo = amountMinor === null ? whole : creditedMinor + amountMinor
  assert(whole !== 0n, `line ${line.id} has something to credit`)
  return {
    ...draftOf(line, creditedMinor - upTo, reason),
    ...takenBack(line, { fromMinor: creditedMinor, upToMinor: upTo, inclusive, rounding }),
  }
}

export interface TakenBack {
  /** What notes before took of the line, and what they and this one do, as its document states prices. */
  fromMinor: bigint
  upToMinor: bigint
  inclusive: boolean
  rounding: TaxRounding
}

/** Pure: net, tax and taxes of a credit note's line, by the cumulative rule. */
export function takenBack(
  line: InvoiceLineRow,
  { fromMinor, upToMinor, inclusive, rounding }: TakenBack,
): SharedLine & { taxes: TaxRate[] } {
  const parts = partsOf(line)
  const share = ({ taxMinor, rate }: Part, part: bigint) => {
    const unit = rate.whole ? rounding.wholeMinor : 1n
    return unit * divideHalfUp(taxMinor * part, line.amount_minor * unit)
  }
  const partsMinor = parts.map((part) => share(part, fromMinor) - share(part, upToMinor))
  const taxMinor = partsMinor.reduce((sum, part) => sum + part, 0n)
  const credited = fromMinor - upToMinor
  return {
    taxes: parts.map(({ rate }) => rate),
    netMinor: inclusive ? credited - taxMinor : credited,
    taxMinor,
    partsMinor,
  }
}

function draftOf(line: InvoiceLineRow, amountMinor: bigint, reason: string): DraftLine {
  const wholly = -amountMinor === line.amount_minor
  return {
    sourceId: null,
    kind: line.kind as LineKind,
    description: line.description,
    quantity: wholly ? line.quantity : 1,
    unitMinor: wholly ? -line.unit_minor : amountMinor,
    amountMinor,
    taxClass: line.tax_class,
    ...(line.period_start ? { periodStart: line.period_start as IsoDate } : {}),
    ...(line.period_end ? { periodEnd: line.period_end as IsoDate } : {}),
    trace: { credits: line.id, of: line.amount_minor.toString(), reason },
  }
}

interface Part {
  rate: TaxRate
  taxMinor: bigint
}

interface TracedTax {
  name: string
  rate_ppm: number
  level: number
  compound: boolean
  tax_minor: string
  treatment?: Treatment
  base?: { numerator: number; denominator: number }
  whole?: boolean
  down?: boolean
  certificate?: { number: string; authority: string }
}

/** The taxes that a line bore: two are told apart in its trace. */
export function partsOf(line: InvoiceLineRow): Part[] {
  const { taxes } = JSON.parse(line.trace) as { taxes?: TracedTax[] }
  if (taxes)
    return taxes.map(({ name, rate_ppm: ratePpm, level, compound, tax_minor, ...particular }) => ({
      rate: { name, ratePpm, ...(level === 1 ? {} : { level, compound }), ...particular },
      taxMinor: BigInt(tax_minor),
    }))
  if (line.tax_name === null) return []
  return [{ rate: { name: line.tax_name, ratePpm: line.tax_rate_ppm }, taxMinor: line.tax_minor }]
}
