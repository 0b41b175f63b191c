// Limits: microtasks count to the run that made them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: a thenable that always answers with another one ends with E_TIMEOUT', async () => {
  const code = `const next = () => ({ then(done) { done(next()) } }); return next()`
  await attack('endless-thenable', { code }, ({ failure, message }) => {
    assert.equal(failure, 'E_TIMEOUT')
    assert.match(message ?? '', /one run of 500 ms/)
  })
})
