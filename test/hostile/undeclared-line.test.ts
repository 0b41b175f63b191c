// Permissions: a line (`tcp`) is a permission of its own, for one host and one port.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: a line to a host that is declared for requests, or to another host at its port, is refused unasked', async () => {
  const asked: string[] = []
  const resolver = (host: string) => (asked.push(host), Promise.resolve(['127.0.0.1']))
  const code = `
    const seen = []
    for (const [host, port] of [['api.example.com', 700], ['evil.example.org', 700], ['epp.example.com', 22], ['epp.example.com.evil.example.org', 700]])
      await context.tcp.open(host, port).catch((error) => seen.push(error.code))
    return seen.join(' ')`
  const manifest = {
    permissions: {
      network: [{ host: 'api.example.com', ports: [700] }],
      tcp: [{ host: 'epp.example.com', port: 700 }],
    },
  }
  await attack('undeclared-line', { code, manifest, means: { resolver } }, ({ report }) => {
    assert.equal(report, 'E_DENIED E_DENIED E_DENIED E_DENIED')
    assert.deepEqual(asked, [])
  })
})
