import { addDays, type IsoDate } from '../../kernel/index.ts'
import { accountingTaxOf } from '../accounting-tax.ts'
import { cashRounding } from '../cash-rounding.ts'
import { partsOf } from '../plan-credit-note.ts'
import type { InvoiceLineRow, InvoiceRow, InvoiceTaxRow } from '../invoice.ts'
import type { Treatment } from '../tax.ts'
import type { TaxNote } from '../tax-notes.ts'
import { EU_MEMBERS, taxIdForm } from '../tax-ids/forms.ts'
import type { EBreakdown, ECategory, EInvoice, ELine, EParty } from './model.ts'

export type EDocument = InvoiceRow & { lines: readonly InvoiceLineRow[]; taxes: readonly InvoiceTaxRow[] }

interface Frozen {
  name: string
  company?: string | null
  email?: string | null
  address?: { lines?: string[]; postcode?: string; city?: string }
  address_1?: string
  address_2?: string | null
  city?: string
  postcode?: string
  region?: string | null
  country: string
  tax_id?: string | null
  buyer_reference?: string | null
  electronic_address?: string | null
  /** Of the seller: what its brand says for e-invoices. */
  e_invoice?: { contact?: string; phone?: string; email?: string; iban?: string; address?: string }
}

const CATEGORIES: Record<Treatment, ECategory> = {
  ...{ standard: 'S', zero_rated: 'Z', exempt: 'E' },
  ...{ reverse_charge: 'AE', export: 'G', out_of_scope: 'O' },
}
const REASON_CODES: Partial<Record<ECategory, string>> = {
  ...{ AE: 'VATEX-EU-AE', G: 'VATEX-EU-G', O: 'VATEX-EU-O' },
}
const REASONS: Partial<Record<ECategory, string>> = {
  ...{ AE: 'Reverse charge', G: 'Export', O: 'Not subject to VAT', E: 'Exempt' },
}

/** Pure: the frozen document in the terms of EN 16931. A credit note is told with amounts above zero. */
export function buildEInvoice(
  document: EDocument,
  preceding: { number: string; issued_on: IsoDate } | null = null,
): EInvoice {
  const isNote = document.kind === 'credit_note'
  const sign = isNote ? -1n : 1n
  const buyer = JSON.parse(document.buyer) as Frozen
  const seller = JSON.parse(document.seller) as Frozen
  const own = seller.e_invoice ?? {}
  const lines = document.lines.map((line) => lineOf(line, document.taxes, sign))
  const payableMinor = sign * document.total_minor
  const sums = {
    linesMinor: lines.reduce((sum, { netMinor }) => sum + netMinor, 0n),
    netMinor: sign * document.subtotal_minor,
    taxMinor: sign * document.tax_minor,
    totalMinor: sign * (document.subtotal_minor + document.tax_minor),
    roundingMinor: sign * cashRounding(document),
  }
  const stated = accountingTaxOf(document)
  return {
    typeCode: isNote ? '381' : '380',
    number: document.number ?? '',
    issuedOn: document.issued_on!,
    dueOn: isNote ? null : document.due_on,
    currency: document.currency,
    buyerReference: buyer.buyer_reference ?? null,
    notes: [...(document.notes ? [document.notes] : []), ...textsOf(document)],
    preceding: preceding && { number: preceding.number, issuedOn: preceding.issued_on },
    seller: partyOf({ ...seller, electronic_address: own.address ?? null }),
    contact: { name: own.contact ?? '', phone: own.phone ?? '', email: own.email || (seller.email ?? '') },
    iban: own.iban?.replaceAll(/\s/g, '') || null,
    buyer: partyOf(buyer),
    lines,
    breakdown: breakdownOf(document, lines, sign),
    // What a credit note gives is in the client's credit when it is issued: nothing of it is due.
    sums: { ...sums, paidMinor: isNote ? payableMinor : 0n, dueMinor: isNote ? 0n : payableMinor },
    accounting: stated && { currency: stated.currency, taxMinor: sign * BigInt(stated.tax_minor) },
  }
}

function partyOf(party: Frozen): EParty {
  const { country, address } = party
  const taxId = party.tax_id?.trim() || null
  const form = taxId === null ? null : taxIdForm(country, taxId)
  const isVat = form?.fits === true && (EU_MEMBERS.includes(country) || country === 'GB')
  const [scheme, ...rest] = (party.electronic_address ?? '').split(':')
  return {
    name: party.company?.trim() || party.name,
    street: (address ? (address.lines ?? []) : [party.address_1 ?? '', party.address_2 ?? '']).filter(
      Boolean,
    ),
    city: address?.city ?? party.city ?? '',
    postcode: address?.postcode ?? party.postcode ?? '',
    region: party.region ?? null,
    country,
    vatId: isVat ? form.normal : null,
    taxId: isVat ? null : taxId,
    email: party.email ?? null,
    electronicAddress: scheme && rest.length > 0 ? { scheme, address: rest.join(':') } : null,
  }
}

function lineOf(line: InvoiceLineRow, taxes: readonly InvoiceTaxRow[], sign: bigint): ELine {
  const netMinor = sign * line.net_minor
  const reduces = netMinor < 0n
  const { period_start: from, period_end: to } = line
  return {
    id: String(line.position),
    name: line.description,
    quantity: reduces ? -line.quantity : line.quantity,
    netMinor,
    priceMinor: reduces ? -netMinor : netMinor,
    baseQuantity: line.quantity,
    category: categoryOf(line, taxes),
    ratePpm: line.tax_rate_ppm,
    period: from
      ? { from: from as IsoDate, to: to && to > from ? addDays(to as IsoDate, -1) : (from as IsoDate) }
      : null,
  }
}

/** Null where several taxes stand on one line: the model knows one. */
function categoryOf(line: InvoiceLineRow, taxes: readonly InvoiceTaxRow[]): ECategory | null {
  const parts = partsOf(line)
  if (parts.length === 0) return 'O'
  if (parts.length > 1) return null
  const { name, ratePpm } = parts[0]!.rate
  const tax = taxes.find((one) => one.tax_name === name && one.rate_ppm === ratePpm)
  const treatment = tax?.treatment ?? 'standard'
  // Exemptions of before there were treatments are known by their name.
  if (treatment === 'standard' && ratePpm === 0) return name === 'exempt' ? 'E' : 'Z'
  return CATEGORIES[treatment]
}

function breakdownOf(document: EDocument, lines: readonly ELine[], sign: bigint): EBreakdown[] {
  const groups = new Map<string, EBreakdown>()
  lines.forEach(({ category, ratePpm, netMinor }, i) => {
    if (category === null) return
    const key = `${category} ${ratePpm}`
    const group = groups.get(key) ?? newGroup(document, category, ratePpm)
    group.baseMinor += netMinor
    group.taxMinor += sign * document.lines[i]!.tax_minor
    groups.set(key, group)
  })
  return [...groups.values()]
}

function newGroup(document: EDocument, category: ECategory, ratePpm: number): EBreakdown {
  const reasoned = category !== 'S' && category !== 'Z'
  return {
    ...{ category, ratePpm, baseMinor: 0n, taxMinor: 0n },
    reason: reasoned ? (textsOf(document)[0] ?? REASONS[category] ?? null) : null,
    reasonCode: REASON_CODES[category] ?? null,
  }
}

function textsOf({ tax_notes }: Pick<InvoiceRow, 'tax_notes'>): string[] {
  const notes = tax_notes ? (JSON.parse(tax_notes) as TaxNote[]) : []
  return notes.map((note) =>
    'text' in note ? note.text : `${note.certificate.authority} ${note.certificate.number}`,
  )
}
