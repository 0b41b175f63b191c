// Limits: what a plugin's schema refers to may double at each step; its check has 500 ms, then the form alone fails.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkForm } from '../../core/records/index.ts'
import { attack } from './hostile.ts'

const source = `
  const steps = Object.fromEntries(Array.from({ length: 30 }, (_, i) =>
    ['d' + i, { allOf: [{ $ref: '#/$defs/d' + (i + 1) }, { $ref: '#/$defs/d' + (i + 1) }] }]))
  const doubling = { type: 'object', $defs: { ...steps, d30: { type: 'string' } },
    properties: { room: { $ref: '#/$defs/d0' } } }
  const circle = { type: 'object', $defs: { a: { allOf: [{ $ref: '#/$defs/a' }] } },
    properties: { room: { $ref: '#/$defs/a' } } }
  export default {
    gateway: () => ({ async test_connection() { return { ok: true, steps: [] } } }),
    notification_channel: () => ({
      async target_form({ locale }) { return { form: locale === 'en' ? doubling : circle } } }) }`
const manifest = { kinds: { gateway: ['test_connection'], notification_channel: ['target_form'] } }

test('rule: references that double or go in a circle cost their form, not core', async () => {
  await attack('reference-bomb-in-form', { source, manifest }, async ({ bench, instance }) => {
    const formOf = async (locale: string): Promise<object> => {
      const asked = { input: { locale }, deadlineMs: 5_000 }
      const answer = await bench.plugins.call(instance, 'notification_channel', 'target_form', asked)
      return (answer as { form: object }).form
    }
    const startedAt = performance.now()
    for (const [locale, message] of [
      ['en', /takes too long to check/],
      ['de', /goes in a circle/],
    ] as const) {
      const form = await formOf(locale)
      assert.throws(() => checkForm(form, { room: 'aaa' }), { code: 'input.invalid', message })
    }
    assert.ok(performance.now() - startedAt < 4_000)
  })
})
