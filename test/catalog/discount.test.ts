import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  discountKinds,
  discountShares,
  lastingOff,
  type Discount,
  type Discountable,
} from '../../core/catalog/index.ts'

const line = (kind: string, leftMinor: bigint, quantity = 1): Discountable => ({ kind, quantity, leftMinor })
const discount = (kind: Discount['kind'], worth: Partial<Discount> = {}): Discount => ({
  kind,
  percentPpm: null,
  amountMinor: null,
  ...worth,
})

describe('a discount', () => {
  // Two units of 4.90, an option, a set-up fee.
  const lines = [line('recurring', 980n, 2), line('option', 401n), line('setup', 500n)]

  const worked: [string, Discount, bigint[]][] = [
    [
      'a percentage rounds half up on each line',
      discount('percent', { percentPpm: 125_000 }),
      [123n, 50n, 63n],
    ],
    ['a sum is spread by what is left', discount('fixed', { amountMinor: 1_000n }), [521n, 213n, 266n]],
    [
      'a sum above everything takes everything',
      discount('fixed', { amountMinor: 9_999n }),
      [980n, 401n, 500n],
    ],
    ['set-up loses its share alone', discount('setup', { percentPpm: 500_000 }), [0n, 0n, 250n]],
    ['a free period leaves set-up', discount('free', { percentPpm: 1_000_000 }), [980n, 401n, 0n]],
    ['a price counts for each unit', discount('price', { amountMinor: 300n }), [380n, 0n, 0n]],
    ['a price above the product’s own takes nothing', discount('price', { amountMinor: 500n }), [0n, 0n, 0n]],
  ]
  for (const [says, of, shares] of worked) it(says, () => assert.deepEqual(discountShares(of, lines), shares))

  const anyLine = fc.record({
    kind: fc.constantFrom('recurring', 'option', 'setup', 'once'),
    quantity: fc.integer({ min: 1, max: 50 }),
    leftMinor: fc.bigInt({ min: 0n, max: 10n ** 13n }),
  })
  const anyDiscount = fc.record({
    kind: fc.constantFrom(...discountKinds),
    percentPpm: fc.integer({ min: 0, max: 1_000_000 }),
    amountMinor: fc.bigInt({ min: 0n, max: 10n ** 13n }),
  })

  it('takes no more than is left, however many follow each other in whatever order', () => {
    fc.assert(
      fc.property(
        fc.array(anyLine, { maxLength: 12 }),
        fc.array(anyDiscount, { maxLength: 5 }),
        (of, taken) => {
          let left = of
          for (const one of taken) {
            const shares = discountShares(one, left)
            assert.equal(shares.length, left.length)
            left = left.map((before, i) => ({ ...before, leftMinor: before.leftMinor - shares[i]! }))
            for (const [i, share] of shares.entries()) {
              assert.ok(share >= 0n)
              assert.ok(left[i]!.leftMinor >= 0n)
            }
          }
        },
      ),
    )
  })

  it('a sum takes exactly itself, or everything', () => {
    fc.assert(
      fc.property(fc.array(anyLine, { minLength: 1 }), fc.bigInt({ min: 0n, max: 10n ** 13n }), (of, sum) => {
        const whole = of.reduce((total, { leftMinor }) => total + leftMinor, 0n)
        const taken = discountShares(discount('fixed', { amountMinor: sum }), of)
        assert.equal(
          taken.reduce((a, b) => a + b, 0n),
          sum < whole ? sum : whole,
        )
      }),
    )
  })

  it('of later periods stays between nothing and what is left', () => {
    fc.assert(
      fc.property(anyDiscount, fc.bigInt({ min: 0n, max: 10n ** 13n }), fc.boolean(), (of, left, share) => {
        const off = lastingOff({ ...of, periodsLeft: null, percentPpm: share ? of.percentPpm : null }, left)
        assert.ok(off >= 0n && off <= left)
      }),
    )
  })
})
