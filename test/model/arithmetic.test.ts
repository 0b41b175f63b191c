import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { computeTax } from '../../core/billing/index.ts'
import { cycle, isoDate, periodStart } from '../../core/kernel/index.ts'
import { shareOf } from '../../core/services/index.ts'
import { allocate, divideHalfUp } from '../../sdk/index.ts'
import { halfUp, partOf, spread, taxOf } from './arithmetic.ts'
import { boundary, dayOf, textOf } from './calendar.ts'

describe('the arithmetic of the model and of the engine', () => {
  const sum = fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n })
  const weights = fc.array(fc.bigInt({ min: 0n, max: 1_000n }), { minLength: 1, maxLength: 8 })

  test('rounds alike', () => {
    fc.assert(
      fc.property(sum, fc.bigInt({ min: -500n, max: 500n }), (a, b) => {
        if (b !== 0n) assert.equal(divideHalfUp(a, b), halfUp(a, b))
      }),
    )
  })

  test('spreads alike', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 6n }), weights, (total, shares) => {
        assert.deepEqual(allocate(total, shares), spread(total, shares))
      }),
    )
  })

  test('counts periods alike, from every day of a leap year and the year before it', () => {
    const cycles = fc.constantFrom('1d', '7d', '2w', '1m', '3m', '6m', '1y', '2y')
    fc.assert(
      fc.property(fc.nat({ max: 730 }), cycles, fc.nat({ max: 60 }), (offset, of, n) => {
        const anchor = dayOf('2027-01-01') + offset
        assert.equal(periodStart(isoDate(textOf(anchor)), cycle(of), n), textOf(boundary(anchor, of, n)))
      }),
    )
  })

  test('cuts periods alike', () => {
    const days = fc.tuple(fc.nat({ max: 366 }), fc.nat({ max: 366 }), fc.integer({ min: 1, max: 366 }))
    fc.assert(
      fc.property(sum, days, (price, [from, to, length]) => {
        assert.equal(shareOf(price, { from, to, length }), partOf(price, from, to, length))
      }),
    )
  })

  test('taxes the lines of a document alike, net and gross', () => {
    const line = fc.record({ amount: sum, ppm: fc.constantFrom(0n, 70_000n, 190_000n, 255_000n) })
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 8 }), fc.boolean(), (lines, inclusive) => {
        const taxable = lines.map(({ amount, ppm }) => ({
          amountMinor: amount,
          taxes: [{ name: 'VAT', ratePpm: Number(ppm) }],
        }))
        const taxes = computeTax(taxable, inclusive).lines.map(({ taxMinor }) => taxMinor)
        assert.deepEqual(taxes, taxOf(lines, inclusive))
      }),
    )
  })
})
