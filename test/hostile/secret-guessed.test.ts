// Permissions, secrets: a token is worth nothing outside of its instance.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reporting } from '../plugins/support/setup.ts'
import { attack } from './hostile.ts'

const secretSetting = { type: 'string', secret: true }
const settings = {
  type: 'object',
  properties: { api_key: secretSetting, hook_key: secretSetting, hidden_key: secretSetting },
}
const secretValues = { api_key: 'value-a', hook_key: 'value-h', hidden_key: 'value-x' }

test('rule: a token made up by a plugin is refused', async () => {
  const source = reporting(`const { settings, secret } = context
    try { await fetch('https://api.example.com/', { headers: { a: 'bsk_' + 'f'.repeat(24) + '.raw..api_key.end' } }) } catch (error) { return error.code + ' ' + error.message }`)
  const manifest = {
    settings,
    permissions: {
      network: [{ host: 'api.example.com', secrets: ['api_key'] }, { host: 'evil.example.org' }],
      secrets: [{ name: 'api_key' }, { name: 'hook_key', use: 'hmac' }],
    },
  }
  await attack('secret-guessed', { source, manifest, secretValues }, ({ report }) =>
    assert.equal(report, 'E_DENIED The token belongs to another call.'),
  )
})
