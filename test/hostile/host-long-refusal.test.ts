// Limits: why an isolate does not start is told in 2 000 characters.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { takenOver } from './rogue-host.ts'

test('rule: a reason of a megabyte for not starting is cut', async () => {
  const { failure, bench } = await takenOver('', { refusal: `'x'.repeat(1_000_000)` })
  assert.equal(failure, 'plugin.failed')
  const [fault] = bench.incidents
  assert.match(fault!.detail, /it did not start: x{2000}$/)
})
