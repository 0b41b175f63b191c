// Permissions, data: an instance of one brand writes nothing of another.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attackByWriting } from './write-attack.ts'

test('rule: a client of another brand is unknown to who would write', async () => {
  const code = `return [await ask('client.write:note', 'cli_b', 'b', { body: 'x' }), await ask('client.write:note', 'cli_a', 'a', { body: 'x' })].join()`
  const what = { code, data: ['client.write:note:all'], brandId: 'brd_a' }
  await attackByWriting('write-other-brand', what, async ({ report }, { count }) => {
    assert.equal(report, 'E_INVALID,done')
    assert.equal(await count('client_notes'), 1)
  })
})
