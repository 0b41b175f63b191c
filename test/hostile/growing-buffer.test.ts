// Limits: a host process that uses more memory than its isolates may is killed within a second.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: a buffer that grows past what the engine counts costs the host process, and the next one serves', async () => {
  const code = `
    const buffer = new ArrayBuffer(0, { maxByteLength: 1_000_000_000 })
    buffer.resize(700_000_000)
    const view = new Uint8Array(buffer)
    for (let at = 0; at < view.length; at += 4_096) view[at] = 1
    await new Promise((done) => setTimeout(done, 10_000))
    return 'held'`
  const manifest = { limits: { slice_ms: 2_000 } }
  await attack('growing-buffer', { code, manifest, deadlineMs: 15_000 }, ({ failure, bench }) => {
    assert.equal(failure, 'E_HOST_LOST')
    assert.equal(bench.incidents[0]?.detail, 'all: it used too much memory')
  })
})
