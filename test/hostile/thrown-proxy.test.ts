// Bridge rule 6: the host never reads a thrown value; a trap that loops costs its own run.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: a thrown proxy whose traps loop ends with E_TIMEOUT', async () => {
  const code = `const loop = () => { for (;;); }
    throw new Proxy({}, { get: loop, has: loop, getPrototypeOf: loop, ownKeys: loop, getOwnPropertyDescriptor: loop })`
  await attack('thrown-proxy', { code }, ({ failure, message }) => {
    assert.equal(failure, 'E_TIMEOUT')
    assert.match(message ?? '', /one run of 500 ms/)
  })
})
