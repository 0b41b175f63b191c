import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  allocate,
  divideFloor,
  divideHalfEven,
  divideHalfUp,
  minorDigits,
  money,
  parseDecimal,
  toDecimal,
} from '../../sdk/index.ts'

// Value × 1000 and the unit it is rounded to, half up and half even.
const rounding: [bigint, bigint, bigint, bigint][] = [
  [5n, 10n, 1n, 0n],
  [15n, 10n, 2n, 2n],
  [25n, 10n, 3n, 2n],
  [2500n, 1000n, 3n, 2n],
  [3500n, 1000n, 4n, 4n],
  [-2500n, 1000n, -3n, -2n],
  [-5n, 10n, -1n, 0n],
  [10235n, 10n, 1024n, 1024n],
  [-7n, 2n, -4n, -4n],
]
for (const [value, unit, up, even] of rounding) {
  test(`${value}/${unit} is ${up} half up and ${even} half even`, () => {
    assert.equal(divideHalfUp(value, unit), up)
    assert.equal(divideHalfEven(value, unit), even)
    assert.equal(divideHalfEven(-value, -unit), even)
  })
}

test('floor rounds towards minus infinity', () => {
  assert.equal(divideFloor(-7n, 2n), -4n)
  assert.equal(divideFloor(7n, -2n), -4n)
  assert.equal(divideFloor(-8n, 2n), -4n)
})

test('allocated parts add up to the whole and differ from their exact share by less than one unit', () => {
  const weights = fc.array(fc.bigInt({ min: 0n, max: 10n ** 9n }), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), weights, (total, shares) => {
      const parts = allocate(total, shares)
      const whole = shares.reduce((a, b) => a + b, 0n)
      assert.equal(
        parts.reduce((a, b) => a + b, 0n),
        total,
      )
      if (whole > 0n) {
        parts.forEach((part, i) => {
          const error = part * whole - total * shares[i]!
          assert.ok(error > -whole && error < whole)
        })
      }
    }),
  )
})

test('decimal text and money are each other’s inverse in every scale', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n }),
      fc.constantFrom('JPY', 'EUR', 'KWD', 'IDR', 'CLF'),
      (minor, currency) => {
        assert.deepEqual(parseDecimal(toDecimal(money(minor, currency)), currency), money(minor, currency))
      },
    ),
  )
})

test('an amount with too many decimals or of another form is refused', () => {
  assert.throws(() => parseDecimal('1.234', 'EUR'), /has 3 decimals; EUR has 2/)
  assert.throws(() => parseDecimal('1,20', 'EUR'), /is not an amount such as 12.34/)
  assert.throws(() => parseDecimal('1.5', 'JPY'), /JPY has 0/)
})

test('scales are those of ISO 4217, also where Intl differs', () => {
  for (const [currency, digits] of [
    ['IDR', 2],
    ['HUF', 2],
    ['COP', 2],
    ['JPY', 0],
    ['KWD', 3],
    ['ISK', 0],
    ['UGX', 0],
    ['MGA', 2],
  ] as const) {
    assert.equal(minorDigits(currency), digits)
  }
  assert.throws(() => minorDigits('XYZ'), /not a currency code/)
})
