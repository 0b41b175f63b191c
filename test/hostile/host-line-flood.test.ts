// Limits: lines of a call, whoever writes them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { takenOver } from './rogue-host.ts'

test('rule: a host process that logs without end is killed at the 101st line of a call', async () => {
  const { failure, losses, tookMs, slowestPageMs, bench } = await takenOver(
    `pour((n) => frame({ t: 'log', isolate: head.isolate, call: head.call, level: 'info' }, 'line ' + n))`,
  )
  assert.deepEqual([failure, losses[0]], ['plugin.host_lost', 'lines'])
  assert.ok(tookMs < 5_000, `took ${tookMs} ms with its start`)
  assert.ok(slowestPageMs < 1_000, `a page took ${slowestPageMs} ms`)
  assert.equal(bench.lines.length, 100)
})
