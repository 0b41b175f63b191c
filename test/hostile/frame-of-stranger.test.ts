// The three rooms, wards: a host process speaks only for the isolates dealt to it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rogueHost } from './rogue-host.ts'

test('rule: what it says for an isolate of another host process is not heard', async () => {
  const { lost, heard } = await rogueHost(
    `frame({ t: 'done', isolate: 99, call: 1, ok: true }, 'stolen'); frame({ t: 'done', isolate: 2, call: 1, ok: true }, 'own'); setTimeout(() => process.exit(), 300)`,
  )
  assert.equal(lost, 'it ended by itself')
  assert.deepEqual(
    heard.map(({ isolate, body }) => [isolate, body]),
    [[2, 'own']],
  )
})
