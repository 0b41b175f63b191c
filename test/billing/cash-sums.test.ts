import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  planCreditNote,
  planInvoice,
  PRESET_TERMS,
  toCash,
  type BillFrom,
  type BillTo,
  type InvoiceLineRow,
  type InvoiceRow,
} from '../../core/billing/index.ts'
import { cashRounding, cashStepOf, stepProblem } from '../../core/billing/cash-rounding.ts'
import { lineColumns } from '../../core/billing/document-rows.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { draft } from './support.ts'

const today = isoDate('2026-01-15')

describe('a sum to pay in cash', () => {
  // Steps by currency and the sums about their halves, in minor units.
  const cases: readonly [currency: string, step: bigint, sum: bigint, payable: bigint][] = [
    ['CHF', 5n, 1_092n, 1_090n],
    ['CHF', 5n, 1_093n, 1_095n],
    ['CHF', 5n, 1_098n, 1_100n],
    ['CAD', 5n, 102n, 100n],
    ['CAD', 5n, 103n, 105n],
    ['DKK', 50n, 1_024n, 1_000n],
    ['DKK', 50n, 1_025n, 1_050n],
    ['SEK', 100n, 9_949n, 9_900n],
    ['SEK', 100n, 9_950n, 10_000n],
    ['HUF', 500n, 100_200n, 100_000n],
    ['HUF', 500n, 100_300n, 100_500n],
    ['HUF', 500n, 100_800n, 101_000n],
    ['JPY', 10n, 1_004n, 1_000n],
    ['KWD', 5n, 1_232n, 1_230n],
    ['CHF', 5n, -1_093n, -1_095n],
    ['EUR', 0n, 1_092n, 1_092n],
  ]
  for (const [currency, step, sum, payable] of cases)
    test(`${currency} ${sum} in steps of ${step} is ${payable}`, () => {
      assert.equal(toCash(sum, step), payable)
    })

  test('what rounding added is neither net nor tax', () => {
    const of = (total_minor: bigint) => ({ subtotal_minor: 1_000n, tax_minor: 81n, total_minor })
    assert.deepEqual(
      [1_080n, 1_081n, 1_085n].map((total) => cashRounding(of(total))),
      [-1n, 0n, 4n],
    )
    assert.equal(cashStepOf([{ currency: 'CHF', step: '0.05' }], 'EUR'), 0n)
  })

  test('a step that no sum can be rounded to is refused, and says why', () => {
    const one = (currency: string, step: string) => stepProblem([{ currency, step }])
    assert.equal(one('CHF', '0.05'), null)
    assert.equal(one('JPY', '10'), null)
    assert.equal(one('CHF', '0,05'), null)
    assert.equal(cashStepOf([{ currency: 'CHF', step: '0,05' }], 'CHF'), 5n)
    assert.match(one('CHF', '0,005')!, /no more than 2 decimals in CHF/)
    assert.match(one('CHF', '0.005')!, /no more than 2 decimals in CHF/)
    assert.match(one('JPY', '0.5')!, /no more than 0 decimals in JPY/)
    assert.match(one('CHF', '0.00')!, /above zero/)
    assert.match(one('QQQ', '1')!, /QQQ, which is no currency/)
    const twice = ['0.05', '0.10'].map((step) => ({ currency: 'CHF', step }))
    assert.match(stepProblem(twice)!, /names CHF twice/)
  })

  const buyer = { id: 'cli_x', country: 'DE', region: null, tax_exempt: 0, locale: 'en', own: {} }
  const rule = {
    ...{ country: 'DE', region: null, tax_class: 'standard', name: 'VAT', level: 1, compound: 0 },
    ...{ starts_on: isoDate('2020-01-01'), ends_on: null },
  }

  test('net and tax stay as they are, and what credit notes leave is again a sum that can be paid', () => {
    const lines = fc.array(fc.bigInt({ min: 1n, max: 10n ** 5n }), { minLength: 1, maxLength: 5 })
    const step = fc.constantFrom('0.05', '0.10', '0.50', '1', '5')
    const of = fc.record({ lines, step, rate: fc.nat(300_000), inclusive: fc.boolean(), seed: fc.nat(1_000) })
    fc.assert(
      fc.property(of, ({ lines: amounts, step: text, rate, inclusive, seed }) => {
        const from = (cashSteps: { currency: string; step: string }[]) =>
          ({
            ...{ pricesIncludeTax: inclusive, taxRules: [{ ...rule, rate_ppm: rate }], texts: [] },
            terms: { ...PRESET_TERMS, cashSteps },
          }) as unknown as BillFrom
        const client = { id: 'cli_x', brand_id: 'brd_x', currency: 'CHF' }
        const plan = (cashSteps: { currency: string; step: string }[]) =>
          planInvoice(draft(client, { amounts }), buyer as unknown as BillTo, from(cashSteps), today)
        const [exact, rounded] = [plan([]), plan([{ currency: 'CHF', step: text }])]
        const stepMinor = rounded.cashStepMinor!
        assert.deepEqual(
          [rounded.subtotalMinor, rounded.taxMinor, rounded.taxes],
          [exact.subtotalMinor, exact.taxMinor, exact.taxes],
        )
        assert.equal(rounded.totalMinor % stepMinor, 0n)
        const off = rounded.totalMinor - exact.totalMinor
        assert.ok(2n * (off < 0n ? -off : off) <= stepMinor)

        const invoice = {
          ...{ id: 'inv_x', currency: 'CHF', prices_include_tax: inclusive ? 1 : 0 },
          ...{ subtotal_minor: rounded.subtotalMinor, tax_minor: rounded.taxMinor },
          ...{ total_minor: rounded.totalMinor, cash_step_minor: stepMinor },
        } as InvoiceRow
        let [left, takenMinor] = [rounded.totalMinor, 0n]
        rounded.lines.forEach((of, i) => {
          const line = { id: `inl_${i}`, position: i + 1, ...lineColumns(of) } as InvoiceLineRow
          // Every line in two steps, of which the first may be nothing.
          const first = (line.amount_minor * BigInt(seed)) / 1_000n
          for (const [creditedMinor, amountMinor] of [
            [0n, first],
            [first, line.amount_minor - first],
          ] as const) {
            if (amountMinor === 0n) continue
            const note = planCreditNote({
              ...{ invoice, takenMinor, credits: [{ line, amountMinor, creditedMinor }], reason: 'r' },
              ...{ buyer: buyer as unknown as BillTo, from: from([]), issuedOn: today },
            })
            takenMinor -= note.subtotalMinor + note.taxMinor
            left += note.totalMinor
            assert.ok(note.totalMinor <= 0n)
            assert.equal(left, toCash(exact.totalMinor - takenMinor, stepMinor))
          }
        })
        assert.equal(left, 0n)
      }),
    )
  })
})
