// Permissions, secrets: an HMAC has exactly one secret as its key.
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

test('rule: a key of two tokens is refused', async () => {
  const source = reporting(`const { settings, secret } = context
    try {
      const two = secret.header('hook_key') + secret.header('hook_key')
      const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(two), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
      await crypto.subtle.sign('HMAC', key, new Uint8Array([1]))
    } catch (error) { return error.code + ' ' + error.message }`)
  const manifest = {
    settings,
    permissions: {
      network: [{ host: 'api.example.com', secrets: ['api_key'] }, { host: 'evil.example.org' }],
      secrets: [{ name: 'api_key' }, { name: 'hook_key', use: 'hmac' }],
    },
  }
  await attack('secret-chain', { source, manifest, secretValues }, ({ report }) =>
    assert.equal(report, 'E_DENIED An HMAC takes exactly one secret as its key.'),
  )
})
