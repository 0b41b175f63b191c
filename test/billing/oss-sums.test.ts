import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { inReturnAt, sharesInReturn } from '../../core/billing/index.ts'
import type { ExchangeRate } from '../../core/catalog/index.ts'

const rate = (of: string) => ({ rate: of, valid_on: '2026-03-31' }) as ExchangeRate
const sums = (currency: string, netMinor: bigint, taxMinor = 0n) => ({ currency, netMinor, taxMinor })

describe('a row of the one-stop shop in the currency of the return', () => {
  const cases: [why: string, currency: string, minor: bigint, rate: string, cents: bigint][] = [
    ['1,000.00 kr at 11.1234 are 89.9006', 'SEK', 100_000n, '11.1234', 8_990n],
    ['0.05 kr at 10 are half a cent, and half goes up', 'SEK', 5n, '10', 1n],
    ['a hair below half a cent goes down', 'SEK', 5n, '10.0001', 0n],
    ['taken back it is the same below zero', 'SEK', -5n, '10', -1n],
    ['1,005 yen without decimals at 160.5 are 6.2617', 'JPY', 1_005n, '160.5', 626n],
    ['1,234.567 dinar with three at 0.35123 are 3,514.98', 'KWD', 1_234_567n, '0.35123', 351_498n],
  ]
  for (const [why, currency, minor, of, cents] of cases)
    test(why, () => {
      const told = { netMinor: cents, taxMinor: 0n, rate: of, rateOn: '2026-03-31' }
      assert.deepEqual(inReturnAt(sums(currency, minor), rate(of)), told)
      assert.equal(inReturnAt(sums(currency, 0n, minor), rate(of))?.taxMinor, cents)
    })

  test('is itself in euros, whatever the rate, and nothing where no rate is known', () => {
    const own = { netMinor: 7n, taxMinor: 1n, rate: null, rateOn: null }
    assert.deepEqual(inReturnAt(sums('EUR', 7n, 1n), rate('2')), own)
    assert.equal(inReturnAt(sums('SEK', 7n), undefined), null)
  })

  test('is shared by its documents to the cent, none further off than one', () => {
    const documents = fc.array(fc.tuple(fc.bigInt(-99_999n, 99_999n), fc.bigInt(-9_999n, 9_999n)), {
      minLength: 1,
      maxLength: 30,
    })
    const of = fc.constantFrom('SEK', 'JPY', 'KWD', 'EUR')
    fc.assert(
      fc.property(documents, of, fc.integer({ min: 1, max: 9_999 }), (parts, currency, thousandths) => {
        const rows = parts.map(([net, tax]) => sums(currency, net, tax))
        const at = rate((thousandths / 1_000).toFixed(3))
        const whole = sums(
          currency,
          rows.reduce((sum, { netMinor }) => sum + netMinor, 0n),
          rows.reduce((sum, { taxMinor }) => sum + taxMinor, 0n),
        )
        const row = inReturnAt(whole, at)
        const shares = sharesInReturn(rows, row)
        assert.equal(shares.length, rows.length)
        for (const figure of ['netMinor', 'taxMinor'] as const) {
          assert.equal(
            shares.reduce((sum, share) => sum + share[figure], 0n),
            row![figure],
          )
          shares.forEach((share, i) => {
            const alone = inReturnAt(rows[i]!, at)![figure]
            const off = share[figure] - alone
            assert.ok(off >= -1n && off <= 1n, `${share[figure]} instead of ${alone}`)
          })
        }
      }),
    )
  })

  test('is shared by nobody while no rate is known', () => {
    assert.deepEqual(sharesInReturn([sums('SEK', 5n)], null), [])
  })
})
