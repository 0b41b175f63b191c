// The three rooms, pipe: a sign of life answers a question after it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { takenOver } from './rogue-host.ts'

test('rule: signs of life that nobody asked for end the process after 100 of them', async () => {
  const { failure, losses, tookMs, slowestPageMs, bench } = await takenOver(
    `pour(() => frame({ t: 'pong' }))`,
  )
  assert.deepEqual([failure, losses[0]], ['plugin.host_lost', 'stray_frames'])
  assert.ok(tookMs < 5_000, `took ${tookMs} ms with its start`)
  assert.ok(slowestPageMs < 1_000, `a page took ${slowestPageMs} ms`)
  assert.deepEqual(bench.lines, [])
})
