// Isolate life: when the call is done, nothing of it is written any more.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { attackByWriting } from './write-attack.ts'

const LOOK_MS = 300

/** Core looks for the record for so long that the call is over meanwhile. */
const slowly = async (id: string) => {
  await pause(LOOK_MS)
  return { noun: 'client', clientId: id, brandId: 'brd_a' }
}

test('rule: a request that is under way when its call ends is not begun', async () => {
  const code = `void ask('client.write:note', 'cli_a', 'late', { body: 'x' }); return 'gone'`
  const what = { code, data: ['client.write:note:all'], means: { findRecord: slowly } }
  await attackByWriting('write-after-call', what, async ({ report }, { count }) => {
    assert.equal(report, 'gone')
    await pause(2 * LOOK_MS)
    assert.equal(await count('client_notes'), 0)
    assert.equal(await count('plugin_requests'), 0)
  })
})
