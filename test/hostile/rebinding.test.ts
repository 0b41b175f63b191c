// Permissions, the broker's fetch: a name is asked for once a connection, and what was checked is what is connected to.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: a name that turns private between check and connection is never asked for twice', async () => {
  let asked = 0
  const resolver = () => Promise.resolve(++asked === 1 ? ['192.0.2.1'] : ['127.0.0.1'])
  const code = `return fetch('https://name.example.com/').catch((error) => error.code)`
  const manifest = { permissions: { network: [{ host: 'name.example.com' }] } }
  await attack('rebinding', { code, manifest, means: { resolver } }, ({ report }) => {
    assert.equal(report, 'E_DENIED')
    assert.equal(asked, 1)
  })
})
