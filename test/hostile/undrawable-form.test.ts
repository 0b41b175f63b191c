// Bridge rule 7: a form that no page could draw is an answer that does not fit, and no page ends by it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { schemaFields, type FormSchema } from '../../core/render/index.ts'
import { attack } from './hostile.ts'

const FORMS: readonly [form: unknown, says: string][] = [
  [{ type: 'object', properties: { a: null } }, 'properties is not an object of objects'],
  [{ properties: [] }, 'properties is not an object of objects'],
  [{ properties: { a: { title: { toString: 1 } } } }, 'properties.a.title is not a text'],
  [{ properties: { a: { enum: 5 } } }, 'properties.a.enum is not a list of texts and numbers'],
  [{ properties: { a: { enum: [{}] } } }, 'properties.a.enum is not a list of texts and numbers'],
  [{ properties: { a: { enum: ['x'], enumNames: 'x' } } }, 'properties.a.enumNames is not a list of texts'],
  [{ properties: { a: { anyOf: [null] } } }, 'properties.a.anyOf is not a list of objects'],
  [{ properties: { a: {} }, required: 7 }, 'required is not a list of texts'],
  [
    { properties: { a: { type: 'array', items: { properties: { b: 1 } } } } },
    'properties.a.items.properties is not an object of objects',
  ],
  [
    { properties: { a: { type: 'object', additionalProperties: { type: 9 } } } },
    'properties.a.additionalProperties.type is not a text',
  ],
]

test('rule: a form of odd parts is refused, and one that is bare is drawn as nothing', async () => {
  const bare = [{}, { type: 'object' }]
  const source = `const forms = ${JSON.stringify([...FORMS.map(([form]) => form), ...bare])}
    export default {
      gateway: () => ({ async test_connection() { return { ok: true, steps: [] } } }),
      notification_channel: ({ settings }) => ({ target_form: async () => ({ form: forms[settings.place] }) }) }`
  const manifest = { kinds: { gateway: ['test_connection'], notification_channel: ['target_form'] } }
  await attack('undrawable-form', { source, manifest }, async ({ bench, instance }) => {
    const ask = (place: number) =>
      bench.plugins.call(
        { ...instance, id: `plg_${place}`, settings: { place } },
        ...(['notification_channel', 'target_form'] as const),
        { input: { locale: 'en' }, deadlineMs: 5_000 },
      )
    for (const [place, [form, says]] of FORMS.entries()) {
      const error = await ask(place).catch((one: Error) => one)
      assert.match(String(error), /its answer does not fit: form: is no form: /, JSON.stringify(form))
      assert.ok(String(error).includes(says), String(error))
    }
    for (const n of bare.keys()) {
      const { form } = (await ask(FORMS.length + n)) as { form: FormSchema }
      assert.deepEqual(schemaFields({ schema: form }), [])
    }
  })
})
