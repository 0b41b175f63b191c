// Isolate life: no background life; a call's timers end with it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { report } from '../plugins/support/setup.ts'
import { attack } from './hostile.ts'

test('rule: when a call is answered its timers end; nothing goes on behind it', async () => {
  const code = `
    globalThis.ticks = globalThis.ticks ?? 0
    const before = globalThis.ticks
    setInterval(() => { globalThis.ticks++ }, 5)
    return before`
  await attack('background-life', { code }, async ({ report: first, bench, instance }) => {
    assert.equal(first, '0')
    await new Promise((resolve) => setTimeout(resolve, 100))
    assert.equal(await report(bench, instance), '0')
    assert.deepEqual(bench.incidents, [])
  })
})
