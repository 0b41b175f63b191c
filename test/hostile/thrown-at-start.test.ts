// Bridge rule 6: the host process reads only an own text of what is thrown while a plugin starts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: a getter on what is thrown at the top level is never run by the host process', async () => {
  const source = `throw { get message() { for (;;); }, get name() { for (;;); } }`
  await attack('thrown-at-start', { source }, ({ failure, message, tookMs }) => {
    assert.equal(failure, 'E_PLUGIN')
    assert.match(message ?? '', /it did not start: /)
    assert.ok(tookMs < 4_000, `took ${tookMs} ms`)
  })
})
