import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  computeTax,
  roundingOf,
  taxesFor,
  type RoundingPlace,
  type TaxRate,
  type TaxRule,
} from '../../core/billing/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { presetRules } from './preset-rules.ts'

const rate = (percent: number, more: Partial<TaxRate> = {}): TaxRate => ({
  ...{ name: `T${percent}`, ratePpm: Math.round(percent * 10_000) },
  ...more,
})
const times = (count: number, amount: bigint): bigint[] => Array.from({ length: count }, () => amount)

interface Worked {
  why: string
  currency: string
  by?: RoundingPlace
  gross?: true
  prices: bigint[]
  taxes: TaxRate[]
  tax: bigint
  net: bigint
}

const cases: Worked[] = [
  {
    why: '3 × 1.49 at 21 %: 4.47 × 21 % = 0.9387',
    currency: 'EUR',
    prices: times(3, 149n),
    taxes: [rate(21)],
    tax: 94n,
    net: 447n,
  },
  {
    why: 'by line: 1.49 × 21 % = 0.3129 → 0.31, three times',
    currency: 'EUR',
    by: 'line',
    prices: times(3, 149n),
    taxes: [rate(21)],
    tax: 93n,
    net: 447n,
  },
  {
    why: '7 × 0.07 at 7 %: 0.49 × 7 % = 0.0343',
    currency: 'EUR',
    prices: times(7, 7n),
    taxes: [rate(7)],
    tax: 3n,
    net: 49n,
  },
  {
    why: 'by line each is less than half a cent',
    currency: 'EUR',
    by: 'line',
    prices: times(7, 7n),
    taxes: [rate(7)],
    tax: 0n,
    net: 49n,
  },
  {
    why: 'half a cent goes up: 10 × 0.05 at 20 %',
    currency: 'EUR',
    by: 'line',
    prices: times(10, 5n),
    taxes: [rate(20)],
    tax: 10n,
    net: 50n,
  },
  {
    why: 'Finland has a decimal: (19.99 + 4.99 + 0.99) × 25.5 % = 6.622',
    currency: 'EUR',
    prices: [1999n, 499n, 99n],
    taxes: [rate(25.5)],
    tax: 662n,
    net: 2597n,
  },
  {
    why: '9.95 holds 1.7269 at 21 %',
    currency: 'EUR',
    gross: true,
    prices: [995n],
    taxes: [rate(21)],
    tax: 173n,
    net: 822n,
  },
  {
    why: '0.99 holds 0.198 at 25 %',
    currency: 'EUR',
    gross: true,
    prices: [99n],
    taxes: [rate(25)],
    tax: 20n,
    net: 79n,
  },
  {
    why: '¥1000 holds 90.909 at 10 %',
    currency: 'JPY',
    gross: true,
    prices: [1000n],
    taxes: [rate(10)],
    tax: 91n,
    net: 909n,
  },
  {
    why: '¥1099 holds 81.407 at 8 %',
    currency: 'JPY',
    gross: true,
    prices: [1099n],
    taxes: [rate(8)],
    tax: 81n,
    net: 1018n,
  },
  {
    why: 'KWD 1.234 holds 0.05876 at 5 %',
    currency: 'KWD',
    gross: true,
    prices: [1234n],
    taxes: [rate(5)],
    tax: 59n,
    net: 1175n,
  },
  {
    why: 'BHD 5.000 holds 0.45454 at 10 %',
    currency: 'BHD',
    gross: true,
    prices: [5000n],
    taxes: [rate(10)],
    tax: 455n,
    net: 4545n,
  },
  {
    why: '12.34 at 20 % is 2.468',
    currency: 'GBP',
    prices: [1234n],
    taxes: [rate(20)],
    tax: 247n,
    net: 1234n,
  },
  {
    why: 'an invoice trader of the United Kingdom may drop the rest',
    currency: 'GBP',
    prices: [1234n],
    taxes: [rate(20, { down: true })],
    tax: 246n,
    net: 1234n,
  },
  {
    why: 'and a credit drops as much: it is the mirror',
    currency: 'GBP',
    prices: [-1234n],
    taxes: [rate(20, { down: true })],
    tax: -246n,
    net: -1234n,
  },
  {
    why: 'CGST and SGST of 250.50 are 22.545 each',
    currency: 'INR',
    prices: [25_050n],
    taxes: [rate(9, { name: 'CGST' }), rate(9, { name: 'SGST', level: 2 })],
    tax: 4510n,
    net: 25_050n,
  },
  {
    why: 'three taxes, the last on all before: 100 + 5 + 8, 10 % of 113',
    currency: 'USD',
    prices: [10_000n],
    taxes: [rate(5), rate(8, { level: 2 }), rate(10, { level: 3, compound: true })],
    tax: 500n + 800n + 1130n,
    net: 10_000n,
  },
  {
    why: 'and out of the sum again',
    currency: 'USD',
    gross: true,
    prices: [12_430n],
    taxes: [rate(5), rate(8, { level: 2 }), rate(10, { level: 3, compound: true })],
    tax: 2430n,
    net: 10_000n,
  },
]

const totals = (of: Worked) => {
  const lines = of.prices.map((amountMinor) => ({ amountMinor, taxes: of.taxes }))
  const { taxMinor, netMinor } = computeTax(
    lines,
    of.gross ?? false,
    roundingOf({ taxRounding: of.by ?? 'document' }, of.currency),
  )
  return { tax: taxMinor, net: netMinor }
}

describe('worked tax', () => {
  for (const one of cases)
    test(`${one.currency} ${one.why}`, () => assert.deepEqual(totals(one), { tax: one.tax, net: one.net }))
})

describe('by postcode', () => {
  const rule = (over: Partial<TaxRule>): TaxRule => ({
    ...{
      country: 'US',
      region: 'NY',
      tax_class: 'standard',
      name: 'NY',
      rate_ppm: 40_000,
      level: 1,
      compound: 0,
    },
    ...{ starts_on: isoDate('2020-01-01'), ends_on: null },
    ...over,
  })
  const rules = [
    rule({}),
    rule({ postcode_from: '10000', postcode_to: '10299', name: 'NYC', rate_ppm: 88_750 }),
  ]
  const of = (postcode: string) =>
    taxesFor(
      rules,
      { country: 'US', region: 'NY', postcode, exempt: false },
      'standard',
      isoDate('2026-01-01'),
    )[0]!.name
  test('the range goes before the state, and more digits than it has are no matter', () => {
    assert.deepEqual(['10001', '10299-1234', '10300', '', '12 000'].map(of), ['NYC', 'NYC', 'NY', 'NY', 'NY'])
  })
})

describe('a certificate', () => {
  const rules = presetRules('eu', { country: 'DE', region: null })
  const exemptions = [
    {
      number: 'X-1',
      authority: 'Amt',
      country: 'DE',
      taxClasses: ['standard'],
      starts_on: isoDate('2026-01-01'),
      ends_on: isoDate('2027-01-01'),
    },
  ]
  const of = (on: string, taxClass = 'standard', country = 'DE') =>
    taxesFor(rules, { country, region: null, exempt: false, exemptions }, taxClass, isoDate(on))[0]
  test('counts in its days, its country and for its classes, and no longer', () => {
    assert.deepEqual(of('2026-12-31'), {
      name: 'exempt',
      ratePpm: 0,
      treatment: 'exempt',
      certificate: { number: 'X-1', authority: 'Amt' },
    })
    assert.equal(of('2027-01-01')!.name, 'VAT DE')
    assert.equal(of('2025-12-31')!.name, 'VAT DE')
    assert.equal(of('2026-06-01', 'standard', 'AT')!.name, 'VAT AT')
  })
})

test('by line or by document, everything adds up, and by line a line never depends on its neighbours', () => {
  const taxes = fc.constantFrom(
    [rate(19)],
    [rate(7)],
    [rate(5), rate(8, { level: 2, compound: true })],
    [rate(12, { base: { numerator: 11, denominator: 12 }, whole: true })],
    [],
  )
  const line = fc.record({ amountMinor: fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }), taxes })
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 20 }), fc.boolean(), (lines, inclusive) => {
      const rounding = roundingOf({ taxRounding: 'line' }, 'IDR')
      const whole = computeTax(lines, inclusive, rounding)
      assert.deepEqual(
        whole.lines,
        lines.map((one) => computeTax([one], inclusive, rounding).lines[0]),
      )
      const sum = (of: bigint[]) => of.reduce((a, b) => a + b, 0n)
      assert.equal(sum(whole.groups.map(({ taxMinor }) => taxMinor)), whole.taxMinor)
      assert.equal(sum(whole.lines.map(({ netMinor }) => netMinor)), whole.netMinor)
    }),
  )
})
