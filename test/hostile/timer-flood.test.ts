// Limits: 32 timers at once.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: the thirty-third timer is refused inside', async () => {
  const code = `
    let set = 0
    try { for (;;) { setTimeout(() => 0, 60_000); set++ } } catch (error) { return set + ' ' + error.message }`
  await attack('timer-flood', { code }, ({ report }) =>
    assert.equal(report, '32 More than 32 timers at once.'),
  )
})
