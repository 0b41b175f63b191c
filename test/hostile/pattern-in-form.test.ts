// Limits: a pattern of a plugin's form runs in core, so it has 500 ms and then fails the check alone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkForm } from '../../core/records/index.ts'
import { attack } from './hostile.ts'

test('rule: a pattern that backtracks without end costs its form, not core', async () => {
  const source = `export default {
    gateway: () => ({ async test_connection() { return { ok: true, steps: [] } } }),
    notification_channel: () => ({ async target_form() {
      return { form: { type: 'object', properties: { room: { type: 'string', pattern: '^(a+)+$' } } } } } }) }`
  const manifest = { kinds: { gateway: ['test_connection'], notification_channel: ['target_form'] } }
  await attack('pattern-in-form', { source, manifest }, async ({ bench, instance }) => {
    const asked = { input: { locale: 'en' }, deadlineMs: 5_000 }
    const answer = await bench.plugins.call(instance, 'notification_channel', 'target_form', asked)
    const { form } = answer as { form: object }
    assert.deepEqual(checkForm(form, { room: 'aaa' }), { room: 'aaa' })
    const startedAt = performance.now()
    assert.throws(() => checkForm(form, { room: `${'a'.repeat(32)}!` }), {
      code: 'input.invalid',
      message: /takes too long to check/,
    })
    assert.ok(performance.now() - startedAt < 2_000)
  })
})
