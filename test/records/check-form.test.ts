import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { checkForm } from '../../core/records/index.ts'

/** As it comes from a plugin: anew each time. */
const form = (more: object = {}) => ({
  type: 'object',
  required: ['room'],
  additionalProperties: false,
  properties: {
    room: { type: 'string', pattern: '^[a-z]+$' },
    code: { type: 'string', pattern: '^\\d$' },
    times: { type: 'integer', maximum: 5 },
    loud: { type: 'boolean', default: false },
  },
  ...more,
})

const refusal = (schema: object, input: unknown): string => {
  try {
    checkForm(schema, input)
  } catch (error) {
    return (error as Error).message
  }
  return 'taken'
}

describe('a form of a plugin', () => {
  test('values are brought into its types, and what does not fit is told by field', () => {
    assert.deepEqual(checkForm(form(), { room: 'ops', times: '3' }), { room: 'ops', times: 3, loud: false })
    assert.equal(refusal(form(), { room: 'ops', times: '6' }), 'times: must be <= 5')
    assert.equal(refusal(form(), { room: 'OPS', code: 'a' }).includes('room: must match pattern'), true)
    assert.match(refusal(form(), { room: 'ops', code: 'a' }), /^code: must match pattern/)
    assert.equal(refusal(form(), { times: 1 }), 'room: is missing')
  })

  test('two forms of the same id are two forms', () => {
    const one = { $id: 'form', type: 'object', properties: { a: { type: 'string', maxLength: 1 } } }
    const other = { $id: 'form', type: 'object', properties: { a: { type: 'string', maxLength: 2 } } }
    assert.equal(refusal(one, { a: 'xx' }), 'a: may have at most 1 characters')
    assert.deepEqual(checkForm(other, { a: 'xx' }), { a: 'xx' })
  })

  test('what is no schema, and what is too large to compile, is refused', () => {
    assert.equal(refusal({ type: 'nonsense' }, {}), 'form: is not a JSON Schema')
    const many = Array.from({ length: 400 }, (_, n) => [`f${n}`, { type: 'string' }])
    assert.equal(refusal({ type: 'object', properties: Object.fromEntries(many) }, {}), 'form: is too large')
  })

  test('a long list of names is compared in no time, and one that stands twice is told', () => {
    const names = { type: 'object', properties: { names: { type: 'array', uniqueItems: true } } }
    const many = Array.from({ length: 50_000 }, (_, n) => `name ${n}`)
    const from = performance.now()
    assert.equal((checkForm(names, { names: many })['names'] as string[]).length, 50_000)
    assert.match(refusal(names, { names: [...many, 'name 7'] }), /^names: /)
    assert.ok(performance.now() - from < 2_000)
  })

  test('the same form is compiled once', (t) => {
    const compile = t.mock.method(Ajv2020.prototype, 'compile')
    const titled = (title: string) => ({ type: 'object', title, properties: { room: { type: 'string' } } })
    for (const title of ['Once', 'Once', 'Twice', 'Once', 'Twice']) checkForm(titled(title), { room: 'ops' })
    assert.equal(compile.mock.callCount(), 2)
  })

  test('hundreds of forms of plugins that came and went leave little behind', () => {
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc') as () => void
    const heapMb = () => (gc(), process.memoryUsage().heapUsed / 1024 / 1024)
    const check = (from: number) => {
      for (let n = from; n < from + 300; n++) checkForm(form({ title: `Form ${n}` }), { room: 'ops' })
    }
    check(0)
    const before = heapMb()
    check(300)
    const grown = heapMb() - before
    assert.ok(grown < 5, `${grown.toFixed(1)} MB`)
  })
})
