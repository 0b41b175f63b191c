// The three rooms, pipe: a frame of unknown shape ends the host process.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rogueHost } from './rogue-host.ts'

test('rule: a frame with a key too many ends the process, though the rest of it is right', async () => {
  const { lost, heard } = await rogueHost(
    `frame({ t: 'done', isolate: 1, call: 1, ok: true, plugin: 'another' }, '{}'); setInterval(() => 0, 1_000)`,
  )
  assert.equal(lost, 'it sent a frame of unknown shape')
  assert.deepEqual(heard, [])
})
