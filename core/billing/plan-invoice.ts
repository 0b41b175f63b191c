import { assert, type IsoDate } from '../kernel/index.ts'
import type { DraftInvoice, DraftLine } from './draft.ts'
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
  locale: string
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
  return {
    draft,
    issuedOn,
    lines: lines.map((line, i) => ({ ...line, ...taxed.lines[i]! })),
    taxes: taxed.groups,
    subtotalMinor: taxed.netMinor,
    taxMinor: taxed.taxMinor,
    totalMinor: taxed.netMinor + taxed.taxMinor,
    buyer,
    from,
  }
}
