// Bridge rule 7: what comes out is checked in core, whoever wrote it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: an answer forged by a trap on then is checked like any other', async () => {
  const code = `
    const forged = { ok: true, text: JSON.stringify({ ok: true, steps: [], extra: 1 }) }
    Object.defineProperty(Object.prototype, 'then', { configurable: true, get() {
      return this !== forged && Object.hasOwn(this, 'text') ? (done) => { delete Object.prototype.then; done(forged) } : undefined
    } })
    return 'well'`
  await attack('forged-then', { code }, ({ failure, message }) => {
    assert.equal(failure, 'E_INVALID_RESULT')
    assert.match(message ?? '', /the key "extra" is not known/)
  })
})
