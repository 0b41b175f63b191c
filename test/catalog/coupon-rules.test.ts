import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  couponFits,
  couponLasting,
  couponLifecycle,
  inOrder,
  type Coupon,
} from '../../core/catalog/coupon.ts'
import { discountKinds } from '../../core/catalog/discount.ts'
import { cycle } from '../../core/kernel/index.ts'

const coupon = (over: Partial<Coupon> = {}): Coupon =>
  ({
    ...{ code: 'TEN', kind: 'percent', percentPpm: 100_000, amountMinor: null, cycles: 3 },
    ...{ productIds: [], groupIds: [], onlyCycles: [] },
    ...over,
  }) as unknown as Coupon

describe('what a coupon lowers', () => {
  const product = { id: 'prd_1', groupId: 'grp_1', kind: 'game_server' } as Parameters<typeof couponFits>[1]
  const fits = (over: Partial<Coupon>, of: Partial<typeof product> = {}, each = '1m') =>
    couponFits(coupon(over), { ...product, ...of }, cycle(each))

  test('is everything where it names nothing, and else what it names, by product or by group', () => {
    assert.ok(fits({}))
    assert.ok(fits({ productIds: ['prd_1'] }))
    assert.ok(fits({ groupIds: ['grp_1'] }))
    assert.ok(fits({ productIds: ['prd_2'], groupIds: ['grp_1'] }))
    assert.ok(!fits({ productIds: ['prd_2'] }))
    assert.ok(!fits({ groupIds: ['grp_2'] }))
  })

  test('is charged in one of its cycles, and never a gift card', () => {
    assert.ok(fits({ onlyCycles: [cycle('1y'), cycle('1m')] }))
    assert.ok(!fits({ onlyCycles: [cycle('1y')] }))
    assert.ok(!fits({}, { kind: 'gift_card' }))
  })
})

describe('how long a coupon lowers', () => {
  const lasting = (over: Partial<Coupon>, each = '1m') => couponLasting(coupon(over), cycle(each), 700n)

  test('the first period is charged with the order; those that are left follow', () => {
    assert.deepEqual(lasting({}), { percentPpm: 100_000, amountMinor: null, periodsLeft: 2 })
    assert.equal(lasting({ cycles: null })?.periodsLeft, null)
    assert.equal(lasting({ cycles: 1 })?.periodsLeft, 0)
  })

  test('a set price is kept as what it took off, a sum as it is', () => {
    const of = { percentPpm: null, amountMinor: 500n }
    assert.equal(lasting({ kind: 'price', ...of })?.amountMinor, 700n)
    assert.equal(lasting({ kind: 'fixed', ...of })?.amountMinor, 500n)
  })

  test('nothing of what is charged once, and nothing of a set-up fee', () => {
    assert.equal(lasting({}, 'once'), null)
    assert.equal(lasting({ kind: 'setup' }), null)
  })

  test('of hours all periods are to come', () => {
    assert.deepEqual(lasting({ amountMinor: 5n }, '1h'), {
      ...{ percentPpm: 100_000, amountMinor: 5n, periodsLeft: 3 },
    })
    assert.equal(lasting({ kind: 'setup' }, '1h'), null)
    assert.notEqual(lasting({ kind: 'price', amountMinor: 5n }, '1h')?.periodsLeft, 3)
  })
})

test('coupons come by their form, and of one form by their code, whatever order they were typed in', () => {
  const all = discountKinds.flatMap((kind) => ['A', 'B'].map((code) => coupon({ kind, code })))
  assert.deepEqual(all.toReversed().sort(inOrder), all)
  assert.deepEqual([...all].sort(inOrder), all)
})

test('a coupon is retired, and taken back into use', () => {
  assert.deepEqual([couponLifecycle.noun, couponLifecycle.initial], ['coupon', 'active'])
  assert.deepEqual(couponLifecycle.transitions.retire, { from: ['active'], to: 'retired' })
  assert.deepEqual(couponLifecycle.transitions.restore, { from: ['retired'], to: 'active' })
})
