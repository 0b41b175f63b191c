import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { computeTax, taxRateFor, type TaxRule } from '../../core/billing/index.ts'
import { isoDate } from '../../core/kernel/index.ts'

const at = (ratePpm: number) => ({ name: `VAT ${ratePpm}`, ratePpm })
const lines = (ratePpm: number, ...amounts: bigint[]) =>
  amounts.map((amountMinor) => ({ amountMinor, rate: at(ratePpm) }))

describe('tax on net prices, once per rate', () => {
  const cases: [string, number, bigint[], bigint][] = [
    ['three lines of 1.49 at 21 %: 0.9387', 210_000, [149n, 149n, 149n], 94n],
    ['seven lines of 0.07 at 7 %: 0.0343, not seven times nothing', 70_000, Array<bigint>(7).fill(7n), 3n],
    ['ten lines of 0.05 at 20 %', 200_000, Array<bigint>(10).fill(5n), 10n],
    ['19.99 + 4.99 + 0.99 at 25.5 %', 255_000, [1999n, 499n, 99n], 662n],
    ['a credit is the mirror of its charge', 210_000, [-149n, -149n, -149n], -94n],
  ]
  for (const [why, rate, amounts, tax] of cases) {
    test(why, () => assert.equal(computeTax(lines(rate, ...amounts), false).taxMinor, tax))
  }
})

describe('tax out of gross prices', () => {
  // Gross, rate, tax, net: from the worked table; amounts in the minor unit of their currency.
  const cases: [bigint, number, bigint, bigint][] = [
    [10_000n, 200_000, 1_667n, 8_333n],
    [11_900n, 190_000, 1_900n, 10_000n],
    [100n, 190_000, 16n, 84n],
    [995n, 210_000, 173n, 822n],
    [99n, 250_000, 20n, 79n],
    [1_000n, 100_000, 91n, 909n],
    [1_099n, 80_000, 81n, 1_018n],
    [1_234n, 50_000, 59n, 1_175n],
    [5_000n, 100_000, 455n, 4_545n],
    [999n, 200_000, 167n, 832n],
  ]
  for (const [gross, rate, tax, net] of cases) {
    test(`${gross} at ${rate} ppm holds ${tax}`, () => {
      const document = computeTax(lines(rate, gross), true)
      assert.deepEqual([document.taxMinor, document.netMinor], [tax, net])
    })
  }
})

test('lines share the tax of their rate so that everything adds up, whatever the prices', () => {
  const line = fc.record({
    amountMinor: fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }),
    rate: fc.constantFrom(at(0), at(70_000), at(190_000), at(255_000)),
  })
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 30 }), fc.boolean(), (list, inclusive) => {
      const document = computeTax(list, inclusive)
      const sum = (
        pick: (x: { netMinor: bigint; taxMinor: bigint }) => bigint,
        of: readonly { netMinor: bigint; taxMinor: bigint }[],
      ) => of.reduce((s, x) => s + pick(x), 0n)
      assert.equal(
        sum((x) => x.taxMinor, document.groups),
        document.taxMinor,
      )
      assert.equal(
        sum((x) => x.netMinor, document.groups),
        document.netMinor,
      )
      list.forEach(({ amountMinor }, i) => {
        const { netMinor, taxMinor } = document.lines[i]!
        assert.equal(inclusive ? netMinor + taxMinor : netMinor, amountMinor)
      })
    }),
  )
})

describe('which rule applies', () => {
  const rule = (over: Partial<TaxRule>): TaxRule => ({
    country: 'DE',
    region: null,
    tax_class: 'standard',
    name: 'MwSt',
    rate_ppm: 190_000,
    starts_on: isoDate('2020-01-01'),
    ends_on: null,
    ...over,
  })
  const rules = [
    rule({ ends_on: isoDate('2026-07-01') }),
    rule({ starts_on: isoDate('2026-07-01'), rate_ppm: 200_000 }),
    rule({ country: 'CA', name: 'GST', rate_ppm: 50_000 }),
    rule({ country: 'CA', region: 'QC', name: 'GST+QST', rate_ppm: 149_750 }),
  ]
  const buyer = (country: string, region: string | null = null, exempt = false) => ({
    country,
    region,
    exempt,
  })
  const rate = (b: ReturnType<typeof buyer>, on = '2026-01-01', taxClass = 'standard') =>
    taxRateFor(rules, b, taxClass, isoDate(on)).ratePpm

  test('by country and day', () => {
    assert.equal(rate(buyer('DE'), '2026-06-30'), 190_000)
    assert.equal(rate(buyer('DE'), '2026-07-01'), 200_000)
  })
  test('a region before its country', () => {
    assert.equal(rate(buyer('CA', 'QC')), 149_750)
    assert.equal(rate(buyer('CA', 'ON')), 50_000)
  })
  test('nothing where no rule stands, for another class, or for an exempt client', () => {
    assert.equal(rate(buyer('US')), 0)
    assert.equal(rate(buyer('DE'), '2026-01-01', 'books'), 0)
    assert.deepEqual(taxRateFor(rules, buyer('DE', null, true), 'standard', isoDate('2026-01-01')), {
      name: 'exempt',
      ratePpm: 0,
    })
  })
})
