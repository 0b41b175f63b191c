// Limits: a call has so many messages of 1 MiB as it has questions, and 8 MiB.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { takenOver } from './rogue-host.ts'

test('rule: questions that fit a frame and together no call end the process', async () => {
  const { failure, losses, tookMs, slowestPageMs, bench } = await takenOver(
    `const text = 'x'.repeat(1_500_000); pour((ask) => frame({ t: 'ask', isolate: head.isolate, call: head.call, ask, op: 'storage_set' }, text))`,
    { manifest: { limits: { asks: 20 } } },
  )
  assert.deepEqual([failure, losses[0]], ['plugin.host_lost', 'bytes'])
  assert.ok(tookMs < 5_000, `took ${tookMs} ms`)
  assert.ok(slowestPageMs < 1_000, `a page took ${slowestPageMs} ms`)
  assert.ok(bench.incidents.length < 30)
})
