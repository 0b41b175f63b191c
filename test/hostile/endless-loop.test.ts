// Limits: one uninterrupted run.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: one uninterrupted run has 500 ms; an endless loop ends with E_TIMEOUT', async () => {
  await attack('endless-loop', { code: 'for (;;);' }, ({ failure, message, tookMs }) => {
    assert.equal(failure, 'E_TIMEOUT')
    assert.match(message ?? '', /one run of 500 ms/)
    assert.ok(tookMs < 3_000, `took ${tookMs} ms`)
  })
})
