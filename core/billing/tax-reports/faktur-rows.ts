import { divideHalfUp } from '../../../sdk/index.ts'
import { partsOf } from '../plan-credit-note.ts'
import type { InvoiceLineRow } from '../invoice.ts'
import { nitku, taxIdForm } from '../tax-ids/index.ts'

/** A document as the file of Coretax tells it; amounts are whole rupiah. */
export interface Faktur {
  invoiceId: string
  reference: string
  date: string
  /** 01: the whole price is taxed; 04: another value of it, such as 11/12. */
  code: '01' | '04'
  buyer: FakturBuyer
  lines: FakturLine[]
}

export interface FakturBuyer {
  tin: string
  document: 'TIN' | 'National ID'
  documentNumber: string
  name: string
  address: string
  email: string
  idTku: string
}

export interface FakturLine {
  name: string
  /** For one, without tax, with up to two decimals. */
  price: string
  quantity: number
  taxBase: bigint
  otherTaxBase: bigint
  ratePercent: number
  vat: bigint
}

/** Why a document is not in the file, by the word of a message. */
export type FakturProblem = 'no_identity' | 'reduction' | 'not_whole' | 'formula' | 'mixed' | 'several_taxes'

export interface FakturSource {
  id: string
  number: string
  issued_on: string
  buyer: string
  lines: readonly InvoiceLineRow[]
}

interface Buyer {
  name: string
  company: string | null
  email: string
  address_1: string
  address_2: string | null
  city: string
  postcode: string
  tax_id: string | null
}

const RUPIAH = 100n
const NO_TIN = '0'.repeat(16)

/** Pure: the document for the file, or why it has to be entered by hand. */
export function planFaktur(source: FakturSource): { faktur: Faktur } | { problem: FakturProblem } {
  const buyer = identityOf(JSON.parse(source.buyer) as Buyer)
  if (!buyer) return { problem: 'no_identity' }
  const lines: FakturLine[] = []
  const codes = new Set<'01' | '04'>()
  for (const line of source.lines) {
    const made = lineOf(line)
    if ('problem' in made) return made
    lines.push(made.line)
    codes.add(made.code)
  }
  const [code, ...others] = codes
  if (code === undefined || others.length > 0) return { problem: 'mixed' }
  const facts = { invoiceId: source.id, reference: source.number, date: source.issued_on }
  return { faktur: { ...facts, code, buyer, lines } }
}

/** An NPWP is the tax number itself; a resident's NIK is told as what it is. */
function identityOf(buyer: Buyer): FakturBuyer | null {
  const form = buyer.tax_id === null ? null : taxIdForm('ID', buyer.tax_id)
  if (!form?.fits) return null
  const isNpwp = form.normal.startsWith('0')
  return {
    tin: isNpwp ? form.normal : NO_TIN,
    document: isNpwp ? 'TIN' : 'National ID',
    documentNumber: isNpwp ? '' : form.normal,
    name: buyer.company ?? buyer.name,
    address: [buyer.address_1, buyer.address_2, buyer.city, buyer.postcode].filter(Boolean).join(', '),
    email: buyer.email,
    idTku: isNpwp ? nitku(form.normal) : '000000',
  }
}

function lineOf(line: InvoiceLineRow): { line: FakturLine; code: '01' | '04' } | { problem: FakturProblem } {
  const [part, ...more] = partsOf(line)
  if (!part || more.length > 0) return { problem: 'several_taxes' }
  if (line.net_minor < 0n) return { problem: 'reduction' }
  const { base, ratePpm } = part.rate
  if (line.net_minor % RUPIAH !== 0n || line.tax_minor % RUPIAH !== 0n) return { problem: 'not_whole' }
  const [taxBase, vat] = [line.net_minor / RUPIAH, line.tax_minor / RUPIAH]
  const otherTaxBase = base
    ? divideHalfUp(taxBase * BigInt(base.numerator), BigInt(base.denominator))
    : taxBase
  if (divideHalfUp(otherTaxBase * BigInt(ratePpm), 1_000_000n) !== vat) return { problem: 'formula' }
  const price = divideHalfUp(line.net_minor, BigInt(line.quantity))
  const facts = { taxBase, otherTaxBase, ratePercent: ratePpm / 10_000, vat }
  return {
    code: base ? '04' : '01',
    line: { name: line.description, price: decimals(price), quantity: line.quantity, ...facts },
  }
}

const decimals = (minor: bigint): string =>
  minor % RUPIAH === 0n
    ? String(minor / RUPIAH)
    : `${minor / RUPIAH}.${String(minor % RUPIAH).padStart(2, '0')}`
