import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { computeTax, roundingOf, taxesFor, type TaxBuyer, type TaxRule } from '../../core/billing/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { presetRules } from './preset-rules.ts'

/** Price, base and tax in rupiah: 11/12 of the price, then 12 % of it, each rounded. */
const INDONESIA: readonly (readonly [price: bigint, base: bigint, tax: bigint])[] = [
  [1n, 1n, 0n],
  [5n, 5n, 1n],
  [100n, 92n, 11n],
  [250n, 229n, 27n],
  [1_450n, 1_329n, 159n],
  [2_050n, 1_879n, 225n],
  [10_000n, 9_167n, 1_100n],
  [33_333n, 30_555n, 3_667n],
  [99_999n, 91_666n, 11_000n],
  [100_000n, 91_667n, 11_000n],
  [1_234_567n, 1_131_686n, 135_802n],
  [9_999_999n, 9_166_666n, 1_100_000n],
]
describe('Indonesia: 12 % of 11/12 of the price', () => {
  const rules = presetRules('indonesia', { country: 'ID', region: null })
  const buyer: TaxBuyer = { country: 'ID', region: null, exempt: false }
  const of = (price: bigint, on: string, taxClass = 'standard') => {
    const taxes = taxesFor(rules, buyer, taxClass, isoDate(on))
    const { groups, taxMinor } = computeTax(
      [{ amountMinor: price * 100n, taxes }],
      false,
      roundingOf({ taxRounding: 'line' }, 'IDR'),
    )
    return [groups[0]!.netMinor / 100n, taxMinor / 100n, taxMinor % 100n]
  }
  for (const [price, base, tax] of INDONESIA)
    test(`Rp ${price}: base ${base}, tax ${tax}`, () =>
      assert.deepEqual(of(price, '2025-06-01'), [base, tax, 0n]))

  test('the rate and the rounding follow the day', () => {
    assert.deepEqual(of(99_999n, '2022-03-31'), [99_999n, 9_999n, 0n])
    assert.deepEqual(of(99_999n, '2022-04-01'), [99_999n, 10_999n, 0n])
    // 33 333 × 11/12 = 30 555.25; 12 % of 30 555 = 3 666.6: dropped until 22 May 2025.
    assert.deepEqual(of(33_333n, '2025-05-21'), [30_555n, 3_666n, 0n])
    assert.deepEqual(of(33_333n, '2025-05-22'), [30_555n, 3_667n, 0n])
    assert.deepEqual(of(100_000n, '2025-06-01', 'luxury'), [100_000n, 12_000n, 0n])
  })
})

describe('the sets of rules', () => {
  const german = presetRules('eu', { country: 'DE', region: null })
  const buyer = (country: string, business = false, region: string | null = null): TaxBuyer => ({
    country,
    region,
    exempt: false,
    business,
  })
  const at = (rules: TaxRule[], of: TaxBuyer, on = '2026-01-01') =>
    taxesFor(rules, of, 'standard', isoDate(on)).map(({ name, ratePpm, treatment }) => [
      name,
      ratePpm,
      treatment ?? 'standard',
    ])

  test('DE seller: a consumer in France pays the French rate, a business none, a business at home the German', () => {
    assert.deepEqual(at(german, buyer('FR')), [['VAT FR', 200_000, 'standard']])
    assert.deepEqual(at(german, buyer('FR', true)), [['Reverse charge', 0, 'reverse_charge']])
    assert.deepEqual(at(german, buyer('DE', true)), [['VAT DE', 190_000, 'standard']])
    assert.deepEqual(at(german, buyer('MC')), [['VAT FR', 200_000, 'standard']])
    assert.deepEqual(at(german, buyer('US')), [['Export', 0, 'export']])
    assert.deepEqual(at(german, buyer('GB', true)), [['Reverse charge', 0, 'reverse_charge']])
    assert.deepEqual(at(german, buyer('ES', false, 'CN')), [['Export', 0, 'export']])
    assert.deepEqual(at(german, buyer('ES', false, 'MD')), [['VAT ES', 210_000, 'standard']])
  })
  test('below the threshold consumers abroad pay the rate of the seller', () => {
    const small = presetRules('eu', { country: 'DE', region: null }, false)
    assert.deepEqual(at(small, buyer('FR')), [['VAT DE', 190_000, 'standard']])
    assert.deepEqual(at(small, buyer('FR', true)), [['Reverse charge', 0, 'reverse_charge']])
  })
  test('rates change on their day', () => {
    assert.deepEqual(at(german, buyer('FI'), '2024-08-31'), [['VAT FI', 240_000, 'standard']])
    assert.deepEqual(at(german, buyer('FI'), '2024-09-01'), [['VAT FI', 255_000, 'standard']])
    assert.deepEqual(at(german, buyer('EE'), '2025-07-01'), [['VAT EE', 240_000, 'standard']])
    assert.deepEqual(at(german, buyer('SK'), '2024-12-31'), [['VAT SK', 200_000, 'standard']])
  })
  // From the first sale on: the threshold is for sellers in one member state.
  const BRITISH: readonly (readonly [string, TaxBuyer, string, number, string, string?])[] = [
    ['a consumer at home', buyer('GB'), 'VAT GB', 200_000, 'standard'],
    ['a business at home owes it too', buyer('GB', true), 'VAT GB', 200_000, 'standard'],
    ['a consumer in Germany pays the German rate', buyer('DE'), 'VAT DE', 190_000, 'standard'],
    ['one in Finland that of the day', buyer('FI'), 'VAT FI', 240_000, 'standard', '2024-08-31'],
    ['and of the next', buyer('FI'), 'VAT FI', 255_000, 'standard', '2024-09-01'],
    ['Monaco is taxed with France', buyer('MC'), 'VAT FR', 200_000, 'standard'],
    ['the Canary Islands are outside', buyer('ES', false, 'CN'), 'Export', 0, 'export'],
    ['a business owes it itself', buyer('DE', true), 'Reverse charge', 0, 'reverse_charge'],
    ['elsewhere nothing is due', buyer('US'), 'Export', 0, 'export'],
  ]
  for (const oss of [true, false])
    for (const [why, of, name, ppm, treatment, on] of BRITISH)
      test(`GB seller${oss ? ' in the one-stop shop' : ', registered in each state'}: ${why}`, () =>
        assert.deepEqual(at(presetRules('uk', { country: 'GB', region: null }, oss), of, on), [
          [name, ppm, treatment],
        ]))
  test('IN seller', () => {
    const indian = presetRules('india', { country: 'IN', region: 'KA' })
    assert.deepEqual(at(indian, buyer('IN', false, 'KA')), [
      ['CGST', 90_000, 'standard'],
      ['SGST', 90_000, 'standard'],
    ])
    assert.deepEqual(at(indian, buyer('IN', false, 'MH')), [['IGST', 180_000, 'standard']])
    assert.deepEqual(at(indian, buyer('DE')), [['Export', 0, 'zero_rated']])
  })
  test('fit only sellers of their country', () => {
    for (const [name, country] of [
      ['eu', 'US'],
      ['uk', 'DE'],
      ['indonesia', 'DE'],
      ['india', 'DE'],
    ] as const)
      assert.throws(() => presetRules(name, { country, region: null }), { code: 'input.invalid' })
    assert.throws(() => presetRules('india', { country: 'IN', region: null }), {
      fields: { region: 'of the seller is needed: the state decides' },
    })
  })
})
