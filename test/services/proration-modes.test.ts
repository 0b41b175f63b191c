import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  addDays,
  cycle,
  dayIn,
  instant,
  isoDate,
  startOfDay,
  toMs,
  type Instant,
} from '../../core/kernel/index.ts'
import {
  chargedRests,
  planChange,
  prorationModes,
  restPrice,
  type Offer,
  type ProrationMode,
  type ServiceRow,
  type Span,
} from '../../core/services/index.ts'
import { unlowered } from './fixture.ts'

interface Case {
  why: string
  anchor: string
  cycle?: string
  zone?: string
  at: string
  mode: ProrationMode
  price: bigint
  /** Units left of units in the period. */
  units: string
  left: bigint
}

/** One period, charged; what of its price is left at a moment. Prices are minor units, whatever the currency. */
const table: Case[] = [
  {
    why: 'by day: half of a month of 30 days',
    ...{ anchor: '2026-04-01', at: '2026-04-16T10:00:00Z', mode: 'day', price: 1_000n },
    ...{ units: '15/30', left: 500n },
  },
  {
    why: 'by day: the day of the change counts as unused, at any hour of it',
    ...{ anchor: '2026-04-01', at: '2026-04-01T23:59:59Z', mode: 'day', price: 1_000n },
    ...{ units: '30/30', left: 1_000n },
  },
  {
    why: 'by day: from 31 January the period ends on 28 February, clipped from the anchor',
    ...{ anchor: '2026-01-31', at: '2026-02-27T00:00:00Z', mode: 'day', price: 2_800n },
    ...{ units: '1/28', left: 100n },
  },
  {
    why: 'by day: a leap year gives February its 29th',
    ...{ anchor: '2028-02-01', at: '2028-02-29T00:00:00Z', mode: 'day', price: 2_900n },
    ...{ units: '1/29', left: 100n },
  },
  {
    why: 'by day, yen without decimals: 1 of 31 days of 1000 is 32.26, the rest of 30 days is rounded 968',
    ...{ anchor: '2026-01-01', at: '2026-01-31T00:00:00Z', mode: 'day', price: 1_000n },
    ...{ units: '1/31', left: 32n },
  },
  {
    why: 'by day, dinar with three decimals: 10.000 for 31 days, 7 left are 2.258',
    ...{ anchor: '2026-01-01', at: '2026-01-25T00:00:00Z', mode: 'day', price: 10_000n },
    ...{ units: '7/31', left: 2_258n },
  },
  {
    why: 'by second: half of a day is half of its price',
    ...{ anchor: '2026-04-01', cycle: '1d', at: '2026-04-01T12:00:00Z', mode: 'second', price: 1_000n },
    ...{ units: '43200/86400', left: 500n },
  },
  {
    why: 'by second: the last second still counts',
    ...{ anchor: '2026-04-01', cycle: '1d', at: '2026-04-01T23:59:59Z', mode: 'second', price: 86_400n },
    ...{ units: '1/86400', left: 1n },
  },
  {
    why: 'by second: Brussels has a day of 23 hours when summer begins',
    ...{ anchor: '2026-03-29', cycle: '1d', zone: 'Europe/Brussels', at: '2026-03-29T12:00:00Z' },
    ...{ mode: 'second', price: 82_800n, units: '36000/82800', left: 36_000n },
  },
  {
    why: 'by second: New York has a day of 25 hours when summer ends',
    ...{ anchor: '2026-11-01', cycle: '1d', zone: 'America/New_York', at: '2026-11-01T05:00:00Z' },
    ...{ mode: 'second', price: 90_000n, units: '86400/90000', left: 86_400n },
  },
  {
    why: 'by second: Lord Howe moves its clocks by half an hour',
    ...{ anchor: '2026-10-04', cycle: '1d', zone: 'Australia/Lord_Howe', at: '2026-10-03T13:30:00Z' },
    ...{ mode: 'second', price: 84_600n, units: '84600/84600', left: 84_600n },
  },
  {
    why: 'by second: in Apia 30 December 2011 did not exist, so the week had six days',
    ...{ anchor: '2011-12-28', cycle: '1w', zone: 'Pacific/Apia', at: '2011-12-30T10:00:00Z' },
    ...{ mode: 'second', price: 6_000n, units: '345600/518400', left: 4_000n },
  },
  {
    why: 'fixed 30: each day is a thirtieth, so the 31st is free',
    ...{ anchor: '2026-01-01', at: '2026-01-31T00:00:00Z', mode: 'fixed_30', price: 3_000n },
    ...{ units: '0/30', left: 0n },
  },
  {
    why: 'fixed 30: the last day of February takes what the month lacks',
    ...{ anchor: '2026-02-01', at: '2026-02-28T00:00:00Z', mode: 'fixed_30', price: 3_000n },
    ...{ units: '3/30', left: 300n },
  },
  {
    why: 'fixed 30: a year has 360',
    ...{ anchor: '2026-01-01', cycle: '1y', at: '2026-01-31T00:00:00Z', mode: 'fixed_30', price: 36_000n },
    ...{ units: '330/360', left: 33_000n },
  },
  {
    why: 'fixed 30 says nothing of weeks: they go by the day',
    ...{ anchor: '2026-01-01', cycle: '1w', at: '2026-01-05T00:00:00Z', mode: 'fixed_30', price: 700n },
    ...{ units: '3/7', left: 300n },
  },
  {
    why: 'none: a period that has begun is used up',
    ...{ anchor: '2026-04-01', at: '2026-04-02T00:00:00Z', mode: 'none', price: 1_000n },
    ...{ units: '0/30', left: 0n },
  },
  {
    why: 'none: on its first day it counts whole',
    ...{ anchor: '2026-04-01', at: '2026-04-01T10:00:00Z', mode: 'none', price: 1_000n },
    ...{ units: '30/30', left: 1_000n },
  },
  {
    why: 'full: whole until its last day',
    ...{ anchor: '2026-04-01', at: '2026-04-30T10:00:00Z', mode: 'full', price: 1_000n },
    ...{ units: '30/30', left: 1_000n },
  },
]

const left = (one: Case) => {
  const zone = one.zone ?? 'UTC'
  const at = instant(Date.parse(one.at))
  const charged = { anchorOn: isoDate(one.anchor), cycle: cycle(one.cycle ?? '1m'), periodIndex: 1 }
  return chargedRests(charged, dayIn(zone, at), { mode: one.mode, zone, at })
}

describe('proration by its modes', () => {
  for (const one of table) {
    test(`${one.why}: ${one.units} of ${one.price} is ${one.left}`, () => {
      const [rest, ...others] = left(one)
      assert.deepEqual(others, [])
      assert.equal(`${rest!.days}/${rest!.length}`, one.units)
      assert.equal(restPrice(one.price, rest!), one.left)
    })
  }

  test('a day begins where the zone says', () => {
    const begins = (zone: string, day: string) => startOfDay(zone, isoDate(day))
    assert.equal(begins('UTC', '2026-01-01'), '2026-01-01T00:00:00.000Z')
    assert.equal(begins('Asia/Kathmandu', '2026-01-01'), '2025-12-31T18:15:00.000Z')
    // In 2018 Brazil began summer at midnight, so that day began at one.
    assert.equal(begins('America/Sao_Paulo', '2018-11-04'), '2018-11-04T03:00:00.000Z')
    assert.equal(begins('Pacific/Apia', '2011-12-30'), begins('Pacific/Apia', '2011-12-31'))
  })
})

const zones = ['UTC', 'Europe/Brussels', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu']
const momentOf = fc.record({
  zone: fc.constantFrom(...zones),
  anchor: fc.integer({ min: 0, max: 2_000 }),
  seconds: fc.integer({ min: 0, max: 40 * 86_400 }),
  cycle: fc.constantFrom('1d', '1w', '1m', '3m', '1y'),
  price: fc.bigInt({ min: 0n, max: 10_000_000n }),
})

const anchorOf = (days: number) => addDays(isoDate('2026-01-31'), days)
const after = (zone: string, day: ReturnType<typeof anchorOf>, seconds: number): Instant =>
  instant(toMs(startOfDay(zone, day)) + seconds * 1_000)

describe('proration, properties of', () => {
  test('every mode leaves between nothing and the whole price', () => {
    fc.assert(
      fc.property(momentOf, fc.constantFrom(...prorationModes), (moment, mode) => {
        const anchorOn = anchorOf(moment.anchor)
        const at = after(moment.zone, anchorOn, moment.seconds)
        const charged = { anchorOn, cycle: cycle(moment.cycle), periodIndex: 1 }
        const how = { mode, zone: moment.zone, at }
        for (const rest of chargedRests(charged, dayIn(moment.zone, at), how)) {
          const price = restPrice(moment.price, rest)
          assert.ok(price >= 0n && price <= moment.price)
        }
      }),
    )
  })

  test('a period cut into spans has the price of the period, by day, by second and by thirtieths', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 364 }), { maxLength: 5 })
    fc.assert(
      fc.property(momentOf, fc.constantFrom('day', 'second', 'fixed_30'), cuts, (moment, mode, at) => {
        const baseFrom = anchorOf(moment.anchor)
        const [base] = chargedRests(
          { anchorOn: baseFrom, cycle: cycle(moment.cycle), periodIndex: 1 },
          baseFrom,
          { mode, zone: moment.zone, at: after(moment.zone, baseFrom, 0) },
        )
        const baseTo = base!.endsOn
        const days = [...new Set(at)].sort((a, b) => a - b).map((day) => addDays(baseFrom, day))
        const borders = [baseFrom, ...days.filter((day) => day < baseTo), baseTo]
        const spans: Span[] = borders.slice(1).map((to, i) => ({ from: borders[i]!, to, baseFrom, baseTo }))
        const charged = { anchorOn: baseTo, cycle: cycle(moment.cycle), periodIndex: 0, spans }
        const how = { mode, zone: moment.zone, at: after(moment.zone, baseFrom, 0) } as const
        const parts = chargedRests(charged, baseFrom, how).map((rest) => restPrice(moment.price, rest))
        assert.equal(
          parts.reduce((a, b) => a + b, 0n),
          moment.price,
        )
      }),
    )
  })

  test('up and back at one moment costs nothing, in every mode', () => {
    const price = fc.bigInt({ min: 0n, max: 1_000_000n })
    fc.assert(
      fc.property(momentOf, fc.constantFrom(...prorationModes), price, (moment, mode, other) => {
        const anchorOn = anchorOf(moment.anchor)
        const at = after(moment.zone, anchorOn, moment.seconds)
        const cost = (from: bigint, to: bigint) => {
          const known = {
            tax_class: 'standard',
            currency: 'EUR',
            cycle: cycle(moment.cycle),
            ...{ period_index: 2, periods_left: null, coupon_id: null },
          }
          const charged = { anchor_on: anchorOn, spans: null, charged_through: null, recurring_minor: from }
          const service = { ...known, ...charged, id: 'svc_a' } as ServiceRow
          const offer = { name: 'New', cycle: service.cycle, recurringMinor: to, taxClass: 'a' } as Offer
          const how = { mode, zone: moment.zone, at }
          const onDay = dayIn(moment.zone, at)
          return planChange({ service, offer, how, onDay, oldName: 'Old', changeId: 'chn_a', ...unlowered })
            .totalMinor
        }
        assert.equal(cost(moment.price, other) + cost(other, moment.price), 0n)
      }),
    )
  })

  test('where nothing is prorated a new cycle begins where the charged time ends', () => {
    const service = {
      ...{ id: 'svc_a', tax_class: 'a', currency: 'EUR', cycle: cycle('1m'), recurring_minor: 1_000n },
      ...{
        anchor_on: isoDate('2026-01-15'),
        ...{ period_index: 1, periods_left: null, coupon_id: null },
        charged_through: isoDate('2026-02-15'),
        spans: null,
      },
    } as ServiceRow
    const offer = { name: 'New', cycle: cycle('1y'), recurringMinor: 9_000n, taxClass: 'a' } as Offer
    const at = instant(Date.parse('2026-01-20T08:00:00Z'))
    const change = (mode: ProrationMode) =>
      planChange({
        ...{ service, offer, how: { mode, zone: 'UTC', at }, onDay: isoDate('2026-01-20') },
        ...{ oldName: 'Old', changeId: 'chn_a', ...unlowered },
      })
    const kept = change('none')
    assert.deepEqual(kept.lines, [])
    assert.deepEqual(kept.days, {
      ...{ anchorOn: '2026-02-15', periodIndex: 0, chargedThrough: '2026-02-15' },
      spans: [{ from: '2026-01-15', to: '2026-02-15', baseFrom: '2026-01-15', baseTo: '2026-02-15' }],
    })
    // By the day: 26 of 31 days come back, the year begins at once.
    const now = change('day')
    assert.deepEqual([now.creditMinor, now.chargeMinor], [-839n, 9_000n])
    assert.deepEqual([now.days!.anchorOn, now.days!.periodIndex], ['2026-01-20', 1])
  })
})
