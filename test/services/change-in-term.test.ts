import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { addDays, cycle, instant, isoDate, periodStart, type IsoDate } from '../../core/kernel/index.ts'
import { planChange, type ChangeFacts, type Offer, type ServiceRow } from '../../core/services/index.ts'
import { unlowered } from './fixture.ts'

interface Sold {
  anchor: string
  cycle: string
  price: bigint
  /** Periods charged, and those still to come; null goes on. */
  charged: number
  left: number | null
}

function serviceOf({ anchor, cycle: of, price, charged, left }: Sold): ServiceRow {
  const through = periodStart(isoDate(anchor), cycle(of), charged)
  return {
    ...{ id: 'svc_1', tax_class: 'standard', currency: 'EUR', price_id: 'prc_old', zone: 'UTC', spans: null },
    ...{ anchor_on: isoDate(anchor), cycle: cycle(of), period_index: charged, periods_left: left },
    ...{ recurring_minor: price, charged_through: through, next_period_on: through, quantity: 1 },
    ...{ coupon_id: 'cpn_1', coupon_cycles_left: null },
  } as unknown as ServiceRow
}

const change = (
  sold: Sold,
  on: string,
  to: { cycle: string; price: bigint },
  over: { mode?: ChangeFacts['how']['mode'] } & Partial<ChangeFacts> = {},
) => {
  const { mode = 'day', ...more } = over
  const offer = { name: 'New', cycle: cycle(to.cycle), recurringMinor: to.price, taxClass: 'a' } as Offer
  return planChange({
    ...{
      service: serviceOf(sold),
      offer,
      onDay: isoDate(on),
      oldName: 'Old',
      changeId: 'chn_1',
      ...unlowered,
    },
    how: { mode, zone: 'UTC', at: instant(Date.parse(`${on}T10:00:00Z`)) },
    ...more,
  })
}

const year = { anchor: '2026-01-15', cycle: '1m', price: 1_000n, charged: 3, left: 9 }
const quarter = { anchor: '2026-01-31', cycle: '1m', price: 1_000n, charged: 3, left: 0 }
const span = (from: string, to: string, baseFrom = from, baseTo = to) => ({ from, to, baseFrom, baseTo })

interface Case {
  why: string
  sold: Sold
  on: string
  to: { cycle: string; price: bigint }
  mode?: ChangeFacts['how']['mode']
  lines: [side: string, from: string, to: string, amount: bigint][]
  days: Record<string, unknown>
}

/** The periods of the new cycle are counted back from the end of the term; what comes before the first is a part of one. */
const table: Case[] = [
  {
    why: 'a longer period is charged up to the end of the term: 301 of 365 days',
    ...{ sold: year, on: '2026-03-20', to: { cycle: '1y', price: 12_000n } },
    lines: [
      ['credit', '2026-03-20', '2026-04-15', -839n],
      ['charge', '2026-03-20', '2027-01-15', 9_896n],
    ],
    days: {
      ...{ anchorOn: '2026-01-15', periodIndex: 1, chargedThrough: '2027-01-15', left: 0 },
      ...{ beginsOn: '2026-03-20', spans: [span('2026-03-20', '2027-01-15', '2026-01-15', '2027-01-15')] },
    },
  },
  {
    why: 'in the last period no further one is bought: 20 of 365 days',
    ...{ sold: quarter, on: '2026-04-10', to: { cycle: '1y', price: 12_000n } },
    lines: [
      ['credit', '2026-04-10', '2026-04-30', -667n],
      ['charge', '2026-04-10', '2026-04-30', 658n],
    ],
    days: {
      ...{ anchorOn: '2025-04-30', periodIndex: 1, chargedThrough: '2026-04-30', left: 0 },
      ...{ beginsOn: '2026-04-10', spans: [span('2026-04-10', '2026-04-30', '2025-04-30', '2026-04-30')] },
    },
  },
  {
    why: 'shorter periods end with the term, counted from a month as long as its last: 26 of 31 days, then 20',
    sold: { anchor: '2026-01-31', cycle: '1y', price: 1_200n, charged: 1, left: 1 },
    ...{ on: '2026-05-05', to: { cycle: '1m', price: 100n } },
    lines: [
      ['credit', '2026-05-05', '2027-01-31', -891n],
      ['charge', '2026-05-05', '2026-05-31', 84n],
    ],
    days: {
      ...{ anchorOn: '2026-03-31', periodIndex: 2, chargedThrough: '2026-05-31', left: 20 },
      ...{ beginsOn: '2026-05-05', spans: [span('2026-05-05', '2026-05-31', '2026-04-30', '2026-05-31')] },
    },
  },
  {
    why: 'where whole periods fit there is no part of one',
    sold: { anchor: '2026-01-01', cycle: '3m', price: 300n, charged: 2, left: 2 },
    ...{ on: '2026-04-01', to: { cycle: '1m', price: 100n } },
    lines: [
      ['credit', '2026-04-01', '2026-07-01', -300n],
      ['charge', '2026-04-01', '2026-05-01', 100n],
    ],
    days: { anchorOn: '2026-04-01', periodIndex: 1, chargedThrough: '2026-05-01', left: 8, spans: [] },
  },
  {
    why: 'a period that counts as used up is kept, and whole ones follow it',
    ...{ sold: year, on: '2026-03-20', to: { cycle: '3m', price: 3_000n }, mode: 'none', lines: [] },
    days: {
      ...{ anchorOn: '2026-04-15', periodIndex: 0, chargedThrough: '2026-04-15', left: 3 },
      spans: [span('2026-03-15', '2026-04-15')],
    },
  },
  {
    why: 'or a part of one first, charged at once: 91 of 181 days',
    ...{ sold: year, on: '2026-03-20', to: { cycle: '6m', price: 600n }, mode: 'none' },
    lines: [['charge', '2026-04-15', '2026-07-15', 302n]],
    days: {
      ...{ anchorOn: '2026-01-15', periodIndex: 1, chargedThrough: '2026-07-15', left: 1 },
      beginsOn: '2026-04-15',
      spans: [span('2026-03-15', '2026-04-15'), span('2026-04-15', '2026-07-15', '2026-01-15', '2026-07-15')],
    },
  },
  {
    why: 'from an anchor before them, where only that one leads to the end',
    sold: { anchor: '2026-01-31', cycle: '1y', price: 1_200n, charged: 1, left: 1 },
    ...{ on: '2026-05-05', to: { cycle: '3m', price: 300n }, mode: 'none', lines: [] },
    days: {
      ...{ anchorOn: '2027-01-31', periodIndex: 0, chargedThrough: '2027-01-31', left: 4 },
      spans: [span('2026-01-31', '2027-01-31')],
    },
  },
  {
    why: 'or nothing, when it was the last',
    ...{ sold: quarter, on: '2026-04-10', to: { cycle: '1y', price: 12_000n }, mode: 'none', lines: [] },
    days: {
      ...{ anchorOn: '2026-04-30', periodIndex: 0, chargedThrough: '2026-04-30', left: 0 },
      spans: [span('2026-03-31', '2026-04-30')],
    },
  },
  {
    why: 'what is kept is not given back, charged ahead or not',
    ...{
      sold: { ...year, left: null },
      on: '2026-02-20',
      to: { cycle: '1y', price: 9n },
      mode: 'none',
      lines: [],
    },
    days: {
      ...{ anchorOn: '2026-04-15', periodIndex: 0, chargedThrough: '2026-04-15' },
      spans: [span('2026-02-15', '2026-03-15'), span('2026-03-15', '2026-04-15')],
    },
  },
]

describe('another cycle within a fixed term', () => {
  for (const { why, sold, on, to, mode, lines, days } of table)
    test(why, () => {
      const plan = change(sold, on, to, mode ? { mode } : {})
      assert.deepEqual(
        plan.lines.map(({ cause, periodStart: from, periodEnd: end, amountMinor }) => [
          ...[cause!.split(':')[1], from, end, amountMinor],
        ]),
        lines,
      )
      const { counts: _counts, ...shown } = plan.days!
      assert.deepEqual(shown, days)
    })

  test('gives back nothing of the days that were used, also where periods count whole', () => {
    for (const left of [null, 9]) {
      const sold = { anchor: '2026-01-15', cycle: '1m', price: 3_100n, charged: 1, left }
      const last = change(sold, '2026-02-14', { cycle: '3m', price: 9_000n }, { mode: 'full' })
      assert.equal(last.creditMinor, -100n)
      // In the same period the new price counts for all of it, so all of the old one comes back.
      const same = change(sold, '2026-02-14', { cycle: '1m', price: 9_000n }, { mode: 'full' })
      assert.deepEqual([same.creditMinor, same.chargeMinor], [-3_100n, 9_000n])
    }
  })

  test('the term keeps its end, the new periods fill it without a gap, and a second change the same day costs nothing', () => {
    const of = fc.constantFrom('7d', '2w', '1m', '3m', '6m', '1y', '2y')
    const moment = fc.record({
      anchor: fc.integer({ min: 0, max: 2_000 }).map((n) => addDays(isoDate('2024-01-01'), n)),
      ...{ old: of, fresh: of, charged: fc.integer({ min: 1, max: 6 }), left: fc.nat(12), at: fc.nat(1_000) },
    })
    fc.assert(
      fc.property(moment, ({ anchor, old, fresh, charged, left, at }) => {
        const sold = { anchor, cycle: old, price: 1_000n, charged, left }
        const end = periodStart(anchor, cycle(old), charged + left)
        const through = periodStart(anchor, cycle(old), charged)
        const on = addDays(anchor, at)
        fc.pre(old !== fresh && on < through)
        const days = change(sold, on, { cycle: fresh, price: 7_777n }).days!
        const stands = (index: number): IsoDate => periodStart(days.anchorOn, cycle(fresh), index)
        assert.equal(stands(days.periodIndex + days.left!), end)
        assert.equal(stands(days.periodIndex), days.chargedThrough)
        assert.ok(days.left! >= 0 && days.chargedThrough > on && days.chargedThrough <= end)
        assert.ok(stands(days.periodIndex - 1) <= on, 'the part that is charged is no longer than a period')
        const back = planChange({
          ...{ offer: { name: 'Old', cycle: cycle(old), recurringMinor: 1_000n, taxClass: 'a' } as Offer },
          ...{ onDay: on, oldName: 'New', changeId: 'chn_2', ...unlowered },
          how: { mode: 'day', zone: 'UTC', at: instant(Date.parse(`${on}T11:00:00Z`)) },
          service: {
            ...serviceOf(sold),
            ...{ cycle: cycle(fresh), recurring_minor: 7_777n, anchor_on: days.anchorOn },
            ...{
              period_index: days.periodIndex,
              periods_left: days.left!,
              spans: JSON.stringify(days.spans),
            },
            charged_through: days.chargedThrough,
          },
        })
        const first = change(sold, on, { cycle: fresh, price: 7_777n })
        assert.equal(
          -back.creditMinor,
          first.chargeMinor,
          'what was charged is given back, no more and no less',
        )
        const { anchorOn, periodIndex, left: rest } = back.days!
        assert.equal(periodStart(anchorOn, cycle(old), periodIndex + rest!), end)
      }),
      { numRuns: 500 },
    )
  })
})

describe('what lowered periods that a change of the cycle gives back', () => {
  const half = {
    ...{ id: 'cpn_1', cause: 'coupon', cause_id: 'cpn_1' },
    percent_ppm: 500_000,
    amount_minor: null,
  }
  const row = { ...half, id: 'dis_1', cause: 'bundle', cause_id: 'bun_1' }
  const coupon = { id: 'cpn_1', code: 'HALF', percent_ppm: 500_000, currency: null, amount_minor: null }
  /** Three months are charged, the coupon lowered each; it has so many periods left of its own. */
  const back = (on: string, left: number | null, mode: ChangeFacts['how']['mode'] = 'day') => {
    const service = { ...serviceOf({ ...year, left: null }), coupon_cycles_left: left }
    const lasting: ChangeFacts['lasting'] = ({ coupon: given }) => ({
      ...{ coupon: left === 0 && given === 0 ? undefined : coupon, further: [] },
    })
    const more = { service, loweredIn: () => [half, row], lasting, mode }
    return change(year, on, { cycle: '1y', price: 12_000n }, more)
  }
  const cases: [string, string, number | null, ChangeFacts['how']['mode'], object, bigint][] = [
    ['in the last month charged: none', '2026-03-20', 1, 'day', { coupon: 0, discounts: {} }, 6_000n],
    ['the months charged ahead', '2026-01-20', 1, 'day', { coupon: 2, discounts: { dis_1: 2 } }, 6_000n],
    [
      'one that begins today was used',
      '2026-02-15',
      1,
      'day',
      { coupon: 1, discounts: { dis_1: 1 } },
      6_000n,
    ],
    ['so the new period is lowered', '2026-02-20', 0, 'day', { coupon: 1, discounts: { dis_1: 1 } }, 6_000n],
    ['or not, when all was used', '2026-03-20', 0, 'day', { coupon: 0, discounts: {} }, 12_000n],
    ['so was one where periods count whole', '2026-03-20', 0, 'full', { coupon: 0, discounts: {} }, 12_000n],
    ['kept: none', '2026-01-20', 1, 'none', { coupon: 0, discounts: {} }, 0n],
  ]
  for (const [why, on, left, mode, returned, charged] of cases)
    test(why, () => {
      const plan = back(on, left, mode)
      assert.deepEqual(plan.days!.returned ?? { coupon: 0, discounts: {} }, returned)
      assert.equal(plan.chargeMinor, charged)
    })
})
