// Isolate life: the top level belongs to no call, so it may ask for nothing.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: a fetch at the top level is refused with E_NO_CALL', async () => {
  const source = `
    const early = fetch('https://api.example.com/').catch((error) => error.code)
    export default { gateway: () => ({
      async test_connection() { return { ok: true, steps: [{ name: 'run', ok: true, detail: await early }] } } }) }`
  const manifest = { permissions: { network: [{ host: 'api.example.com' }] } }
  await attack('asks-at-start', { source, manifest }, ({ report }) => assert.equal(report, 'E_NO_CALL'))
})
