// Permissions, the broker's fetch: a name is asked for once a connection, and what was checked is what is connected to.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLoopback } from '../plugins/support/loopback.ts'
import { attack } from './hostile.ts'

test('rule: a name that turns elsewhere between check and connection is asked for once, and the first answer counts', async () => {
  const outside = await openLoopback((request, response) => void response.end(request.socket.localAddress))
  let asked = 0
  const resolver = () => Promise.resolve([++asked === 1 ? '127.0.0.1' : '::1'])
  const code = `return fetch('https://name.example.com/').then((answer) => answer.text(), (error) => error.code)`
  const manifest = { permissions: { network: [{ host: 'name.example.com' }] } }
  const outbound = { 'name.example.com': outside.origin.replace('127.0.0.1', 'name.test') }
  try {
    await attack('rebinding', { code, manifest, means: { resolver, outbound } }, ({ report }) => {
      assert.equal(report, '127.0.0.1')
      assert.equal(asked, 1)
    })
  } finally {
    outside.close()
  }
})
