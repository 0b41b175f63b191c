import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { Type } from '../../sdk/index.ts'
import { reasonText } from '../../core/http/page/reasons.ts'
import { createMessages } from '../../core/i18n/index.ts'
import { checkInput } from '../../core/records/index.ts'

const messages = createMessages({ folder: join(import.meta.dirname, '../../locales'), strict: true })

/** What a form says of a value, in both languages. */
function saidOf(schema: Parameters<typeof checkInput>[0], value: unknown): string[] {
  try {
    checkInput(Type.Object({ field: schema }), { field: value })
  } catch (error) {
    const { field } = (error as { fields: Record<string, string> }).fields
    return ['en', 'de'].map((locale) => reasonText(messages.translator(locale), field!))
  }
  throw new Error('The value fits.')
}

describe('what forms say of what does not fit', () => {
  const cases: [string, Parameters<typeof checkInput>[0], unknown, string, string][] = [
    ['a day', Type.String({ format: 'date' }), 'soon', 'Must be a day.', 'Muss ein Tag sein.'],
    [
      'a form',
      Type.String({ pattern: '^[A-Z]{2}$' }),
      'x',
      'Does not have the form that is wanted here.',
      'Hat nicht die erwartete Form.',
    ],
    ['a least', Type.Integer({ minimum: 2 }), 1, 'Must be at least 2.', 'Muss mindestens 2 sein.'],
    [
      'a most',
      Type.Integer({ maximum: 36_000 }),
      40_000,
      'May be at most 36,000.',
      'Darf höchstens 36.000 sein.',
    ],
    [
      'too few',
      Type.Array(Type.String(), { minItems: 1 }),
      [],
      'Needs at least one entry.',
      'Braucht mindestens einen Eintrag.',
    ],
    [
      'too many',
      Type.Array(Type.String(), { maxItems: 4 }),
      ['a', 'b', 'c', 'd', 'e'],
      'May have at most 4 entries.',
      'Darf höchstens 4 Einträge haben.',
    ],
    [
      'one twice',
      Type.Array(Type.String(), { uniqueItems: true }),
      ['a', 'a'],
      'Names something twice.',
      'Nennt etwas zweimal.',
    ],
  ]
  for (const [name, schema, value, english, german] of cases)
    it(name, () => assert.deepEqual(saidOf(schema, value), [english, german]))
})
