// Permissions, secrets: what a plugin holds is a token, not the value.
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

test('rule: no value of a secret is anywhere inside', async () => {
  const source = reporting(`const { settings, secret } = context
    try { return ['value-a', 'value-h', 'value-x'].filter((value) => (JSON.stringify(settings) + secret.header('api_key') + atob(secret.basic('api_key').split('.')[2] ?? '')).includes(value)).length + ' values' } catch (error) { return error.code + ' ' + error.message }`)
  const manifest = {
    settings,
    permissions: {
      network: [{ host: 'api.example.com', secrets: ['api_key'] }, { host: 'evil.example.org' }],
      secrets: [{ name: 'api_key' }, { name: 'hook_key', use: 'hmac' }],
    },
  }
  await attack('secret-values', { source, manifest, secretValues }, ({ report }) =>
    assert.equal(report, '0 values'),
  )
})
