// Bridge rules 4 and 6: whatever a plugin exports or answers, it is read inside, within its time, and checked outside.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

const ODD: Record<string, [source: string, failure: string | undefined, says: RegExp]> = {
  'a proxy that loops as the export': [
    'export default new Proxy({}, { get: () => { for (;;); } })',
    'E_TIMEOUT',
    /one run of 500 ms/,
  ],
  'a getter that loops': ['export default { get gateway() { for (;;); } }', 'E_TIMEOUT', /one run of 500 ms/],
  'a promise of operations': [
    'export default { gateway: () => Promise.resolve({}) }',
    'E_PLUGIN',
    /gateway has no "test_connection"/,
  ],
  'a proxy that has every operation': [
    `export default { gateway: () => new Proxy({}, { get: (_, name) => () =>
      ({ ok: true, steps: [{ name, ok: true, detail: typeof name }] }) }) }`,
    undefined,
    /^string$/,
  ],
  'an endless async iterator as the answer': [
    'export default { gateway: () => ({ async *test_connection() { for (;;) yield 1 } }) }',
    'E_INVALID_RESULT',
    /must have required property 'ok'/,
  ],
  'an answer that replaces itself and then loops': [
    `export default { gateway: () => ({ test_connection: () => ({ toJSON() {
      Object.prototype.toJSON = () => { for (;;); }
      return { ok: true, steps: [] } } }) }) }`,
    'E_TIMEOUT',
    /one run of 500 ms/,
  ],
}

for (const [what, [source, failure, says]] of Object.entries(ODD))
  test(`rule: ${what} ends in an answer or a named failure`, async () => {
    await attack('odd-exports', { source }, (outcome) => {
      assert.equal(outcome.failure, failure)
      assert.match(outcome.report ?? outcome.message ?? '', says)
    })
  })
