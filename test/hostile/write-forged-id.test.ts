// Permissions, data: reach "current" writes to the record of the call and its client; a forged id is unknown.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attackByWriting } from './write-attack.ts'

test('rule: ids that are out of reach, of another noun or made up are all unknown', async () => {
  const code = `const answers = []
    for (const id of ['cli_a', 'cli_b', 'prd_small', 'cli_none', "cli_a' or '1'='1", '../cli_a'])
      answers.push(await ask('client.write:note', id, 'n' + answers.length, { body: 'x' }))
    return answers.join()`
  const what = { code, data: ['client.write:note:current'] }
  await attackByWriting('write-forged-id', what, async ({ report }, { count }) => {
    assert.equal(report, Array(6).fill('E_INVALID').join())
    assert.equal(await count('client_notes'), 0)
  })
})
