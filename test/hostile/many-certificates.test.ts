// Limits: what the host process answers beside the isolate is CPU of the call, too.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pemOf } from '../plugins/support/tls-panel.ts'
import { attack } from './hostile.ts'

const CHAIN = pemOf('rich').repeat(20)

test('rule: certificates that are read without a pause end at the CPU of the call', async () => {
  const code = `
    for (let n = 0; n < 400; n++) context.certificates.readAll(${JSON.stringify(CHAIN)})
    return 'all read'`
  const manifest = { limits: { cpu_ms: 300, slice_ms: 2_000 } }
  await attack(
    'many-certificates',
    { code, manifest, deadlineMs: 30_000 },
    ({ failure, message, tookMs }) => {
      assert.equal(failure, 'E_TIMEOUT')
      assert.match(message ?? '', /CPU 300 ms/)
      assert.ok(tookMs < 3_000, `took ${tookMs} ms`)
    },
  )
})
