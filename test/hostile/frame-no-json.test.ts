// The three rooms, pipe: what is not JSON ends the host process.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rogueHost } from './rogue-host.ts'

test('rule: a frame that is not JSON ends the process', async () => {
  const { lost, heard } = await rogueHost(`frame('{"t":'); setInterval(() => 0, 1_000)`)
  assert.equal(lost, 'a frame that is not JSON')
  assert.deepEqual(heard, [])
})
