import { minorDigits, timesPpm } from '../../../sdk/index.ts'
import { vatPrefix } from '../tax-ids/forms.ts'
import type { EBreakdown, ECategory, EInvoice, EParty, Finding } from './model.ts'

/** The rules of EN 16931 that a document of ours can break, each under its name in the standard. */
export function checkEInvoice(invoice: EInvoice): Finding[] {
  return [
    ...needed(invoice),
    ...ofParties(invoice),
    ...ofLines(invoice),
    ...ofSums(invoice),
    ...ofCategories(invoice),
  ]
}

const finding = (rule: string, field: string, problem: string): Finding => ({ rule, field, problem })
const unless = (holds: boolean, rule: string, field: string, problem: string): Finding[] =>
  holds ? [] : [finding(rule, field, problem)]

function needed(invoice: EInvoice): Finding[] {
  const { number, issuedOn, currency, lines, sums, dueOn, accounting } = invoice
  return [
    ...unless(number !== '', 'BR-02', 'number', 'the document needs a number'),
    ...unless(Boolean(issuedOn), 'BR-03', 'issued_on', 'the document needs its day'),
    ...unless(minorDigits(currency) <= 2, 'BR-DEC-14', 'currency', 'has more than two decimals'),
    ...unless(
      accounting === null || minorDigits(accounting.currency) <= 2,
      'BR-DEC-15',
      'accounting_currency',
      'has more than two decimals',
    ),
    ...unless(lines.length > 0, 'BR-16', 'lines', 'at least one is needed'),
    ...unless(
      sums.dueMinor <= 0n || dueOn !== null,
      'BR-CO-25',
      'due_on',
      'is needed while something is due',
    ),
  ]
}

function ofParties({ seller, buyer }: EInvoice): Finding[] {
  return [
    ...unless(seller.name !== '', 'BR-06', 'seller.name', 'is missing'),
    ...unless(buyer.name !== '', 'BR-07', 'buyer.name', 'is missing'),
    ...ofAddress(seller, ['BR-08', 'BR-09'], 'seller'),
    ...ofAddress(buyer, ['BR-10', 'BR-11'], 'buyer'),
    ...unless(
      seller.vatId !== null || seller.taxId !== null,
      'BR-CO-26',
      'seller.tax_id',
      'is needed to know the seller by',
    ),
    ...[seller, buyer].flatMap((party, i) =>
      unless(
        party.vatId === null || prefixFits(party),
        'BR-CO-09',
        `${i === 0 ? 'seller' : 'buyer'}.tax_id`,
        'must begin with the code of its country',
      ),
    ),
  ]
}

const prefixFits = ({ vatId, country }: EParty): boolean =>
  [vatPrefix(country), 'XI'].includes(vatId!.slice(0, 2))

function ofAddress(party: EParty, [rule, ofCountry]: [string, string], name: string): Finding[] {
  return [
    ...unless(party.city !== '' || party.street.length > 0, rule, `${name}.address`, 'is missing'),
    ...unless(/^[A-Z]{2}$/.test(party.country), ofCountry, `${name}.country`, 'is missing'),
  ]
}

function ofLines({ lines }: EInvoice): Finding[] {
  return lines.flatMap((line) => {
    const field = `lines.${line.id}`
    return [
      ...unless(line.name !== '', 'BR-25', `${field}.description`, 'is missing'),
      ...unless(line.quantity !== 0, 'BR-22', `${field}.quantity`, 'is zero'),
      ...unless(line.priceMinor >= 0n, 'BR-27', `${field}.unit`, 'is below zero'),
      ...unless(
        line.category !== null,
        'BR-CO-04',
        `${field}.tax`,
        'bears several taxes; this format knows one',
      ),
      ...unless(
        BigInt(line.quantity) * line.priceMinor === line.netMinor * BigInt(line.baseQuantity),
        'BT-131',
        `${field}.net`,
        'is not quantity × price',
      ),
      ...unless(
        line.period === null || line.period.from <= line.period.to,
        'BR-30',
        `${field}.period`,
        'ends before it begins',
      ),
    ]
  })
}

function ofSums({ lines, breakdown, sums }: EInvoice): Finding[] {
  const total = (amounts: readonly bigint[]) => amounts.reduce((all, amount) => all + amount, 0n)
  return [
    ...unless(
      sums.linesMinor === total(lines.map(({ netMinor }) => netMinor)),
      'BR-CO-10',
      'subtotal',
      'is not the sum of the lines',
    ),
    ...unless(sums.netMinor === sums.linesMinor, 'BR-CO-13', 'subtotal', 'is not what the lines make'),
    ...unless(
      sums.taxMinor === total(breakdown.map(({ taxMinor }) => taxMinor)),
      'BR-CO-14',
      'tax',
      'is not the sum of its rates',
    ),
    ...unless(sums.totalMinor === sums.netMinor + sums.taxMinor, 'BR-CO-15', 'total', 'is not net and tax'),
    ...unless(
      sums.dueMinor === sums.totalMinor - sums.paidMinor + sums.roundingMinor,
      'BR-CO-16',
      'due',
      'is not the total less what is paid, rounded',
    ),
    ...unless(breakdown.length > 0, 'BR-CO-18', 'tax', 'a rate or an exemption is needed'),
  ]
}

function ofCategories(invoice: EInvoice): Finding[] {
  const { breakdown, seller, buyer } = invoice
  const only = new Set(breakdown.map(({ category }) => category))
  return [
    ...breakdown.flatMap((group) => ofGroup(invoice, group)),
    ...[...only].flatMap((category) => ofIds(category, seller, buyer)),
    ...unless(
      !only.has('O') || only.size === 1,
      'BR-O-11',
      'tax',
      'what is out of scope needs a document of its own',
    ),
  ]
}

/** The smallest unit: what a rate makes of its base may be off by it where tax was taken out of gross prices. */
const TOLERANCE = 1n

function ofGroup({ lines }: EInvoice, group: EBreakdown): Finding[] {
  const { category, ratePpm, baseMinor, taxMinor, reason } = group
  const base = lines
    .filter((line) => line.category === category && line.ratePpm === ratePpm)
    .reduce((sum, { netMinor }) => sum + netMinor, 0n)
  const off = taxMinor - timesPpm(baseMinor, ratePpm)
  return [
    ...unless(base === baseMinor, `BR-${category}-08`, 'tax', 'its base is not the sum of its lines'),
    ...unless(
      off <= TOLERANCE && off >= -TOLERANCE,
      category === 'S' ? 'BR-CO-17' : `BR-${category}-09`,
      'tax',
      'is not what the rate makes of the base',
    ),
    ...(category === 'S'
      ? unless(ratePpm > 0, 'BR-S-05', 'tax', 'needs a rate above zero')
      : unless(ratePpm === 0, `BR-${category}-05`, 'tax', 'must have the rate zero')),
    ...(category === 'S' || category === 'Z'
      ? []
      : unless(reason !== null, `BR-${category}-10`, 'tax', 'needs the reason of the exemption')),
  ]
}

function ofIds(category: ECategory, seller: EParty, buyer: EParty): Finding[] {
  // Out of scope the ids of both must not stand on the document; they are left out of the file.
  if (category === 'O') return []
  const sellers =
    category === 'S' || category === 'Z' || category === 'E'
      ? seller.vatId !== null || seller.taxId !== null
      : seller.vatId !== null
  const needs = `is needed where the category is ${category}`
  return [
    ...unless(sellers, `BR-${category}-02`, 'seller.tax_id', needs),
    ...(category === 'AE' ? unless(buyer.vatId !== null, 'BR-AE-02', 'buyer.tax_id', needs) : []),
  ]
}
