// The three rooms, wards: a host process speaks only for isolates and calls that core gave it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { takenOver } from './rogue-host.ts'

test('rule: questions and answers for isolates that core did not open end the process after 100 of them', async () => {
  const { failure, losses, tookMs, slowestPageMs, bench } = await takenOver(
    `pour((n) => frame({ t: n % 2 ? 'ask' : 'done', isolate: head.isolate + 1 + n, call: 1, ...(n % 2 ? { ask: n, op: 'fetch' } : { ok: true }) }, '{}'))`,
  )
  assert.deepEqual([failure, losses[0]], ['plugin.host_lost', 'stray_frames'])
  assert.ok(tookMs < 5_000, `took ${tookMs} ms with its start`)
  assert.ok(slowestPageMs < 1_000, `a page took ${slowestPageMs} ms`)
  assert.deepEqual(
    bench.incidents.filter(({ kind }) => kind === 'refused_ask'),
    [],
  )
})
