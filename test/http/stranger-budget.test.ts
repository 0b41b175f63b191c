import assert from 'node:assert/strict'
import { test } from 'node:test'
import { strangerBudget } from '../../core/http/webhooks/stranger-budget.ts'

const MIB = 1024 * 1024
const times = (most: number, act: () => boolean): number =>
  Array.from({ length: most }, act).filter(Boolean).length

test('one sender uses up its own share and leaves room for others; all together have 600 events a minute', () => {
  let now = 0
  const budget = strangerBudget(() => now)
  assert.equal(
    times(500, () => budget.event('plg_a', '10.0.0.1', 10)),
    120,
  )
  assert.equal(
    times(5, () => budget.event('plg_a', '10.0.0.2', 10)),
    5,
  )
  let stored = 125
  for (let host = 3; host < 20; host++)
    stored += times(120, () => budget.event('plg_a', `10.0.0.${host}`, 10))
  assert.equal(stored, 600)
  assert.equal(budget.event('plg_b', '10.0.0.1', 10), true)
  now = 60_000
  assert.equal(budget.event('plg_a', '10.0.0.1', 10), true)
})

test('large events have 16 MiB a minute', () => {
  const budget = strangerBudget(() => 0)
  assert.equal(
    times(100, () => budget.event('plg_a', '10.0.0.1', MIB / 2)),
    32,
  )
  assert.equal(budget.event('plg_a', '10.0.0.1', 10), false)
})
