import { addDays, assert, maxDay, type IsoDate } from '../kernel/index.ts'
import type { BillingTerms } from './billing-terms.ts'
import type { DraftInvoice, DraftLine } from './draft.ts'
import { fittingTexts, type DocumentText } from './texts/fitting-texts.ts'
import { computeTax, taxesFor, type SharedLine, type TaxGroup, type TaxRate, type TaxRule } from './tax.ts'

/** The client as the document will name it. */
export interface BillTo {
  id: string
  name: string
  company: string | null
  email: string
  address_1: string
  address_2: string | null
  city: string
  region: string | null
  postcode: string
  country: string
  tax_id: string | null
  tax_exempt: number
  auto_charge: number
  separate_invoices: number
  /** Set by the first document; never taken back. */
  currency_fixed: number
  locale: string
  terms: BillingTerms
}

/** The seller as the document will name it, with what decides its taxes and numbers. */
export interface BillFrom {
  brandId: string
  brandName: string
  sellerId: string
  /** JSON, frozen into the document as it is. */
  sellerJson: string
  pricesIncludeTax: boolean
  zone: string
  taxRules: readonly TaxRule[]
  texts: readonly DocumentText[]
}

export interface PlannedLine extends DraftLine, SharedLine {
  taxes: readonly TaxRate[]
}

/** A complete document but for its id and number: what preview shows and what the run writes. */
export interface PlannedInvoice {
  draft: DraftInvoice
  issuedOn: IsoDate
  lines: readonly PlannedLine[]
  taxes: readonly TaxGroup[]
  subtotalMinor: bigint
  taxMinor: bigint
  totalMinor: bigint
  buyer: BillTo
  from: BillFrom
  /** It gets a number of the proforma series, and one of its own when it is paid. */
  proforma?: boolean
}

/** Pure: the same input gives the same document, for run, preview, simulator and tests. */
export function planInvoice(
  draft: DraftInvoice,
  buyer: BillTo,
  from: BillFrom,
  issuedOn: IsoDate,
): PlannedInvoice {
  assert(draft.lines.length > 0, `invoice for ${draft.clientId} has no lines`)
  const place = { country: buyer.country, region: buyer.region, exempt: buyer.tax_exempt === 1 }
  const lines = draft.lines.map((line) => ({
    ...line,
    taxes: taxesFor(from.taxRules, place, line.taxClass, issuedOn),
  }))
  const taxed = computeTax(lines, from.pricesIncludeTax)
  const kind = draft.kind ?? 'invoice'
  const totalMinor = taxed.netMinor + taxed.taxMinor
  const texts = fittingTexts(from.texts, { kind, buyer, taxMinor: taxed.taxMinor })
  const notes = [draft.notes, ...texts].filter(Boolean).join('\n\n')
  return {
    draft: { ...draft, dueOn: dueOf(draft, buyer, issuedOn), ...(notes ? { notes } : {}) },
    issuedOn,
    lines: lines.map((line, i) => ({ ...line, ...taxed.lines[i]! })),
    taxes: taxed.groups,
    subtotalMinor: taxed.netMinor,
    taxMinor: taxed.taxMinor,
    totalMinor,
    buyer,
    from,
    ...(kind === 'invoice' && buyer.terms.proforma && totalMinor > 0n ? { proforma: true } : {}),
  }
}

/** Documents whose day was said by staff, or by those that they stand for. */
const OWN_DAY: readonly string[] = ['manual', 'merged', 'split', 'late_fee']

/** Who may pay later has the days of the terms from the issue on; staff who write a document say its day themselves. */
function dueOf({ kind, dueOn, origin }: DraftInvoice, { terms }: BillTo, issuedOn: IsoDate): IsoDate {
  if (terms.paymentDays === 0 || kind === 'credit_note' || OWN_DAY.includes(origin)) return dueOn
  return maxDay(dueOn, addDays(issuedOn, terms.paymentDays))
}
