// Limits: a message has 1 MiB, whoever sends it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { takenOver } from './rogue-host.ts'

const MIB = 1_048_576

/** A refusal of so many bytes, and before it a question of so many. */
const says = (question: number, answer: number) => `
  frame({ t: 'ask', isolate: head.isolate, call: head.call, ask: 1, op: 'storage_set' }, 'x'.repeat(${question}))
  const told = (message) => JSON.stringify({ code: 'plugin', message })
  frame({ t: 'done', isolate: head.isolate, call: head.call, ok: false }, told('y'.repeat(${answer} - told('').length)))`

test('rule: a host process that sends a question or an answer of more than 1 MiB is ended', async () => {
  const edge = await takenOver(says(MIB, MIB))
  assert.deepEqual([edge.failure, edge.losses], ['plugin.failed', []])
  for (const beyond of [says(MIB + 1, 100), says(100, MIB + 1)]) {
    const { failure, losses } = await takenOver(beyond)
    assert.deepEqual([failure, losses[0]], ['plugin.host_lost', 'bytes'])
  }
})
