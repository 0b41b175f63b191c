import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { computeTax, roundingOf, type Invoice, type TaxRate } from '../../../core/billing/index.ts'
import { lineColumns, taxRows } from '../../../core/billing/document-rows.ts'
import type { PlannedInvoice, PlannedLine } from '../../../core/billing/plan-invoice.ts'
import { takenBack } from '../../../core/billing/plan-credit-note.ts'
import { taxTable } from '../../../core/billing/tax.ts'
import { taxProblem } from '../../../core/billing/verify/tax-problem.ts'

const rate = (percent: number, over: Partial<TaxRate> = {}): TaxRate => ({
  ...{ name: `Tax ${percent}`, ratePpm: percent * 10_000, ...over },
})
const PROVINCE = rate(8, { level: 2, compound: true })
const PPN = rate(12, { base: { numerator: 11, denominator: 12 }, whole: true })

const TAXES: readonly (readonly TaxRate[])[] = [
  [rate(19)],
  [rate(7)],
  [rate(5), PROVINCE],
  [PROVINCE],
  [PPN],
  [rate(3, { down: true })],
  [rate(0, { name: 'Reverse charge', treatment: 'reverse_charge' })],
  [],
]

interface Sold {
  prices: readonly { amountMinor: bigint; taxes: readonly TaxRate[] }[]
  inclusive: boolean
  by: 'line' | 'document'
}

const sold = fc.record<Sold>({
  prices: fc.array(
    fc.record({
      amountMinor: fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }),
      taxes: fc.constantFrom(...TAXES),
    }),
    { minLength: 1, maxLength: 12 },
  ),
  inclusive: fc.boolean(),
  by: fc.constantFrom('line', 'document'),
})

/** The document as it is kept: what a reader of its rows knows, and no more. */
function documentOf(lines: readonly PlannedLine[], { inclusive, by }: Sold, over: Partial<Invoice> = {}) {
  const taxes = taxTable(lines, lines, roundingOf({ taxRounding: by }, 'IDR'))
  return {
    ...{ kind: 'invoice', currency: 'IDR', tax_rounding: by, prices_include_tax: inclusive ? 1 : 0 },
    ...{ corrects_id: null, ...over },
    lines: lines.map((line, i) => ({ ...lineColumns(line), id: `inl_${i}`, position: i + 1 })),
    taxes: taxRows({ taxes } as unknown as PlannedInvoice, 'inv_1'),
  } as unknown as Invoice
}

const line = (of: { amountMinor: bigint; taxes: readonly TaxRate[] }) => ({
  ...{ kind: 'manual', description: 'Line', quantity: 1, unitMinor: of.amountMinor, taxClass: 'standard' },
  ...{ trace: {}, ...of },
})

function invoiceOf(of: Sold): Invoice {
  const { lines } = computeTax(of.prices, of.inclusive, roundingOf({ taxRounding: of.by }, 'IDR'))
  return documentOf(
    of.prices.map((price, i) => ({ ...line(price), ...lines[i]! }) as unknown as PlannedLine),
    of,
  )
}

describe('tax computed anew from what is kept', () => {
  test('finds nothing wrong with a document of any rates, prices and rounding', () => {
    fc.assert(fc.property(sold, (of) => assert.equal(taxProblem(invoiceOf(of), new Map()), undefined)))
  })

  test('finds a unit too much on any line, and in any row of the table', () => {
    fc.assert(
      fc.property(sold, fc.nat(), (of, nth) => {
        const { lines, taxes, ...rest } = invoiceOf({ ...of, inclusive: false })
        const bent = <Row extends { tax_minor: bigint }>(rows: readonly Row[]) =>
          rows.map((row, i) => (i === nth % rows.length ? { ...row, tax_minor: row.tax_minor + 1n } : row))
        assert.ok(taxProblem({ ...rest, taxes, lines: bent(lines) } as Invoice, new Map()))
        if (taxes.length > 0)
          assert.ok(taxProblem({ ...rest, lines, taxes: bent(taxes) } as Invoice, new Map()))
      }),
    )
  })

  test('finds nothing wrong with credit notes over parts of a line, and a unit too much', () => {
    const parts = fc.array(fc.bigInt({ min: 1n, max: 10n ** 6n }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(sold, parts, (of, takes) => {
        const over = { ...invoiceOf(of).lines[0]! }
        fc.pre(over.amount_minor > 10n ** 7n)
        const rounding = roundingOf({ taxRounding: of.by }, 'IDR')
        let beforeMinor = 0n
        for (const take of takes) {
          const upToMinor = beforeMinor + take
          const back = takenBack(over, {
            fromMinor: beforeMinor,
            upToMinor,
            inclusive: of.inclusive,
            rounding,
          })
          const trace = { credits: over.id, of: String(over.amount_minor) }
          const planned = { ...line({ amountMinor: -take, taxes: back.taxes }), ...back, trace }
          const note = documentOf([planned as unknown as PlannedLine], of, {
            ...{ kind: 'credit_note', corrects_id: 'inv_1' },
          })
          const before = new Map([['inl_0', { line: over, beforeMinor }]])
          assert.equal(taxProblem(note, before), undefined)
          const [own] = note.lines
          assert.ok(taxProblem({ ...note, lines: [{ ...own!, tax_minor: own!.tax_minor - 1n }] }, before))
          beforeMinor = upToMinor
        }
      }),
    )
  })

  test('says of a gross price in rupiah that no base and tax make no more than it can', () => {
    // Rp 5 000 as it was split before prices were fitted: 4 505 and 495.
    const of: Sold = { prices: [{ amountMinor: 500_000n, taxes: [PPN] }], inclusive: true, by: 'line' }
    const document = invoiceOf(of)
    const split = (tax: bigint) => ({
      ...document,
      lines: [{ ...document.lines[0]!, tax_minor: tax, net_minor: 500_000n - tax }],
      taxes: [{ ...document.taxes[0]!, tax_minor: tax }],
    })
    assert.equal(taxProblem(split(49_500n), new Map()), undefined)
    assert.equal(taxProblem(split(49_600n), new Map()), undefined)
    assert.match(taxProblem(split(59_700n), new Map())!, /line 1 bears 59700/)
  })

  test('does not judge a lone tax of the second level that was kept without its level', () => {
    const of: Sold = { prices: [{ amountMinor: 10_000n, taxes: [PROVINCE] }], inclusive: false, by: 'line' }
    const document = invoiceOf(of)
    const older = { ...document.lines[0]!, trace: '{}', tax_minor: 801n }
    assert.equal(taxProblem({ ...document, lines: [older] }, new Map()), undefined)
    assert.ok(taxProblem({ ...document, lines: [{ ...document.lines[0]!, tax_minor: 801n }] }, new Map()))
  })
})
