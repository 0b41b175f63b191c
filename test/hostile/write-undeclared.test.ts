// Permissions, data: what is not declared is not written, and what may be read may not be written by that.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attackByWriting } from './write-attack.ts'

test('rule: another scope to write than the declared one is refused, and counts as a fault', async () => {
  const data = ['client.read:contact:all', 'service.write:label:all']
  const code = `return ask('client.write:note', 'cli_a', 'n', { body: 'Mine' })`
  await attackByWriting('write-undeclared', { code, data }, async ({ report, bench }, { count }) => {
    assert.equal(report, 'E_DENIED')
    assert.ok(bench.incidents.some(({ kind }) => kind === 'refused_ask'))
    assert.equal(await count('client_notes'), 0)
  })
})
