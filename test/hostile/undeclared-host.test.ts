// Permissions, network: deny by default.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: a plugin reaches no host that it did not declare', async () => {
  const code = `try { await fetch('https://evil.example.com/') } catch (error) { return error.code + ' ' + error.message }`
  const manifest = { permissions: { network: [{ host: 'api.example.com' }] } }
  await attack('undeclared-host', { code, manifest }, ({ report, bench }) => {
    assert.equal(
      report,
      'E_DENIED The host "evil.example.com" at port 443 is not declared in permissions.network of plugin.json.',
    )
    assert.deepEqual(
      bench.incidents.map(({ kind, detail }) => [kind, detail]),
      [
        [
          'refused_ask',
          'The host "evil.example.com" at port 443 is not declared in permissions.network of plugin.json.',
        ],
      ],
    )
  })
})
