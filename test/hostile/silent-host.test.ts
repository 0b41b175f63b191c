// When it fails, 4: a host process that is silent for six seconds is killed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rogueHost } from './rogue-host.ts'

test('rule: a host process that hangs is killed after six seconds', async () => {
  const { lost, heard } = await rogueHost(`for (;;);`)
  assert.equal(lost, 'it was silent for 6 s')
  assert.deepEqual(heard, [])
})
