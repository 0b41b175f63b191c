// Limits: one uninterrupted run, microtasks included.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: microtasks count to the run that made them; a chain without end ends with E_TIMEOUT', async () => {
  const code = 'const again = () => Promise.resolve().then(again); await again()'
  await attack('microtask-loop', { code }, ({ failure, message }) => {
    assert.equal(failure, 'E_TIMEOUT')
    assert.match(message ?? '', /one run of 500 ms/)
  })
})
