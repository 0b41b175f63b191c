import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  cycle,
  cycleParts,
  isoDate,
  maxDay,
  minDay,
  period,
  periodStart,
  recurs,
  yearOf,
} from '../../core/kernel/index.ts'

describe('the nth period', () => {
  // Anchor, cycle, n, first day, why.
  const table: [string, string, number, string, string][] = [
    ['2026-01-31', '1m', 0, '2026-01-31', 'the first begins on the anchor itself'],
    ['2026-01-31', '1m', 1, '2026-02-28', 'a month that is too short gives its last day'],
    ['2026-01-31', '1m', 2, '2026-03-31', 'and the next comes from the anchor, not from February'],
    ['2026-01-30', '1m', 13, '2027-02-28', 'also a year later'],
    ['2028-01-31', '1m', 1, '2028-02-29', 'February of a leap year'],
    ['2028-02-29', '1y', 1, '2029-02-28', 'a leap day, a year later'],
    ['2028-02-29', '1y', 4, '2032-02-29', 'and back on it after four'],
    ['2096-02-29', '1y', 4, '2100-02-28', '2100 is no leap year'],
    ['1996-02-29', '1y', 4, '2000-02-29', '2000 is one'],
    ['2028-02-29', '10y', 1, '2038-02-28', 'ten years in one period'],
    ['2026-12-31', '1m', 2, '2027-02-28', 'over the end of a year'],
    ['2026-11-30', '3m', 1, '2027-02-28', 'a quarter that ends in February'],
    ['2026-08-31', '6m', 1, '2027-02-28', 'half a year'],
    ['2026-08-31', '6m', 2, '2027-08-31', 'and the other half is whole again'],
    ['2028-02-28', '1d', 1, '2028-02-29', 'days know leap days'],
    ['2026-03-28', '1d', 1, '2026-03-29', 'a day that has 23 hours in Berlin is a day'],
    ['2026-10-24', '1w', 1, '2026-10-31', 'a week over the end of summer time has seven days'],
    ['2026-02-26', '14d', 1, '2026-03-12', 'fortnights do not care for months'],
    ['2026-12-30', '2w', 1, '2027-01-13', 'nor do weeks for years'],
  ]
  for (const [anchor, of, n, first, why] of table)
    test(`${anchor}, ${of}, number ${n} begins on ${first}: ${why}`, () =>
      assert.equal(periodStart(isoDate(anchor), cycle(of), n), first))

  test('ends where the next one begins', () => {
    const found = period(isoDate('2026-01-31'), cycle('1m'), 1)
    assert.deepEqual(found, { startsOn: '2026-02-28', endsOn: '2026-03-31' })
  })

  test('there is none of what never renews', () => {
    for (const none of ['once', 'free']) {
      assert.throws(() => periodStart(isoDate('2026-01-31'), cycle(none), 0), {
        name: 'RangeError',
        message: `Cycle "${none}" has no periods.`,
      })
      assert.equal(cycleParts(cycle(none)), null)
      assert.equal(recurs(cycle(none)), false)
    }
  })
})

test('a cycle is a count and a unit', () => {
  const parts = ['1d', '14d', '2w', '3m', '999y'].map((text) => cycleParts(cycle(text)))
  assert.deepEqual(parts, [
    { count: 1, unit: 'day' },
    { count: 14, unit: 'day' },
    { count: 2, unit: 'week' },
    { count: 3, unit: 'month' },
    { count: 999, unit: 'year' },
  ])
  assert.equal(recurs(cycle('1d')), true)
  for (const wrong of ['x1m', '1mx', '01m', '1000d', '1.5m', '-1m', 'Once'])
    assert.throws(() => cycle(wrong), {
      name: 'RangeError',
      message: `"${wrong}" is not a billing cycle such as 1m, 3m, 1y, once or free.`,
    })
})

test('of two days the earlier and the later one, and the year of a day', () => {
  const [a, b] = [isoDate('2026-02-28'), isoDate('2026-03-01')]
  assert.deepEqual([maxDay(a, b), maxDay(b, a), minDay(a, b), minDay(b, a)], [b, b, a, a])
  assert.equal(yearOf(a), 2026)
})
