// Bridge rules 4 and 6: thrown values are read inside, and cut.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: core never reads a thrown value; a getter that loops costs its own run', async () => {
  const code = `throw { get message() { for (;;); } }`
  await attack('throwing-getter', { code }, ({ failure, message }) => {
    assert.equal(failure, 'E_TIMEOUT')
    assert.match(message ?? '', /one run of 500 ms/)
  })
})

test('rule: an error crosses as text of at most 2 000 characters, without a stack', async () => {
  const code = `throw new Error('x'.repeat(10_000))`
  await attack('long-error', { code }, ({ failure, message }) => {
    assert.equal(failure, 'E_PLUGIN')
    assert.match(message ?? '', /: x{2000}$/)
  })
})
