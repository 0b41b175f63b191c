import type { Invoice, InvoiceLineRow, InvoiceTaxRow } from '../invoice.ts'
import { partsOf, takenBack } from '../plan-credit-note.ts'
import { roundingOf } from '../plan-invoice.ts'
import {
  computeTax,
  reachableGross,
  taxTable,
  type SharedLine,
  type TaxGroup,
  type TaxRate,
  type TaxRounding,
} from '../tax.ts'
import { creditedId, type CreditedBefore } from './credited-before.ts'

type Taxed = SharedLine & { taxes: readonly TaxRate[] }

/**
 * Pure: what is wrong with the tax of an issued document, computed anew from what is frozen on it: prices, rates with
 * their levels, bases and treatments, whether prices hold tax, and where it is rounded. Rules and settings of today do
 * not count. Undefined when nothing is wrong.
 */
export function taxProblem(document: Invoice, credited: CreditedBefore): string | undefined {
  const rounding = roundingOf({ taxRounding: document.tax_rounding }, document.currency)
  const taxed = recomputed(document, credited, rounding)
  if (!taxed) return undefined
  const wrong = document.lines.findIndex(
    (line, i) => !isWithin(line.tax_minor - taxed[i]!.taxMinor, slackOf(document, line, rounding)),
  )
  if (wrong >= 0) return lineProblem(document.lines[wrong]!, taxed[wrong]!)
  const stored = document.lines.map((line, i) => ({ ...taxed[i]!, netMinor: line.net_minor }))
  const slack = document.lines.reduce((sum, line) => sum + slackOf(document, line, rounding), 0n)
  return tableProblem(document.taxes, taxTable(stored, stored, rounding), slack)
}

/** Each line with its tax; null where the document was issued before what its tax hangs on was kept. */
function recomputed(document: Invoice, credited: CreditedBefore, rounding: TaxRounding): Taxed[] | null {
  const { lines } = document
  const inclusive = document.prices_include_tax === 1
  if (document.kind === 'credit_note' && document.corrects_id !== null) {
    if (!lines.every((line) => creditedId(line))) return null
    return lines.map((line) => {
      const over = credited.get(line.id)
      if (!over) return untaxed(line)
      const { beforeMinor: fromMinor } = over
      return takenBack(over.line, {
        fromMinor,
        upToMinor: fromMinor - line.amount_minor,
        inclusive,
        rounding,
      })
    })
  }
  if (lines.some((line) => lacksLevel(line, document.taxes))) return null
  const priced = lines.map((line) => ({
    amountMinor: line.amount_minor,
    taxes: partsOf(line).map(({ rate }) => rate),
  }))
  return computeTax(priced, inclusive, rounding).lines.map((line, i) => ({
    ...line,
    taxes: priced[i]!.taxes,
  }))
}

/** The line that it claims to be over is not there: it may bear nothing. */
const untaxed = ({ net_minor: netMinor }: InvoiceLineRow): Taxed => ({
  ...{ netMinor, taxMinor: 0n, partsMinor: [], taxes: [] },
})

/** A tax of the second level that a line bears alone was kept as any other once. */
function lacksLevel(line: InvoiceLineRow, table: readonly InvoiceTaxRow[]): boolean {
  const [only, ...others] = partsOf(line)
  if (!only || others.length > 0 || only.rate.level !== undefined) return false
  return table.some(
    ({ tax_name, rate_ppm, level }) =>
      tax_name === only.rate.name && rate_ppm === only.rate.ratePpm && level > 1,
  )
}

/** A gross price that no base and tax in whole units make was taken as it stood, its tax up to a unit beside that of today. */
function slackOf(
  { prices_include_tax, corrects_id }: Invoice,
  line: InvoiceLineRow,
  rounding: TaxRounding,
): bigint {
  if (prices_include_tax === 0 || corrects_id !== null) return 0n
  const rates = partsOf(line).map(({ rate }) => rate)
  return reachableGross(line.amount_minor, rates, rounding) === line.amount_minor ? 0n : rounding.wholeMinor
}

const isWithin = (difference: bigint, slack: bigint): boolean => difference <= slack && -difference <= slack

const lineProblem = ({ position, tax_minor, net_minor }: InvoiceLineRow, { taxMinor }: Taxed): string =>
  `line ${position} bears ${tax_minor} of tax on ${net_minor}, its rates make ${taxMinor}`

function tableProblem(
  rows: readonly InvoiceTaxRow[],
  groups: readonly TaxGroup[],
  slack: bigint,
): string | undefined {
  const stands = (group: TaxGroup) =>
    rows.some(
      (row) =>
        row.tax_name === group.name &&
        row.rate_ppm === group.ratePpm &&
        row.treatment === (group.treatment ?? 'standard') &&
        isWithin(row.net_minor - group.netMinor, slack) &&
        isWithin(row.tax_minor - group.taxMinor, slack),
    )
  const lacking = groups.find((group) => !stands(group))
  if (lacking)
    return `the tax table lacks ${lacking.name} at ${lacking.ratePpm} ppm with ${lacking.taxMinor} on ${lacking.netMinor}`
  return rows.length === groups.length ? undefined : 'the tax table has a row that no line bears'
}
