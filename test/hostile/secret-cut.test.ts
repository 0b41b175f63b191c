// Section 5, secrets: a secret that a plugin may read is hidden from what it logs, also where the line is cut.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

const SECRET = 'topsecret-topsecret-topsecret'

test('rule: of a secret that the end of a line cuts nothing is shown, and none of an error', async () => {
  const source = `export default { gateway: ({ settings }) => ({ async test_connection() {
    console.log('x'.repeat(2_030) + settings.api_key)
    throw new Error('y'.repeat(1_985) + settings.api_key) } }) }`
  const manifest = {
    settings: { type: 'object', properties: { api_key: { type: 'string', secret: true } } },
    permissions: { secrets: [{ name: 'api_key', read: true }] },
  }
  await attack(
    'secret-cut',
    { source, manifest, secretValues: { api_key: SECRET } },
    ({ message, bench }) => {
      assert.match(message ?? '', /y{1985}•••$/)
      assert.deepEqual(
        bench.lines.map(({ text }) => text),
        [`${'x'.repeat(2_030)}•••`],
      )
    },
  )
})
