import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { planInstalments } from '../../core/billing/index.ts'
import {
  askedOfParts,
  openOfPart,
  type InstalmentRow,
} from '../../core/billing/instalments/instalment-plan.ts'
import { cycle, isoDate } from '../../core/kernel/index.ts'

describe('parts of a sum', () => {
  test('add up to it: what does not divide goes to the first ones, each on its own day', () => {
    const wish = { openMinor: 1_001n, parts: 3, firstOn: isoDate('2026-01-31'), every: cycle('1m') }
    assert.deepEqual(planInstalments(wish), [
      { amountMinor: 334n, dueOn: '2026-01-31' },
      { amountMinor: 334n, dueOn: '2026-02-28' },
      { amountMinor: 333n, dueOn: '2026-03-31' },
    ])
  })

  const part = (position: number, due: string, through: bigint): InstalmentRow => ({
    ...{ plan_id: 'ipl_1', invoice_id: 'inv_1', position, due_on: isoDate(due) },
    ...{ amount_minor: 100n, through_minor: through },
  })
  const parts = [part(1, '2026-01-31', 100n), part(2, '2026-02-28', 200n), part(3, '2026-03-31', 300n)]

  test('are paid one after the other', () => {
    const open = (allocated: bigint) => parts.map((one) => openOfPart(one, allocated))
    assert.deepEqual(open(0n), [100n, 100n, 100n])
    assert.deepEqual(open(130n), [0n, 70n, 100n])
    assert.deepEqual(open(200n), [0n, 0n, 100n])
    assert.deepEqual(open(301n), [0n, 0n, 0n])
  })

  test('are asked for when their day has come, the next one before it, and nothing when all are paid', () => {
    const asked = (allocatedMinor: bigint, today: string) =>
      askedOfParts(parts, { allocatedMinor, today: isoDate(today) })
    assert.equal(asked(0n, '2026-01-01'), 100n)
    assert.equal(asked(0n, '2026-01-31'), 100n)
    assert.equal(asked(30n, '2026-02-27'), 70n)
    assert.equal(asked(30n, '2026-02-28'), 170n)
    assert.equal(asked(100n, '2026-02-27'), 100n)
    assert.equal(asked(100n, '2026-12-31'), 200n)
    assert.equal(asked(300n, '2026-12-31'), 0n)
  })
})
