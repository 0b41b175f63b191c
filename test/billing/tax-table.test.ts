import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { computeTax, taxesFor, type TaxRate, type TaxRule } from '../../core/billing/index.ts'
import { isoDate } from '../../core/kernel/index.ts'

const line = (amountMinor: bigint, ...taxes: TaxRate[]) => ({ amountMinor, taxes })
const a: TaxRate = { name: 'A', ratePpm: 70_000 }
const b: TaxRate = { name: 'B', ratePpm: 70_000 }
const high: TaxRate = { name: 'C', ratePpm: 190_000 }
const second: TaxRate = { name: 'D', ratePpm: 80_000, level: 2, compound: false }

describe('the table of taxes of a document', () => {
  test('goes by level, then from the highest rate down, then by name', () => {
    const { groups } = computeTax(
      [line(100n, b), line(100n, a, second), line(100n, high), line(100n, a)],
      false,
    )
    assert.deepEqual(
      groups.map(({ name, netMinor, taxMinor }) => [name, netMinor, taxMinor]),
      [
        ['C', 100n, 19n],
        ['A', 200n, 14n],
        ['B', 100n, 7n],
        ['D', 100n, 8n],
      ],
    )
  })

  test('the same document in another order of lines has the same table', () => {
    const lines = [line(100n, a, second), line(50n, high), line(30n, b)]
    assert.deepEqual(computeTax(lines, false).groups, computeTax(lines.toReversed(), false).groups)
  })

  test('of two lines that are largest the first takes the difference', () => {
    // 0.07 × 2 at 7 %: 0.49 each is 0, together 0.98 is 1.
    const { lines } = computeTax([line(7n, a), line(7n, a)], false)
    assert.deepEqual(
      lines.map(({ taxMinor }) => taxMinor),
      [1n, 0n],
    )
  })

  test('a line without a tax bears none, and stands beside those that do', () => {
    const document = computeTax([line(100n), line(100n, high)], false)
    assert.deepEqual([document.netMinor, document.taxMinor, document.lines[0]!.partsMinor], [200n, 19n, []])
  })

  // Currency by decimals, rate, net lines, tax: half a unit goes up, and it goes up once for the document.
  const rounding: [string, number, bigint[], bigint][] = [
    ['JPY, none: 5 yen at 10 % are half a yen', 100_000, [5n], 1n],
    ['JPY: twice 5 yen are one yen, not two', 100_000, [5n, 5n], 1n],
    ['EUR, two: 0.50 at 19 % are 0.095', 190_000, [50n], 10n],
    ['EUR: 0.49 at 19 % are 0.0931', 190_000, [49n], 9n],
    ['KWD, three: 1.230 at 5 % are 0.0615', 50_000, [1_230n], 62n],
    ['KWD: a credit of it is its mirror', 50_000, [-1_230n], -62n],
  ]
  for (const [why, ratePpm, amounts, tax] of rounding)
    test(why, () => {
      const lines = amounts.map((amount) => line(amount, { name: 'T', ratePpm }))
      assert.equal(computeTax(lines, false).taxMinor, tax)
    })
})

describe('the rule that holds', () => {
  const rule = (over: Partial<TaxRule>): TaxRule => ({
    ...{
      country: 'DE',
      region: null,
      tax_class: 'standard',
      name: 'USt',
      rate_ppm: 190_000,
      level: 1,
      compound: 0,
    },
    ...{ starts_on: isoDate('2021-01-01'), ends_on: null },
    ...over,
  })
  const before = rule({ rate_ppm: 160_000, starts_on: isoDate('2020-07-01'), ends_on: isoDate('2021-01-01') })
  const rates = (on: string, over: Partial<TaxRule> = {}) =>
    taxesFor(
      [before, rule(over)],
      { country: 'DE', region: null, exempt: false },
      'standard',
      isoDate(on),
    ).map(({ ratePpm }) => ratePpm)

  test('begins on its first day and ends before its last', () => {
    assert.deepEqual(
      [rates('2020-06-30'), rates('2020-07-01'), rates('2020-12-31'), rates('2021-01-01')],
      [[], [160_000], [160_000], [190_000]],
    )
  })

  test('is of the country, the class and the region of the buyer', () => {
    for (const over of [{ country: 'AT' }, { tax_class: 'reduced' }, { region: 'BY' }])
      assert.deepEqual(rates('2022-01-01', over), [])
  })
})
