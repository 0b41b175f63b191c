// Limits: a call has so many messages of 1 MiB as it has questions, and 8 MiB.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { takenOver } from './rogue-host.ts'

test('rule: lines that are a message each and together no call end the process', async () => {
  const { failure, losses, tookMs, slowestPageMs, bench } = await takenOver(
    `const text = 'x'.repeat(1_000_000); pour(() => frame({ t: 'log', isolate: head.isolate, call: head.call, level: 'info' }, text))`,
    { manifest: { limits: { asks: 20 } } },
  )
  assert.deepEqual([failure, losses[0]], ['plugin.host_lost', 'bytes'])
  assert.ok(tookMs < 5_000, `took ${tookMs} ms`)
  assert.ok(slowestPageMs < 1_000, `a page took ${slowestPageMs} ms`)
  assert.ok(bench.incidents.length < 30)
})
