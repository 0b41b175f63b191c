// Bridge rule 7: what a plugin asks is parsed as carefully as what it answers.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reporting } from '../plugins/support/setup.ts'
import { attack } from './hostile.ts'

test('rule: a stored value is neither deeper than 32 levels nor named after a prototype', async () => {
  const source = reporting(`const { storage } = context
    const attempt = (act) => act().then((done) => JSON.stringify(done), (error) => error.code + ' ' + error.message)
    let deep = 1
    for (let i = 0; i < 40; i++) deep = [deep]
    return await attempt(() => storage.set('a', deep)) + ' ' + await attempt(() => storage.set('a', JSON.parse('{"__proto__":1}')))`)
  const manifest = { permissions: { storage: { bytes: 1_000 } } }
  await attack('storage-deep-value', { source, manifest }, ({ report }) =>
    assert.equal(
      report,
      'E_INVALID The question is refused: it is nested deeper than 32 levels. E_INVALID The question is refused: it uses the key "__proto__".',
    ),
  )
})
