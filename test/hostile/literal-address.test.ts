// Permissions, the broker's fetch: a declared address is checked by itself, and no name server is asked.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: a private address stays out of reach even when the manifest declares it', async () => {
  let asked = 0
  const resolver = () => (asked++, Promise.resolve(['93.184.215.14']))
  const code = `return fetch('https://127.0.0.1/').catch((error) => error.code + ' ' + error.message)`
  const manifest = { permissions: { network: [{ host: '127.0.0.1' }] } }
  await attack('literal-address', { code, manifest, means: { resolver } }, ({ report }) => {
    assert.equal(report, 'E_DENIED "127.0.0.1" leads to 127.0.0.1, which is not a public address.')
    assert.equal(asked, 0)
  })
})
