import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  addDays,
  addMonths,
  cycle,
  dayIn,
  daysBetween,
  instant,
  isoDate,
  period,
  periodStart,
  toMs,
} from '../../core/kernel/index.ts'

const months: [string, number, string, string][] = [
  ['2026-01-31', 1, '2026-02-28', 'clipped to the last day'],
  ['2026-01-31', 2, '2026-03-31', 'from the anchor, not from February'],
  ['2028-01-31', 1, '2028-02-29', 'leap year'],
  ['2028-02-29', 12, '2029-02-28', 'a year after 29 February'],
  ['2028-02-29', 48, '2032-02-29', 'back on 29 February'],
  ['2026-12-15', 1, '2027-01-15', 'over the end of the year'],
  ['2026-03-31', -1, '2026-02-28', 'backwards'],
]
for (const [from, n, to, why] of months) {
  test(`${from} + ${n} months is ${to}: ${why}`, () => assert.equal(addMonths(isoDate(from), n), to))
}

test('a day that does not exist is refused with the expected form', () => {
  for (const wrong of ['2026-02-29', '2026-13-01', '26-01-01', '2026-1-1', '', '2026-04-31']) {
    assert.throws(() => isoDate(wrong), /is not a day such as 2026-02-28/)
  }
})

test('the day of an instant follows the zone, over changes of summer time', () => {
  const at = (text: string) => instant(Date.parse(text))
  assert.equal(dayIn('Europe/Berlin', at('2026-03-28T23:30:00Z')), '2026-03-29')
  assert.equal(dayIn('America/New_York', at('2026-03-08T04:30:00Z')), '2026-03-07')
  assert.equal(dayIn('Asia/Jakarta', at('2026-12-31T17:00:00Z')), '2027-01-01')
})

test('an instant is written as the platform writes it, in the same minute and across its border', () => {
  const near = fc.integer({ min: -70_000, max: 70_000 })
  fc.assert(
    fc.property(fc.integer({ min: -1e12, max: 4e12 }), fc.array(near), (at, steps) => {
      for (const ms of [at, ...steps.map((step) => at + step), at])
        assert.equal(instant(ms), new Date(ms).toISOString())
    }),
  )
  // A test clock runs beside the real one, months away.
  for (let ms = 0; ms < 180_000; ms += 1_001)
    for (const at of [ms, ms + 90 * 86_400_000, ms + 0.5, -ms])
      assert.equal(instant(at), new Date(at).toISOString())
  assert.throws(() => instant(NaN), RangeError)
})

test('days are counted as the platform counts them, and one that does not exist is refused', () => {
  const start = Date.parse('1000-01-01T00:00:00Z') / 86_400_000
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2_500_000 }), fc.integer({ min: 0, max: 9_999 }), (n, more) => {
      const written = (day: number) => new Date((start + day) * 86_400_000).toISOString().slice(0, 10)
      assert.equal(addDays(isoDate(written(n)), more), written(n + more))
      assert.equal(daysBetween(isoDate(written(n)), isoDate(written(n + more))), more)
    }),
  )
  assert.throws(() => addDays('2026-13-01' as ReturnType<typeof isoDate>, 1), RangeError)
})

const anyDay = fc.integer({ min: 0, max: 20_000 }).map((n) => addDays(isoDate('2000-01-01'), n))
const anyCycle = fc.constantFrom('1d', '14d', '1w', '1m', '3m', '6m', '1y', '2y', '10y').map(cycle)

test('periods tile the time line: each ends where the next begins, and none is empty', () => {
  fc.assert(
    fc.property(anyDay, anyCycle, fc.integer({ min: 0, max: 600 }), (anchor, of, n) => {
      const one = period(anchor, of, n)
      assert.equal(one.endsOn, periodStart(anchor, of, n + 1))
      assert.ok(daysBetween(one.startsOn, one.endsOn) >= 1)
    }),
  )
})

test('a cycle is written as a count and a unit, or once or free', () => {
  for (const wrong of ['', '1', 'm', '0m', '1M', 'monthly', '1000d'])
    assert.throws(() => cycle(wrong), /is not a billing cycle/)
  assert.equal(periodStart(isoDate('2026-01-31'), cycle('3m'), 1), '2026-04-30')
})

test('a day is written in full, with nothing before or after it', () => {
  for (const wrong of [
    'x2026-01-01',
    '2026-01-01x',
    '2026-01-01T00:00:00Z',
    '0000-01-01',
    '2026-00-10',
    '2026-01-00',
  ])
    assert.throws(() => isoDate(wrong), {
      name: 'RangeError',
      message: `"${wrong}" is not a day such as 2026-02-28.`,
    })
  assert.equal(isoDate('0001-01-01'), '0001-01-01')
})

test('an instant comes from milliseconds or a date, and gives them back', () => {
  const ms = Date.parse('2026-03-29T00:59:59.999Z')
  assert.equal(instant(new Date(ms)), '2026-03-29T00:59:59.999Z')
  assert.equal(toMs(instant(ms)), ms)
})

// Zone, instant, day on the wall there, why.
const zones: [string, string, string, string][] = [
  [
    'Europe/Berlin',
    '2026-03-28T22:59:59.999Z',
    '2026-03-28',
    'the last moment of the day before summer time',
  ],
  ['Europe/Berlin', '2026-03-28T23:00:00.000Z', '2026-03-29', 'the first of a day that has 23 hours'],
  ['Europe/Berlin', '2026-03-29T21:59:59.999Z', '2026-03-29', 'and its last'],
  ['Europe/Berlin', '2026-10-25T22:59:59.999Z', '2026-10-25', 'a day that has 25 hours'],
  [
    'America/Sao_Paulo',
    '2018-11-04T03:00:00.000Z',
    '2018-11-04',
    'a day that began at one, because midnight was left out',
  ],
  ['Australia/Lord_Howe', '2026-04-04T12:59:59.999Z', '2026-04-04', 'eleven hours ahead'],
  [
    'Australia/Lord_Howe',
    '2026-04-05T13:29:59.999Z',
    '2026-04-05',
    'and ten and a half after half an hour was put in',
  ],
  ['Pacific/Apia', '2011-12-30T09:59:59.999Z', '2011-12-29', 'the evening before a day that there was not'],
  ['Pacific/Apia', '2011-12-30T10:00:00.000Z', '2011-12-31', 'and the morning after it'],
  [
    'Asia/Kathmandu',
    '2026-12-31T18:14:59.999Z',
    '2026-12-31',
    'a quarter of an hour is a quarter of an hour',
  ],
  ['Asia/Kathmandu', '2026-12-31T18:15:00.000Z', '2027-01-01', 'and a year begins with it'],
]
for (const [zone, at, day, why] of zones)
  test(`${at} is ${day} in ${zone}: ${why}`, () => {
    assert.equal(dayIn(zone, instant(Date.parse(at))), day)
    // Asked again within the minute it is the same.
    assert.equal(dayIn(zone, instant(Date.parse(at))), day)
  })
