// Bridge rule 7: forbidden keys in what is to be written.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attackByWriting } from './write-attack.ts'

test('rule: a body with __proto__, constructor or prototype in it is refused as a whole', async () => {
  const code = `const answers = []
    for (const key of ['__proto__', 'constructor', 'prototype'])
      answers.push(await ask('client.write:note', 'cli_a', 'p' + key, JSON.parse('{"body":"x","' + key + '":{"pinned":true}}')))
    return answers.join()`
  const what = { code, data: ['client.write:note:all'] }
  await attackByWriting('write-prototypes', what, async ({ report, bench }, { count }) => {
    assert.equal(report, 'E_INVALID,E_INVALID,E_INVALID')
    // Refused before the schema of the scope was asked, which has no word for such keys either.
    assert.deepEqual(bench.incidents, [])
    assert.equal(await count('client_notes'), 0)
    assert.equal(Reflect.get({}, 'pinned'), undefined)
  })
})
