// Core treats every frame as hostile: a call has 200 questions, whoever asks them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { takenOver } from './rogue-host.ts'

test('rule: a host process that asks without end is killed at the first question too many', async () => {
  const { failure, losses, tookMs, slowestPageMs, bench } = await takenOver(
    `pour((ask) => frame({ t: 'ask', isolate: head.isolate, call: head.call, ask, op: 'storage_get' }, '{}'))`,
  )
  assert.deepEqual([failure, losses[0]], ['plugin.host_lost', 'asks'])
  assert.ok(tookMs < 5_000, `took ${tookMs} ms with its start`)
  assert.ok(slowestPageMs < 1_000, `a page took ${slowestPageMs} ms`)
  assert.equal(bench.incidents.filter(({ kind }) => kind === 'refused_ask').length, 21)
})
