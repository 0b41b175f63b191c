// Rule 4: who is asked a question answers it. Checks, shapes and pages that are drawn write nothing.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attackByWriting } from './write-attack.ts'

test('rule: a call for which a page waits writes nothing, however often it is drawn', async () => {
  const code = `return ask('client.write:note', 'cli_a', 'n', { body: 'x' })`
  const what = { code, data: ['client.write:note:all'] }
  await attackByWriting('write-while-answering', what, async ({ report, bench, instance }, { count }) => {
    assert.equal(report, 'done')
    const drawn = bench.plugins.call(instance, 'gateway', 'test_connection', { input: {}, deadline: 'page' })
    assert.match(JSON.stringify(await drawn), /"detail":"E_DENIED"/)
    assert.equal(await count('client_notes'), 1)
  })
})
