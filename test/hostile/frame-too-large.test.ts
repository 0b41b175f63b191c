// The three rooms, pipe: a frame has 1.5 MiB.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rogueHost } from './rogue-host.ts'

test('rule: a host process that announces more than 1.5 MiB is killed before it is heard out', async () => {
  const { lost, heard } = await rogueHost(
    `const size = Buffer.alloc(4); size.writeUInt32BE(4_000_000_000); raw(size); setInterval(() => raw(Buffer.alloc(65_536)), 1)`,
  )
  assert.equal(lost, 'a frame of 4000000000 bytes; 1572864 is the most')
  assert.deepEqual(heard, [])
})
