import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Type } from '../../sdk/index.ts'
import { checkInput } from '../../core/records/index.ts'

const Note = Type.Object({
  text: Type.String(),
  lines: Type.Array(Type.Object({ name: Type.String() })),
  file: Type.Optional(Type.Unsafe<Uint8Array>({})),
})

describe('the input of a verb', () => {
  test('has no character that one of the two databases does not keep, however deep', () => {
    const note = { text: 'Line one\r\n\tline two', lines: [{ name: 'a' }], file: new Uint8Array([0, 1]) }
    assert.deepEqual(checkInput(Note, note), note)
    const refused = (input: object) => {
      let fields: unknown
      assert.throws(
        () => checkInput(Note, input),
        (error: { code: string; fields: object }) => {
          fields = error.fields
          return error.code === 'input.invalid'
        },
      )
      return fields
    }
    assert.deepEqual(refused({ ...note, text: 'a\0b' }), { text: 'has the character U+0000' })
    assert.deepEqual(refused({ ...note, lines: [{ name: 'a' }, { name: '\0' }] }), {
      'lines.1.name': 'has the character U+0000',
    })
  })
})
