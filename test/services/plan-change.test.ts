import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { cycle, instant, isoDate } from '../../core/kernel/index.ts'
import { unlowered } from './fixture.ts'
import { planChange, type ChangeFacts, type Offer, type ServiceRow } from '../../core/services/index.ts'

/** 31.00 a month from 15 January, charged to 15 February, changed on the 30th: 16 of 31 days are left. */
const service = {
  ...{ id: 'svc_1', anchor_on: '2026-01-15', cycle: cycle('1m'), period_index: 1, recurring_minor: 3_100n },
  ...{ tax_class: 'standard', currency: 'EUR', price_id: 'prc_old', zone: 'UTC', spans: '[]' },
  ...{ periods_left: null, coupon_id: null },
  ...{ charged_through: '2026-02-15', next_period_on: '2026-02-15', quantity: 1, amount_minor: 3_100n },
} as unknown as ServiceRow
const offer = (recurringMinor: bigint, of = '1m') =>
  ({ name: 'Big', cycle: cycle(of), recurringMinor, taxClass: 'reduced', priceId: 'prc_new' }) as Offer
const facts = (over: Partial<ChangeFacts> = {}): ChangeFacts => ({
  ...{ service, oldName: 'Small', offer: offer(6_200n), onDay: isoDate('2026-01-30'), changeId: 'chn_1' },
  ...unlowered,
  how: { mode: 'day', zone: 'UTC', at: instant(Date.parse('2026-01-30T10:00:00Z')) },
  ...over,
})
const shown = (plan: ReturnType<typeof planChange>) =>
  plan.lines.map(({ cause, periodStart, periodEnd, amountMinor }) => [
    cause,
    periodStart,
    periodEnd,
    amountMinor,
  ])

describe('the plan of a change', () => {
  test('gives the rest back at the old price and charges it at the new one', () => {
    const plan = planChange(facts())
    assert.deepEqual(shown(plan), [
      ['chn_1:credit', '2026-01-30', '2026-02-15', -1_600n],
      ['chn_1:charge', '2026-01-30', '2026-02-15', 3_200n],
    ])
    assert.deepEqual(
      [plan.creditMinor, plan.chargeMinor, plan.totalMinor, plan.days],
      [-1_600n, 3_200n, 1_600n, null],
    )
  })

  test('each line says what it is of: plan, class of tax, price and share', () => {
    const [back, forth] = planChange(facts()).lines
    assert.deepEqual(
      [back, forth].map((line) => [
        line!.sourceId,
        line!.kind,
        line!.description,
        line!.taxClass,
        line!.quantity,
        line!.unitMinor,
      ]),
      [
        ['svc_1', 'change', 'Small', 'standard', 1, -1_600n],
        ['svc_1', 'change', 'Big', 'reduced', 1, 3_200n],
      ],
    )
    const { part, price, of, change, refers_to } = back!.trace as Record<string, unknown>
    assert.deepEqual(
      [part, price, of, change, refers_to],
      ['credit', 'prc_old', '3100', 'chn_1', 'svc_1 2026-01-15'],
    )
    const there = forth!.trace as Record<string, unknown>
    assert.deepEqual([there.part, there.price, there.of, there.coupon], ['charge', 'prc_new', '6200', null])
  })

  test('a side of nothing is no line', () => {
    assert.deepEqual(shown(planChange(facts({ offer: offer(0n) }))), [
      ['chn_1:credit', '2026-01-30', '2026-02-15', -1_600n],
    ])
    const free = { ...service, recurring_minor: 0n }
    assert.deepEqual(shown(planChange(facts({ service: free }))), [
      ['chn_1:charge', '2026-01-30', '2026-02-15', 3_200n],
    ])
  })

  test('with a coupon both sides are less', () => {
    const half = {
      ...{ id: 'chg_1', cause: 'coupon', cause_id: 'cpn_1' },
      percent_ppm: 500_000,
      amount_minor: null,
    }
    const plan = planChange(facts({ loweredIn: () => [half] }))
    assert.deepEqual([plan.creditMinor, plan.chargeMinor], [-800n, 1_600n])
    assert.equal((plan.lines[0]!.trace as Record<string, unknown>).coupon, 'cpn_1')
  })

  test('another cycle begins a whole period today', () => {
    const plan = planChange(facts({ offer: offer(60_000n, '1y') }))
    assert.deepEqual(shown(plan), [
      ['chn_1:credit', '2026-01-30', '2026-02-15', -1_600n],
      ['chn_1:charge', '2026-01-30', '2027-01-30', 60_000n],
    ])
    const { anchorOn, periodIndex, chargedThrough } = plan.days!
    assert.deepEqual([anchorOn, periodIndex, chargedThrough], ['2026-01-30', 1, '2027-01-30'])
  })

  test('what has no periods has nothing to give back', () => {
    const once = { ...service, cycle: cycle('once') }
    assert.deepEqual(shown(planChange(facts({ service: once, offer: offer(500n, 'once') }))), [])
    assert.deepEqual(shown(planChange(facts({ service: { ...service, anchor_on: null } }))), [])
    assert.equal(planChange(facts({ offer: offer(500n, 'once') })).days, null)
  })
})
