import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { cycle, isoDate } from '../../core/kernel/index.ts'
import {
  discountOf,
  planPeriods,
  type Coupon,
  type DueService,
  type ServiceStep,
} from '../../core/services/plan-periods.ts'

const service = (over: Partial<DueService> = {}): DueService => ({
  id: 'svc_1',
  brand_id: 'brd_1',
  client_id: 'cli_1',
  product_id: 'prd_1',
  product_name: 'Plan',
  label: 'Plan',
  currency: 'EUR',
  cycle: cycle('1m'),
  quantity: 1,
  price_id: 'prc_1',
  amount_minor: 1_000n,
  recurring_minor: 1_300n,
  tax_class: 'standard',
  coupon_id: null,
  coupon_cycles_left: null,
  anchor_on: isoDate('2026-01-31'),
  period_index: 1,
  next_period_on: isoDate('2026-02-28'),
  cancel_on: null,
  periods_left: null,
  ...over,
})
const option = {
  service_id: 'svc_1',
  option_id: 'opt_1',
  label: 'Memory',
  quantity: 3,
  amount_minor: 300n,
  price_id: 'prc_2',
}
const half: Coupon = { id: 'cpn_1', code: 'HALF', percent_ppm: 500_000, currency: null, amount_minor: null }
const five: Coupon = { id: 'cpn_2', code: 'FIVE', percent_ppm: null, currency: 'EUR', amount_minor: 500n }

const until = (day: string, most = 3) => ({ untilOn: isoDate(day), most })

describe('the periods of a service that a run charges', () => {
  const starts = (item: ReturnType<typeof planPeriods>) =>
    item?.lines.map(({ periodStart, periodEnd }) => [periodStart, periodEnd])

  test('none before its day, one on it, as many at most as are left of the day', () => {
    assert.equal(planPeriods(service(), until('2026-02-27')), null)
    assert.deepEqual(starts(planPeriods(service(), until('2026-02-28'))), [['2026-02-28', '2026-03-31']])
    assert.deepEqual(starts(planPeriods(service(), until('2027-01-01'))), [
      ['2026-02-28', '2026-03-31'],
      ['2026-03-31', '2026-04-30'],
      ['2026-04-30', '2026-05-31'],
    ])
  })

  test('a preview sees them all', () => {
    assert.equal(planPeriods(service(), until('2027-01-01', Number.POSITIVE_INFINITY))?.lines.length, 11)
  })

  test('says where the service stands and where it goes', () => {
    const item = planPeriods(service({ coupon_cycles_left: 5 }), until('2026-03-31'), [], half)!
    assert.deepEqual(item.step, {
      ...{
        id: 'svc_1',
        client_id: 'cli_1',
        from_index: 1,
        from_on: '2026-02-28',
        to_index: 3,
        charged_through: '2026-04-30',
      },
      ...{ coupon_cycles_left: 3, periods_left: null },
    })
    assert.deepEqual(
      [item.sourceId, item.clientId, item.brandId, item.currency, item.dueOn],
      ['svc_1', 'cli_1', 'brd_1', 'EUR', '2026-02-28'],
    )
  })

  test('none that begins on the day of its end or later', () => {
    const ending = (cancel_on: string) =>
      planPeriods(service({ cancel_on: isoDate(cancel_on) }), until('2026-12-31'))
    assert.equal(ending('2026-02-28'), null)
    assert.equal(ending('2026-03-31')?.lines.length, 1)
    assert.equal(ending('2026-04-01')?.lines.length, 2)
  })

  test('no more than the term has', () => {
    const item = (periods_left: number) => planPeriods(service({ periods_left }), until('2026-12-31'))
    assert.equal(item(0), null)
    const two = item(2)!
    assert.deepEqual([two.lines.length, (two.step as ServiceStep).periods_left], [2, 0])
  })

  test('with each option, and a discount on the sum while the coupon lasts', () => {
    const item = planPeriods(service({ coupon_cycles_left: 1 }), until('2026-03-31'), [option], half)!
    assert.deepEqual(
      item.lines.map(({ kind, cause, description, quantity, unitMinor, amountMinor }) => [
        kind,
        cause,
        description,
        quantity,
        unitMinor,
        amountMinor,
      ]),
      [
        ['recurring', undefined, 'Plan', 1, 1_000n, 1_000n],
        ['option', 'opt_1', 'Memory', 3, 100n, 300n],
        ['discount', undefined, 'HALF', 1, -650n, -650n],
        ['recurring', undefined, 'Plan', 1, 1_000n, 1_000n],
        ['option', 'opt_1', 'Memory', 3, 100n, 300n],
      ],
    )
    assert.deepEqual(item.lines[0]!.trace, { price: 'prc_1', period: 1 })
    assert.deepEqual(item.lines[1]!.trace, { price: 'prc_2', option: 'opt_1', period: 1 })
    assert.deepEqual(item.lines[2]!.trace, { coupon: 'cpn_1', ppm: 500_000, of: '1300' })
    assert.equal((item.step as ServiceStep).coupon_cycles_left, 0)
  })

  test('a coupon for ever counts nothing, and one of nothing is no line', () => {
    const step = planPeriods(service(), until('2026-02-28'), [], five)!.step as ServiceStep
    assert.equal(step.coupon_cycles_left, null)
    assert.equal(planPeriods(service({ currency: 'USD' }), until('2026-02-28'), [], five)!.lines.length, 1)
  })

  test('named with its label where that says more', () => {
    const name = (label: string) =>
      planPeriods(service({ label }), until('2026-02-28'))!.lines[0]!.description
    assert.deepEqual([name(''), name('Plan'), name('My world')], ['Plan', 'Plan', 'Plan – My world'])
  })

  test('in units where they multiply to the amount, else as one', () => {
    const line = (quantity: number, amount_minor: bigint) => {
      const { quantity: shown, unitMinor } = planPeriods(
        service({ quantity, amount_minor }),
        until('2026-02-28'),
      )!.lines[0]!
      return [shown, unitMinor]
    }
    assert.deepEqual(
      [line(4, 1_000n), line(3, 1_000n), line(0, 1_000n)],
      [
        [4, 250n],
        [1, 1_000n],
        [1, 1_000n],
      ],
    )
  })

  test('one whose days do not fit says so and is not charged', () => {
    const once = planPeriods(service({ cycle: cycle('once') }), until('2026-02-28'))!
    assert.match(
      once.problem!,
      /svc_1 do not fit: cycle "once", anchor 2026-01-31, next period 2026-02-28 \(number 1\)/,
    )
    assert.deepEqual([once.lines, once.step], [[], null])
    assert.ok(planPeriods(service({ cycle: cycle('free') }), until('2026-02-28'))!.problem)
    assert.match(planPeriods(service({ anchor_on: null }), until('2026-02-28'))!.problem!, /anchor missing/)
    assert.ok(planPeriods(service({ next_period_on: isoDate('2026-03-31') }), until('2026-12-31'))!.problem)
  })
})

test('a coupon takes a share half up, or a sum that is never more than there is, in its own currency', () => {
  const third = { ...half, percent_ppm: 333_333 }
  assert.deepEqual(
    [
      discountOf(half, 1n, 'EUR'),
      discountOf(half, 3n, 'EUR'),
      discountOf(third, 100n, 'JPY'),
      discountOf(third, 1_000n, 'KWD'),
    ],
    [1n, 2n, 33n, 333n],
  )
  assert.deepEqual(
    [
      discountOf(five, 499n, 'EUR'),
      discountOf(five, 500n, 'EUR'),
      discountOf(five, 501n, 'EUR'),
      discountOf(five, 501n, 'USD'),
    ],
    [499n, 500n, 500n, 0n],
  )
  assert.equal(discountOf({ ...five, amount_minor: null }, 501n, 'EUR'), 0n)
})
