// Isolate life: no background life; a call's timers end with it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: when a call is answered its timers end; nothing goes on behind it', async () => {
  const code = `
    globalThis.ticks = globalThis.ticks ?? 0
    const before = globalThis.ticks
    setInterval(() => { globalThis.ticks++ }, 5)
    return before`
  await attack('background-life', { code }, async ({ report, bench }) => {
    assert.equal(report, '0')
    await new Promise((resolve) => setTimeout(resolve, 100))
    assert.deepEqual(bench.incidents, [])
  })
})
