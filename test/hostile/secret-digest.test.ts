// Permissions, secrets: a digest over a secret is a use of its own, or short ones could be guessed by their hash.
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

test('rule: an undeclared digest over a secret is refused', async () => {
  const source = reporting(`const { settings, secret } = context
    try { return await secret.digest('md5', [settings.api_key]) } catch (error) { return error.code + ' ' + error.message }`)
  const manifest = {
    settings,
    permissions: {
      network: [{ host: 'api.example.com', secrets: ['api_key'] }, { host: 'evil.example.org' }],
      secrets: [{ name: 'api_key' }, { name: 'hook_key', use: 'hmac' }],
    },
  }
  await attack('secret-digest', { source, manifest, secretValues }, ({ report }) =>
    assert.equal(report, 'E_DENIED The secret "api_key" is not declared for the use "digest".'),
  )
})
