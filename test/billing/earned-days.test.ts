import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { deferredBefore, earnedBefore, invoicedBefore, type Earning } from '../../core/billing/index.ts'
import { addDays, isoDate, type IsoDate } from '../../core/kernel/index.ts'

describe('what of a line is earned', () => {
  const line = (over: Partial<Earning>): Earning => ({
    netMinor: 3_100n,
    startsOn: isoDate('2026-01-15'),
    endsOn: isoDate('2026-02-15'),
    issuedOn: isoDate('2026-01-10'),
    voidedOn: null,
    ...over,
  })

  test('by days, worked cases', () => {
    const cases: [why: string, line: Earning, before: string, earned: bigint][] = [
      // 31.00 for 15 January to 14 February: 17 days of January, 14 of February, one euro a day.
      ['nothing before the period', line({}), '2026-01-15', 0n],
      ['17 of 31 days by the end of January', line({}), '2026-02-01', 1_700n],
      ['all of it with the last day', line({}), '2026-02-15', 3_100n],
      [
        'issued late: what has passed is earned at once',
        line({ issuedOn: isoDate('2026-02-05') }),
        '2026-02-06',
        2_200n,
      ],
      ['not before its document', line({ issuedOn: isoDate('2026-02-05') }), '2026-02-05', 0n],
      [
        'without a period on the day of the document',
        line({ startsOn: null, endsOn: null }),
        '2026-01-11',
        3_100n,
      ],
      [
        '29 February is a day like others',
        line({ netMinor: 2_900n, startsOn: isoDate('2028-02-01'), endsOn: isoDate('2028-03-01') }),
        '2028-02-29',
        2_800n,
      ],
      ['a void takes all of it back', line({ voidedOn: isoDate('2026-01-20') }), '2026-01-21', 0n],
      ['and not before its day', line({ voidedOn: isoDate('2026-01-20') }), '2026-01-20', 500n],
      [
        'a third of a cent is rounded half up',
        line({ netMinor: 100n, startsOn: isoDate('2026-04-01'), endsOn: isoDate('2026-04-04') }),
        '2026-04-03',
        67n,
      ],
      ['a credit note mirrors it', line({ netMinor: -3_100n }), '2026-02-01', -1_700n],
    ]
    for (const [why, of, before, earned] of cases)
      assert.equal(earnedBefore(of, isoDate(before)), earned, why)
  })

  test('earned and deferred add up to what was invoiced on every day, and nothing is left at the end', () => {
    const arbitrary = fc.record({
      net: fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }),
      starts: fc.integer({ min: -400, max: 400 }),
      days: fc.integer({ min: 1, max: 3_660 }),
      cuts: fc.array(fc.integer({ min: -500, max: 4_500 }), { minLength: 1, maxLength: 12 }),
    })
    fc.assert(
      fc.property(arbitrary, ({ net, starts, days, cuts }) => {
        const issuedOn = isoDate('2026-01-15')
        const startsOn = addDays(issuedOn, starts)
        const of = line({ netMinor: net, startsOn, endsOn: addDays(startsOn, days), issuedOn })
        const ordered = [...cuts].sort((a, b) => a - b).map((cut) => addDays(issuedOn, cut))
        let sum = 0n
        let last: IsoDate | null = null
        for (const day of ordered) {
          assert.equal(earnedBefore(of, day) + deferredBefore(of, day), invoicedBefore(of, day))
          sum += earnedBefore(of, day) - (last === null ? 0n : earnedBefore(of, last))
          last = day
        }
        assert.equal(sum, earnedBefore(of, last!))
        const end = addDays(startsOn, days)
        assert.equal(deferredBefore(of, end > issuedOn ? end : addDays(issuedOn, 1)), 0n)
      }),
    )
  })

  test('without a whole period, or with one of no days, on the day of the document', () => {
    const [day, after] = [isoDate('2026-01-10'), isoDate('2026-01-11')]
    const odd: Partial<Earning>[] = [
      { startsOn: null },
      { endsOn: null },
      { startsOn: isoDate('2026-02-15') },
      { startsOn: isoDate('2026-02-16') },
    ]
    for (const over of odd)
      assert.deepEqual([earnedBefore(line(over), day), earnedBefore(line(over), after)], [0n, 3_100n])
  })

  test('is invoiced from the day of its document until its void', () => {
    const of = line({ voidedOn: isoDate('2026-01-20') })
    const days = ['2026-01-10', '2026-01-11', '2026-01-20', '2026-01-21'].map((day) => isoDate(day))
    assert.deepEqual(
      days.map((day) => invoicedBefore(of, day)),
      [0n, 3_100n, 3_100n, 0n],
    )
    assert.deepEqual(
      days.map((day) => deferredBefore(of, day)),
      [0n, 3_100n, 2_600n, 0n],
    )
  })
})
