import { money, type Money } from '../../../../sdk/index.ts'
import { amountDue, cashRounding, isRefunded, taxStatements, type Invoice } from '../../../billing/index.ts'
import { regionName, type Translate } from '../../../i18n/index.ts'
import type { Instant, IsoDate } from '../../../kernel/index.ts'
import { invoiceState, type ShownState } from './invoice-row.ts'
import { lineView, type LineView } from './why.ts'

export interface PartyView {
  name: string
  lines: string[]
  taxId: string | null
  email: string | null
}

/** An amount applied to the document, or taken back. */
export interface AppliedRow {
  kind: string
  amount_minor: bigint
  created_at: Instant
  instance_name: string | null
  method_label: string | null
  method_kind: string | null
  last4: string | null
}

export interface InvoiceView {
  id: string
  href: string
  number: string
  isCreditNote: boolean
  isProforma: boolean
  /** The number that it had as a proforma. */
  proforma: string | null
  status: ShownState
  issuedOn: IsoDate | null
  dueOn: IsoDate
  seller: PartyView
  buyer: PartyView
  lines: LineView[]
  taxes: { name: string; percent: number; net: Money; tax: Money }[]
  subtotal: Money
  tax: Money
  /** Null where the sum to pay was not rounded. */
  rounding: Money | null
  total: Money
  due: Money
  pricesIncludeTax: boolean
  notes: string | null
  /** What the law wants said about the tax. */
  statements: readonly string[]
  payHref: string | null
  pdfHref: string
}

/** In whose language, and on which day. */
export interface Reader {
  t: Translate
  today: IsoDate
  locale: string
}

/** The document as it was frozen, ready to show. */
export function invoiceView(invoice: Invoice, { t, today, locale }: Reader): InvoiceView {
  const amount = (minor: bigint) => money(minor, invoice.currency)
  const href = `/portal/invoices/${invoice.id}`
  const due = invoice.kind === 'invoice' && invoice.status === 'issued' ? amountDue(invoice) : 0n
  return {
    ...{
      id: invoice.id,
      href,
      number: invoice.number ?? invoice.id,
      isCreditNote: invoice.kind === 'credit_note',
    },
    isProforma: invoice.proforma === 1,
    proforma: invoice.proforma === 0 ? invoice.proforma_number : null,
    status: invoiceState(t, { ...invoice, is_refunded: Number(isRefunded(invoice)) }, today),
    ...{ issuedOn: invoice.issued_on, dueOn: invoice.due_on, notes: invoice.notes },
    statements: taxStatements(invoice, t, locale),
    seller: partyView(invoice.seller, locale),
    buyer: partyView(invoice.buyer, locale),
    lines: invoice.lines.map((line) => lineView(t, line, invoice.currency)),
    taxes: invoice.taxes.map((tax) => ({
      ...{ name: tax.tax_name, percent: tax.rate_ppm / 10_000 },
      ...{ net: amount(tax.net_minor), tax: amount(tax.tax_minor) },
    })),
    ...{ subtotal: amount(invoice.subtotal_minor), tax: amount(invoice.tax_minor) },
    rounding: cashRounding(invoice) === 0n ? null : amount(cashRounding(invoice)),
    ...{ total: amount(invoice.total_minor), due: amount(due) },
    pricesIncludeTax: invoice.prices_include_tax === 1,
    payHref: due > 0n ? `${href}/pay` : null,
    pdfHref: `${href}.pdf`,
  }
}

interface Party {
  name: string
  company?: string | null
  email?: string | null
  address?: { lines?: string[]; postcode?: string; city?: string }
  address_1?: string
  address_2?: string | null
  postcode?: string
  city?: string
  region?: string | null
  country: string
  tax_id?: string | null
}

/** Seller and buyer are kept as JSON of slightly different shapes; both become lines of an address. */
function partyView(json: string, locale: string): PartyView {
  const party = JSON.parse(json) as Party
  const { address } = party
  const street = address ? (address.lines ?? []) : [party.address_1, party.address_2]
  const town = [address?.postcode ?? party.postcode, address?.city ?? party.city].filter(Boolean).join(' ')
  const country = regionName(party.country, locale)
  return {
    name: party.company ?? party.name,
    lines: [party.company ? party.name : null, ...street, town, party.region, country].filter(
      (line): line is string => Boolean(line),
    ),
    taxId: party.tax_id ?? null,
    email: party.email ?? null,
  }
}
