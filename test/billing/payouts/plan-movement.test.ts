import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  planMovement,
  type BookedMovement,
  type MovementPlan,
  type Posting,
  type ToldMovement,
} from '../../../core/billing/index.ts'

const money = (max = 10_000_000n) => fc.bigInt({ min: -max, max })
const told = (currency: string): fc.Arbitrary<ToldMovement> =>
  fc.record({
    kind: fc.constantFrom('payment', 'refund', 'dispute', 'adjustment'),
    currency: fc.constant(currency),
    amountMinor: money(),
    feeMinor: money(10_000n),
    charged: fc.constant(null),
  })
const sumOf = (postings: readonly Posting[], like = ''): bigint =>
  postings.reduce((sum, { account, amountMinor }) => (account.startsWith(like) ? sum + amountMinor : sum), 0n)
const plan = (
  t: ToldMovement,
  booked: BookedMovement | null,
  more: { accept?: boolean; wasAccepted?: boolean } = {},
): MovementPlan => {
  const planned = planMovement({ instanceId: 'plg_1', told: t, booked, ...more })
  assert.ok(planned, 'there is a plan')
  return planned
}

test('in one currency the clearing account ends with what the gateway has, and the fee is booked once', () => {
  fc.assert(
    fc.property(told('EUR'), money(10_000n), (t, known) => {
      const booked = { currency: 'EUR', amountMinor: t.amountMinor, feeMinor: known }
      const { settled, exchanged } = plan(t, booked)
      assert.deepEqual(exchanged, [])
      assert.equal(sumOf(settled), 0n)
      assert.equal(
        booked.amountMinor - known + sumOf(settled, 'gateway_clearing'),
        t.amountMinor - t.feeMinor,
      )
      assert.equal(known + sumOf(settled, 'gateway_fees'), t.feeMinor)
      assert.equal(sumOf(settled, 'gateway_unmatched'), 0n)
    }),
  )
})

test('what is changed into another currency leaves the old one empty and balances in both', () => {
  fc.assert(
    fc.property(told('EUR'), money(), money(10_000n), (t, amountMinor, feeMinor) => {
      const { settled, exchanged } = plan(t, { currency: 'USD', amountMinor, feeMinor })
      assert.deepEqual([sumOf(settled), sumOf(exchanged)], [0n, 0n])
      assert.equal(amountMinor - feeMinor + sumOf(exchanged, 'gateway_clearing'), 0n)
      assert.equal(feeMinor + sumOf(exchanged, 'gateway_fees'), 0n)
      assert.equal(sumOf(settled, 'gateway_clearing'), t.amountMinor - t.feeMinor)
      assert.equal(sumOf(settled, 'gateway_fees'), t.feeMinor)
      assert.deepEqual(
        [sumOf(exchanged, 'exchange'), sumOf(settled, 'exchange')],
        [amountMinor, -t.amountMinor],
      )
    }),
  )
})

test('what was accepted and is known later ends as if it had been known at once', () => {
  fc.assert(
    fc.property(told('EUR'), fc.constantFrom('EUR', 'USD'), (t, currency) => {
      const amountMinor = currency === 'EUR' ? t.amountMinor : 777n
      const booked = { currency, amountMinor, feeMinor: 0n }
      const first = plan(t, null, { accept: true })
      const later = plan(t, booked, { wasAccepted: true })
      const atOnce = plan(t, booked)
      for (const account of ['gateway_clearing', 'gateway_fees', 'gateway_unmatched', 'exchange']) {
        assert.equal(
          sumOf(first.settled, account) + sumOf(later.settled, account),
          sumOf(atOnce.settled, account),
          account,
        )
        assert.equal(sumOf(later.exchanged, account), sumOf(atOnce.exchanged, account), account)
      }
    }),
  )
})

test('nothing is booked by itself that fits nothing, or another sum; staff may take it as it is told', () => {
  const t: ToldMovement = {
    ...{ kind: 'payment', currency: 'EUR', amountMinor: 1_190n, feeMinor: 40n },
    charged: null,
  }
  const ask = { instanceId: 'plg_1', told: t }
  assert.equal(planMovement({ ...ask, booked: null }), null)
  const less = { currency: 'EUR', amountMinor: 1_000n, feeMinor: 0n }
  assert.equal(planMovement({ ...ask, booked: less }), null)
  const charged = { currency: 'USD', minor: 1_200n }
  const other = { currency: 'USD', amountMinor: 1_199n, feeMinor: 0n }
  assert.equal(planMovement({ ...ask, told: { ...t, charged }, booked: other }), null)
  const sums = (postings: Posting[]) =>
    Object.fromEntries(postings.map(({ account, amountMinor }) => [account, amountMinor]))
  assert.deepEqual(sums(plan(t, null, { accept: true }).settled), {
    ...{ 'gateway_clearing:plg_1': 1_150n, 'gateway_fees:plg_1': 40n, 'gateway_unmatched:plg_1': -1_190n },
  })
  assert.deepEqual(sums(plan(t, less, { accept: true }).settled), {
    ...{ 'gateway_clearing:plg_1': 150n, 'gateway_fees:plg_1': 40n, 'gateway_unmatched:plg_1': -190n },
  })
  const fee: ToldMovement = { ...t, kind: 'fee', amountMinor: -500n, feeMinor: 0n }
  assert.deepEqual(sums(plan(fee, null).settled), {
    ...{ 'gateway_clearing:plg_1': -500n, 'gateway_fees:plg_1': 500n },
  })
})

test('in another currency what was charged must be what the books say, in sum and currency', () => {
  const t: ToldMovement = {
    ...{ kind: 'payment', currency: 'EUR', amountMinor: 1_100n, feeMinor: 0n },
    charged: { currency: 'USD', minor: 1_200n },
  }
  const booked = { currency: 'USD', amountMinor: 1_200n, feeMinor: 0n }
  const ask = { instanceId: 'plg_1', told: t, booked }
  assert.ok(planMovement(ask))
  assert.equal(planMovement({ ...ask, told: { ...t, charged: { currency: 'GBP', minor: 1_200n } } }), null)
  assert.equal(planMovement({ ...ask, told: { ...t, charged: { currency: 'USD', minor: 1_201n } } }), null)
})

test('nothing is posted where the books say already what the gateway says', () => {
  const t: ToldMovement = {
    ...{ kind: 'payment', currency: 'EUR', amountMinor: 1_190n, feeMinor: 40n },
    charged: null,
  }
  const same = { currency: 'EUR', amountMinor: 1_190n, feeMinor: 40n }
  assert.deepEqual(plan(t, same), { settled: [], exchanged: [] })
})
