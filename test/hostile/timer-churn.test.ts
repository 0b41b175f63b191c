// Limits: messages out of a call are counted, those about timers too.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: setting and clearing timers without end is refused, and the host process lives', async () => {
  const code = `
    let set = 0
    try { for (;;) { clearTimeout(setTimeout(() => 0, 60_000)); set++ } } catch (error) { return set + ' ' + error.message }`
  await attack('timer-churn', { code }, ({ report, bench }) => {
    assert.equal(report, '5000 More than 5000 timers in one call.')
    assert.deepEqual(bench.incidents, [])
  })
})
