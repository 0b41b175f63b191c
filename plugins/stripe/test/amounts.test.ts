import assert from 'node:assert/strict'
import { test } from 'node:test'
import { currencies, minorDigits } from '../../../sdk/index.ts'
import { fromStripe, toStripe } from '../amounts.ts'

/** Currency, our minor units, what Stripe counts. */
const exact: [string, string, number][] = [
  ['USD', '4900', 4900],
  ['JPY', '5000', 5000],
  ['IDR', '15000000', 15_000_000],
  ['UGX', '2500', 250_000],
  ['ISK', '1990', 199_000],
  ['HUF', '175000', 175_000],
  ['TWD', '100', 100],
  ['MGA', '1200000', 12_000],
  ['KWD', '12340', 12_340],
  ['VND', '7', 7],
  ['CLF', '123400', 1234],
]
for (const [currency, minor, amount] of exact) {
  test(`${minor} of ${currency} is ${amount} at Stripe and back`, () => {
    assert.equal(toStripe({ minor, currency }), amount)
    assert.deepEqual(fromStripe(amount, currency.toLowerCase()), { minor, currency })
  })
}

test('fractions that Stripe cannot count are refused', () => {
  for (const [currency, minor] of [
    ['MGA', '1200001'],
    ['KWD', '12345'],
    ['CLF', '1'],
    ['USD', '99999999999999999'],
  ] as const)
    assert.equal(toStripe({ minor, currency }), undefined)
})

test('fractions that the currency has not are refused on the way back', () => {
  assert.throws(() => fromStripe(199_050, 'isk'), RangeError)
})

test('every currency of ours comes back as it went', () => {
  for (const currency of currencies) {
    const minor = (1000n * 10n ** BigInt(minorDigits(currency))).toString()
    assert.deepEqual(fromStripe(toStripe({ minor, currency }) ?? 0, currency.toLowerCase()), {
      minor,
      currency,
    })
  }
})
