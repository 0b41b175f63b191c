import { minorDigits } from '../../sdk/index.ts'
import { addDays, assert, maxDay, type IsoDate } from '../kernel/index.ts'
import { cashStepOf, toCash } from './cash-rounding.ts'
import { termsOf, type BillingTerms } from './billing-terms.ts'
import type { DraftInvoice, DraftLine } from './draft.ts'
import { taxIdKey } from './tax-ids/forms.ts'
import {
  computeTax,
  type RoundingPlace,
  type SharedLine,
  type TaxGroup,
  type TaxRate,
  type TaxRounding,
  type UntaxedPrice,
} from './tax.ts'
import { noteTaxes, type TaxNote } from './tax-notes.ts'
import { reducedTo, owedSums, type StatedLine } from './untaxed-price.ts'
import { fittingTexts, type DocumentText } from './texts/fitting-texts.ts'
import { homeTaxes, taxesFor, type Exemption, type TaxBuyer, type TaxRule } from './taxes-for.ts'

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
  /** Country and tax id that were found valid, and until when the answer counts. */
  tax_id_valid_for?: string | null
  tax_id_valid_through?: IsoDate | null
  tax_id_checked_at?: string | null
  exemptions?: readonly Exemption[]
  /** For e-invoices: BT-10, and BT-49 as "scheme:address". */
  buyer_reference?: string | null
  electronic_address?: string | null
  auto_charge: number
  separate_invoices: number
  /** Set by the first document; never taken back. */
  currency_fixed: number
  locale: string
  /** Terms in which it differs from its brand. */
  own: Partial<BillingTerms>
}

/** The seller as the document will name it, with what decides its taxes and numbers. */
export interface BillFrom {
  brandId: string
  brandName: string
  sellerId: string
  /** JSON, frozen into the document as it is. */
  sellerJson: string
  pricesIncludeTax: boolean
  /** Absent: once for each rate of a document. */
  taxRounding?: RoundingPlace
  /** Absent: whoever owes no tax pays a gross price as it stands. */
  untaxedPrice?: UntaxedPrice
  /** In which it owes its taxes; null or absent: documents state nothing in another currency. */
  accountingCurrency?: string | null
  /** Where a consumer is at home with the seller; known where prices may be reduced. */
  home?: Pick<TaxBuyer, 'country' | 'region'>
  zone: string
  taxRules: readonly TaxRule[]
  /** Instance that determines taxes instead of the rules; empty or absent: the rules do. */
  taxPlugin?: string
  texts: readonly DocumentText[]
  /** Of clients without terms of their own. */
  terms: BillingTerms
}

export interface PlannedLine extends Omit<DraftLine, 'taxes'>, SharedLine {
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
  /** Net, tax and cash rounding. */
  totalMinor: bigint
  /** To which multiple the total was rounded; absent: not at all. */
  cashStepMinor?: bigint
  /** What the law wants said on the document. */
  taxNotes: readonly TaxNote[]
  buyer: BillTo
  from: BillFrom
  /** The kept answer of the outside service that determined the taxes. */
  taxAnswerId?: string
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
  const place = taxBuyer(buyer, issuedOn)
  const ruled = !from.taxPlugin
  assert(ruled || draft.lines.every(({ taxes }) => taxes), `taxes for ${draft.clientId} were determined`)
  const stated = draft.lines.map((line) => ({
    ...line,
    taxes: line.taxes ?? taxesFor(from.taxRules, place, line.taxClass, issuedOn),
  }))
  // What a way of payment costs was agreed on with its sum.
  const isAgreed = !from.pricesIncludeTax || draft.origin === 'surcharge'
  const lines = isAgreed ? stated : asOwed(stated, from, { on: issuedOn, currency: draft.currency })
  const taxed = computeTax(lines, from.pricesIncludeTax, roundingOf(from, draft.currency))
  const kind = draft.kind ?? 'invoice'
  const terms = termsOf(buyer, from)
  const exactMinor = taxed.netMinor + taxed.taxMinor
  const cashStepMinor = isPaidInCash(draft, exactMinor) ? cashStepOf(terms.cashSteps, draft.currency) : 0n
  const totalMinor = toCash(exactMinor, cashStepMinor)
  const texts = fittingTexts(from.texts, { kind, buyer, taxMinor: taxed.taxMinor })
  const notes = [draft.notes, ...texts].filter(Boolean).join('\n\n')
  return {
    draft: { ...draft, dueOn: dueOf(draft, terms, issuedOn), ...(notes ? { notes } : {}) },
    issuedOn,
    lines: lines.map((line, i) => ({ ...line, ...taxed.lines[i]! })),
    taxes: taxed.groups,
    subtotalMinor: taxed.netMinor,
    taxMinor: taxed.taxMinor,
    totalMinor,
    ...(cashStepMinor === 0n ? {} : { cashStepMinor }),
    taxNotes: noteTaxes(lines, buyer.locale),
    buyer,
    from,
    ...(kind === 'invoice' && terms.proforma && totalMinor > 0n ? { proforma: true } : {}),
  }
}

/** Lines at gross prices as their buyer pays them. */
function asOwed<Line extends DraftLine & StatedLine>(
  lines: readonly Line[],
  from: BillFrom,
  { on, currency }: { on: IsoDate; currency: string },
): Line[] {
  const { taxRules, home, untaxedPrice = 'stated' } = from
  const sums = owedSums(lines, {
    untaxedPrice,
    taxesOf: (taxClass) => (home ? homeTaxes(taxRules, home, taxClass, on) : []),
    rounding: roundingOf(from, currency),
  })
  return lines.map((line, i) => reducedTo(line, sums[i]!))
}

/** What is given back is no coin, and a surcharge is a part of the sum that was agreed on with its payment. */
const isPaidInCash = ({ kind = 'invoice', origin }: DraftInvoice, exactMinor: bigint): boolean =>
  kind === 'invoice' && origin !== 'surcharge' && exactMinor > 0n

/** Whoever has a tax id that was found valid and has not lapsed since buys as a business. */
export function taxBuyer(buyer: BillTo, on: IsoDate): TaxBuyer {
  const { tax_id_valid_for: validFor, tax_id_valid_through: through } = buyer
  const key = buyer.tax_id ? taxIdKey(buyer.country, buyer.tax_id) : null
  return {
    ...{ country: buyer.country, region: buyer.region, postcode: buyer.postcode },
    exempt: buyer.tax_exempt === 1,
    business: key !== null && validFor === key && through != null && on <= through,
    ...(buyer.exemptions ? { exemptions: buyer.exemptions } : {}),
  }
}

export function roundingOf(from: Pick<BillFrom, 'taxRounding'>, currency: string): TaxRounding {
  return { by: from.taxRounding ?? 'document', wholeMinor: 10n ** BigInt(minorDigits(currency)) }
}

/** Documents whose day was said by staff, or by those that they stand for. */
const OWN_DAY: readonly string[] = ['manual', 'merged', 'split', 'late_fee', 'surcharge']

/** Who may pay later has the days of the terms from the issue on; staff who write a document say its day themselves. */
function dueOf({ kind, dueOn, origin }: DraftInvoice, terms: BillingTerms, issuedOn: IsoDate): IsoDate {
  if (terms.paymentDays === 0 || kind === 'credit_note' || OWN_DAY.includes(origin)) return dueOn
  return maxDay(dueOn, addDays(issuedOn, terms.paymentDays))
}
