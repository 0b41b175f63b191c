// Limits: a pattern that backtracks without end is a run like any other.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: a regular expression that explodes ends with E_TIMEOUT', async () => {
  const code = `return String(/^(a+)+$/.test('a'.repeat(40) + 'b'))`
  await attack('regex-backtracking', { code }, ({ failure, message }) => {
    assert.equal(failure, 'E_TIMEOUT')
    assert.match(message ?? '', /one run of 500 ms/)
  })
})
