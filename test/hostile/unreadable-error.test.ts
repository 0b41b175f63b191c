// Bridge rule 4: what was thrown is put into words inside; what cannot be read is said to be so.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

const thrown: Record<string, [code: string, failure: string, says: RegExp]> = {
  'a message that is a symbol': [
    `throw { get message() { return Symbol('x') }, get stack() { throw new Proxy({}, {}) } }`,
    'E_PLUGIN',
    /It threw something that cannot be read\./,
  ],
  'a message whose text throws': [
    `throw { message: { [Symbol.toPrimitive]() { throw new Error('inside') } } }`,
    'E_PLUGIN',
    /It threw something that cannot be read\./,
  ],
  'a message whose text loops': [
    `throw { message: { [Symbol.toPrimitive]() { for (;;); } } }`,
    'E_TIMEOUT',
    /one run of 500 ms/,
  ],
}

for (const [what, [code, failure, says]] of Object.entries(thrown))
  test(`rule: ${what} ends the call at once`, async () => {
    await attack('unreadable-error', { code }, (outcome) => {
      assert.equal(outcome.failure, failure)
      assert.match(outcome.message ?? '', says)
      assert.ok(outcome.tookMs < 2_000, `took ${outcome.tookMs} ms`)
    })
  })
