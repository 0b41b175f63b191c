// Limits: memory of a host process is watched from outside of it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rogueHost } from './rogue-host.ts'

test('rule: a host process that takes more memory than its isolates may is killed', async () => {
  const { lost, heard } = await rogueHost(
    `const held = []; frame({ t: 'ready' }); setInterval(() => { frame({ t: 'pong' }); held.push(Buffer.alloc(64_000_000, 1)) }, 50)`,
  )
  assert.equal(lost, 'it used too much memory')
  assert.deepEqual(heard, [])
})
