// Isolate life: after the answer nothing may be asked.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { report } from '../plugins/support/setup.ts'
import { attack } from './hostile.ts'

test('rule: a question behind the answer is refused with E_NO_CALL', async () => {
  const code = `
    const before = globalThis.late ?? 'first'
    const later = (n) => n === 0 ? fetch('https://api.example.com/').catch((e) => { globalThis.late = e.code }) : Promise.resolve(n - 1).then(later)
    void later(100)
    return before`
  const manifest = { permissions: { network: [{ host: 'api.example.com' }] }, limits: { isolates: 1 } }
  await attack('asks-after-answer', { code, manifest }, async ({ report: first, bench, instance }) => {
    assert.equal(first, 'first')
    assert.equal(await report(bench, instance), 'E_NO_CALL')
  })
})
