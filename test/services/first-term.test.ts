import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { addDays, cycle, instant, isoDate, periodStart } from '../../core/kernel/index.ts'
import {
  alignedTerm,
  chargedRests,
  firstTerm,
  restPrice,
  type FirstTerm,
  type Parent,
  type ProrationMode,
} from '../../core/services/index.ts'

const how = (mode: ProrationMode, on: string) => ({
  ...{ mode, zone: 'UTC' },
  at: instant(Date.parse(`${on}T12:00:00Z`)),
})
const term = (
  of: string,
  today: string,
  anchorDay: number,
  { chargeNextFrom = 0, mode = 'day' }: { chargeNextFrom?: number; mode?: ProrationMode } = {},
) =>
  firstTerm({
    ...{ cycle: cycle(of), today: isoDate(today), how: how(mode, today) },
    terms: { anchorDay, chargeNextFrom },
  })
const written = (price: bigint, { pieces, anchorOn, periodIndex, nextOn }: FirstTerm) => [
  ...pieces.map(
    (piece) => `${piece.fromOn}–${piece.endsOn} ${piece.days}/${piece.length} ${restPrice(price, piece)}`,
  ),
  `next ${nextOn} #${periodIndex} from ${anchorOn}`,
]

describe('the first period of a new service', () => {
  const table: [why: string, of: FirstTerm, lines: string[]][] = [
    [
      'without a fixed day it is whole, from the day of the order',
      term('1m', '2026-01-31', 0),
      ['2026-01-31–2026-02-28 28/28 3100', 'next 2026-02-28 #1 from 2026-01-31'],
    ],
    [
      'with a fixed day it is what is left of the month before it',
      term('1m', '2026-01-15', 1),
      ['2026-01-15–2026-02-01 17/31 1700', 'next 2026-02-01 #0 from 2026-02-01'],
    ],
    [
      'on the fixed day it is whole',
      term('1m', '2026-02-01', 1),
      ['2026-02-01–2026-03-01 28/28 3100', 'next 2026-03-01 #1 from 2026-02-01'],
    ],
    [
      'before the cut-off day only the part is charged',
      term('1m', '2026-01-19', 1, { chargeNextFrom: 20 }),
      ['2026-01-19–2026-02-01 13/31 1300', 'next 2026-02-01 #0 from 2026-02-01'],
    ],
    [
      'from the cut-off day on the next month is charged too',
      term('1m', '2026-01-20', 1, { chargeNextFrom: 20 }),
      [
        '2026-01-20–2026-02-01 12/31 1200',
        '2026-02-01–2026-03-01 28/28 3100',
        'next 2026-03-01 #1 from 2026-02-01',
      ],
    ],
    [
      'a year up to the fixed day is charged by its share of a year, then whole',
      term('1y', '2026-01-15', 1),
      ['2026-01-15–2026-02-01 17/365 144', 'next 2026-02-01 #0 from 2026-02-01'],
    ],
    [
      'weeks have no day of the month',
      term('1w', '2026-01-15', 1),
      ['2026-01-15–2026-01-22 7/7 3100', 'next 2026-01-22 #1 from 2026-01-15'],
    ],
    [
      'thirtieths: 15 January to 1 February has 16 of them, because the 31st is free',
      term('1m', '2026-01-15', 1, { mode: 'fixed_30' }),
      ['2026-01-15–2026-02-01 16/30 1653', 'next 2026-02-01 #0 from 2026-02-01'],
    ],
    [
      'where nothing is prorated the days before the fixed day are given away',
      term('1m', '2026-01-15', 1, { mode: 'none' }),
      ['2026-01-15–2026-02-01 0/31 0', 'next 2026-02-01 #0 from 2026-02-01'],
    ],
    [
      'where periods count whole they cost a whole price',
      term('1m', '2026-01-15', 1, { mode: 'full' }),
      ['2026-01-15–2026-02-01 17/17 3100', 'next 2026-02-01 #0 from 2026-02-01'],
    ],
    [
      'by the second the hours of the first day are not charged',
      term('1m', '2026-01-15', 1, { mode: 'second' }),
      ['2026-01-15–2026-02-01 1425600/2678400 1650', 'next 2026-02-01 #0 from 2026-02-01'],
    ],
    ['what is charged once has none', term('once', '2026-01-15', 1), ['next null #0 from 2026-01-15']],
  ]
  for (const [why, of, lines] of table)
    test(why, () => {
      assert.deepEqual(written(3_100n, of), lines)
    })

  test('what is left of it later is a part of what was charged', () => {
    const { anchorOn, periodIndex, spans } = term('1m', '2026-01-15', 1)
    const charged = { anchorOn, periodIndex, spans, cycle: cycle('1m') }
    const [rest, ...others] = chargedRests(charged, isoDate('2026-01-25'))
    assert.deepEqual(others, [])
    assert.deepEqual([rest!.days, rest!.length, restPrice(3_100n, rest!)], [7, 31, 700n])
    assert.deepEqual(chargedRests(charged, isoDate('2026-02-01')), [])
  })
})

describe('an add-on of a running service', () => {
  const parent = (of: string, anchor: string, periodIndex: number): Parent => ({
    ...{ cycle: cycle(of), anchorOn: isoDate(anchor), periodIndex, spans: [] },
  })
  const aligned = (of: string, today: string, to: Parent, mode: ProrationMode = 'day') =>
    written(3_100n, alignedTerm({ cycle: cycle(of), today: isoDate(today), how: how(mode, today) }, to))

  test('by the cycle of its parent it is charged for the rest of the parent’s charged time', () => {
    assert.deepEqual(aligned('1m', '2026-01-20', parent('1m', '2026-01-15', 1)), [
      '2026-01-20–2026-02-15 26/31 2600',
      'next 2026-02-15 #1 from 2026-01-15',
    ])
    // The parent's renewal is invoiced already.
    assert.deepEqual(aligned('1m', '2026-02-10', parent('1m', '2026-01-15', 2)), [
      '2026-02-10–2026-02-15 5/31 500',
      '2026-02-15–2026-03-15 28/28 3100',
      'next 2026-03-15 #2 from 2026-01-15',
    ])
  })

  test('by another cycle it keeps the parent’s days', () => {
    assert.deepEqual(aligned('1m', '2026-04-20', parent('1y', '2026-01-15', 1)), [
      '2026-04-20–2026-05-15 25/30 2583',
      'next 2026-05-15 #4 from 2026-01-15',
    ])
  })

  test('on the day on which the parent falls due it is charged for the period that begins', () => {
    assert.deepEqual(aligned('1m', '2026-02-15', parent('1m', '2026-01-15', 1)), [
      '2026-02-15–2026-03-15 28/28 3100',
      'next 2026-03-15 #2 from 2026-01-15',
    ])
  })

  test('of a parent that is charged no further than weeks ago it is charged from today, in the period of today', () => {
    assert.deepEqual(aligned('1w', '2026-01-28', parent('1w', '2026-01-06', 1)), [
      '2026-01-28–2026-02-03 6/7 2657',
      'next 2026-02-03 #4 from 2026-01-06',
    ])
  })

  test('with its parent still before its fixed day it takes part in that time', () => {
    const stub = term('1m', '2026-01-15', 1)
    const to = { ...parent('1m', stub.anchorOn, stub.periodIndex), spans: stub.spans }
    assert.deepEqual(aligned('1m', '2026-01-20', to), [
      '2026-01-20–2026-02-01 12/31 1200',
      'next 2026-02-01 #0 from 2026-02-01',
    ])
  })

  test('renews on days of its parent, whatever the day and its charges, and its pieces end there', () => {
    const cycles = fc.constantFrom('1w', '1m', '3m', '1y')
    const days = fc.integer({ min: 0, max: 800 })
    const used = fc.tuple(days, fc.nat({ max: 4 }))
    fc.assert(
      fc.property(cycles, cycles, days, used, (own, of, from, [usedFor, behind]) => {
        const anchorOn = addDays(isoDate('2026-01-31'), from)
        const today = addDays(anchorOn, usedFor)
        const to: Parent = { cycle: cycle(of), anchorOn, periodIndex: 1, spans: [] }
        while (periodStart(anchorOn, to.cycle, to.periodIndex) <= today) to.periodIndex++
        const ahead = to.periodIndex
        to.periodIndex = Math.max(0, ahead - behind)
        const first = alignedTerm({ cycle: cycle(own), today, how: how('day', today) }, to)
        assert.equal(first.nextOn, periodStart(anchorOn, cycle(own), first.periodIndex))
        assert.equal(first.pieces[0]!.fromOn, today)
        assert.equal(first.pieces.at(-1)!.endsOn, first.nextOn)
        assert.ok(first.nextOn! > today)
        if (own === of) assert.equal(first.nextOn, periodStart(anchorOn, to.cycle, ahead))
      }),
    )
  })
})
