// Limits: lines of a call and their length.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: 50 lines a call, 2 KiB a line; the rest is dropped and counted', async () => {
  const code = `for (let i = 0; i < 10_000; i++) console.log(i + 'x'.repeat(5_000)); return 'done'`
  await attack('log-flood', { code }, ({ report, bench }) => {
    assert.equal(report, 'done')
    assert.equal(bench.lines.length, 51)
    assert.equal(bench.lines.pop()!.text, '9950 lines beyond 50 were dropped.')
    assert.ok(bench.lines.every(({ text }) => text.length === 2_048))
  })
})
