// Permissions, secrets: a setting that is secret and not declared is not even a token.
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

test('rule: an undeclared secret is neither in the settings nor behind a token made of the own mark', async () => {
  const source = reporting(`const { settings, secret } = context
    try { if ('hidden_key' in settings) return 'seen'; await fetch('https://api.example.com/', { headers: { a: settings.api_key.replace('api_key', 'hidden_key') } }) } catch (error) { return error.code + ' ' + error.message }`)
  const manifest = {
    settings,
    permissions: {
      network: [{ host: 'api.example.com', secrets: ['api_key'] }, { host: 'evil.example.org' }],
      secrets: [{ name: 'api_key' }, { name: 'hook_key', use: 'hmac' }],
    },
  }
  await attack('secret-undeclared', { source, manifest, secretValues }, ({ report }) =>
    assert.equal(report, 'E_DENIED The secret "hidden_key" is not declared.'),
  )
})
