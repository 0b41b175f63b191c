import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { addDays, cycle, daysBetween, instant, isoDate } from '../../core/kernel/index.ts'
import {
  chargedRests,
  planChange,
  restPrice,
  shareOf,
  type Offer,
  type ServiceRow,
} from '../../core/services/index.ts'
import { unlowered } from './fixture.ts'

const rest = (anchor: string, index: number, on: string, of = '1m') =>
  chargedRests({ anchorOn: isoDate(anchor), cycle: cycle(of), periodIndex: index }, isoDate(on))

describe('proration by day', () => {
  // Anchor, periods charged, day, price, days left of days, what is left of the price.
  const table: [string, number, string, bigint, string, bigint][] = [
    ['2026-01-15', 1, '2026-01-15', 1_000n, '31/31', 1_000n],
    ['2026-01-15', 1, '2026-01-16', 1_000n, '30/31', 968n],
    ['2026-01-15', 1, '2026-02-14', 1_000n, '1/31', 32n],
    ['2026-01-31', 1, '2026-02-14', 2_800n, '14/28', 1_400n],
    ['2026-01-31', 2, '2026-03-15', 3_100n, '16/31', 1_600n],
    ['2028-01-31', 1, '2028-02-15', 2_900n, '14/29', 1_400n],
    ['2028-02-29', 1, '2028-02-29', 999n, '29/29', 999n],
    ['2028-01-29', 2, '2028-03-01', 2_900n, '28/29', 2_800n],
    ['2027-12-31', 3, '2028-03-30', 100n, '1/31', 3n],
  ]
  for (const [anchor, index, on, price, days, left] of table) {
    test(`${price} from ${anchor} (period ${index}), changed on ${on}: ${days} left is ${left}`, () => {
      const [only, ...others] = rest(anchor, index, on)
      assert.deepEqual(others, [])
      assert.equal(`${only!.days}/${only!.length}`, days)
      assert.equal(restPrice(price, only!), left)
    })
  }

  test('a yearly period over 29 February has 366 days', () => {
    const [only] = rest('2027-06-01', 1, '2027-12-01', '1y')
    assert.equal(`${only!.days}/${only!.length}`, '183/366')
    assert.equal(restPrice(36_600n, only!), 18_300n)
  })

  test('periods charged ahead count whole', () => {
    const rests = rest('2026-01-15', 3, '2026-02-01')
    assert.deepEqual(
      rests.map(({ fromOn, endsOn, days, length }) => [fromOn, endsOn, days, length]),
      [
        ['2026-02-01', '2026-02-15', 14, 31],
        ['2026-02-15', '2026-03-15', 28, 28],
        ['2026-03-15', '2026-04-15', 31, 31],
      ],
    )
    assert.deepEqual(rest('2026-01-15', 1, '2026-02-15'), [])
  })

  test('however a period is cut, its parts add up to its price', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 12n }),
        fc.integer({ min: 1, max: 366 }),
        fc.array(fc.integer({ min: 0, max: 366 }), { maxLength: 8 }),
        (price, length, cuts) => {
          const days = [0, ...cuts.filter((cut) => cut < length).sort((a, b) => a - b), length]
          const parts = days.slice(1).map((to, i) => shareOf(price, { from: days[i]!, to, length }))
          assert.equal(
            parts.reduce((a, b) => a + b, 0n),
            price,
          )
          assert.ok(parts.every((part) => part >= 0n))
        },
      ),
    )
  })

  test('what is left and what is used add up for any anchor and day', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1_500 }),
        fc.integer({ min: 0, max: 27 }),
        fc.bigInt({ min: 0n, max: 1_000_000n }),
        (offset, used, price) => {
          const anchorOn = addDays(isoDate('2026-01-01'), offset)
          const on = addDays(anchorOn, used)
          const [left] = chargedRests({ anchorOn, cycle: cycle('1m'), periodIndex: 1 }, on)
          const before = shareOf(price, { from: 0, to: daysBetween(anchorOn, on), length: left!.length })
          assert.equal(before + restPrice(price, left!), price)
        },
      ),
    )
  })

  test('there and back on the same day costs nothing, whatever the prices, the day and the coupon', () => {
    const third = {
      ...{ id: 'chg_a', cause: 'coupon', cause_id: 'cpn_a' },
      percent_ppm: 333_333,
      amount_minor: null,
    }
    const how = { mode: 'day', zone: 'UTC', at: instant(0) } as const
    const onlyOld = {
      tax_class: 'standard',
      currency: 'EUR',
      cycle: cycle('1m'),
      period_index: 2,
      ...{ spans: null, periods_left: null, coupon_id: null },
    }
    const cost = (from: bigint, to: bigint, days: { anchor: number; used: number; discounted: boolean }) => {
      const anchorOn = addDays(isoDate('2027-12-01'), days.anchor)
      const service = { ...onlyOld, id: 'svc_a', anchor_on: anchorOn, recurring_minor: from } as ServiceRow
      const offer = { name: 'New', cycle: service.cycle, recurringMinor: to, taxClass: 'standard' } as Offer
      const facts = {
        service,
        offer,
        oldName: 'Old',
        changeId: 'chn_a',
        how,
        onDay: addDays(anchorOn, days.used),
      }
      const loweredIn = () => (days.discounted ? [third] : [])
      return planChange({ ...facts, ...unlowered, loweredIn }).totalMinor
    }
    const price = fc.bigInt({ min: 0n, max: 1_000_000n })
    const days = fc.record({
      anchor: fc.integer({ min: 0, max: 800 }),
      used: fc.integer({ min: 0, max: 70 }),
      discounted: fc.boolean(),
    })
    fc.assert(
      fc.property(price, price, price, days, (a, b, c, when) => {
        assert.equal(cost(a, b, when) + cost(b, a, when), 0n)
        assert.equal(cost(a, b, when) + cost(b, c, when), cost(a, c, when))
      }),
    )
  })
})
