import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type as TypeBox } from 'typebox'
import { Type } from '../../sdk/index.ts'

/** The same schemas by either of the two. */
function schemas(T: typeof Type): object[] {
  const closed = T.Object(
    { name: T.String({ minLength: 1 }), age: T.Optional(T.Integer({ minimum: 0 })) },
    { additionalProperties: false, description: 'A person' },
  )
  return [
    closed,
    T.Object({ note: T.Optional(T.Null()) }),
    T.Object({ inner: closed, again: T.Optional(closed) }),
    T.Partial(closed),
    T.Partial(closed, { description: 'Part of a person' }),
    T.Pick(closed, ['age']),
    T.Pick(T.Object({ a: T.String(), b: T.Null(), c: T.Boolean() }), ['c', 'a'], { description: 'Two' }),
    T.Optional(closed),
    T.Union([T.Literal('a'), T.Literal(1), T.Literal(true), T.Null()], { description: 'One of four' }),
    T.Array(T.Number({ maximum: 5 }), { uniqueItems: true }),
    T.Record(T.String(), T.Unknown(), { default: {} }),
    T.Record(T.String({ maxLength: 60 }), T.Boolean({ default: false })),
    T.Record(T.String({ pattern: '^[a-z]+$' }), T.String()),
    T.Enum(['a', 'b'], { default: 'a' }),
    T.Enum({ now: 'now', end: 'end' } as const),
    T.Ref('#/components/schemas/Person'),
    T.Unsafe<string>({ type: 'string', format: 'uri' }),
    T.Unknown(),
    T.Unknown({ description: 'Whatever' }),
  ]
}

test('each function writes what TypeBox writes, letter by letter', () => {
  const [ours, theirs] = [schemas(Type), schemas(TypeBox)].map((all) => all.map((one) => JSON.stringify(one)))
  assert.deepEqual(ours, theirs)
})

test('a field that is optional in one place stays required in another', () => {
  const name = Type.String()
  assert.deepEqual(Type.Object({ a: Type.Optional(name), b: name }), {
    type: 'object',
    required: ['b'],
    properties: { a: { type: 'string' }, b: { type: 'string' } },
  })
})
