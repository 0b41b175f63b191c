import type { Condition } from '../product.ts'
import type { Reading } from './read-prices.ts'
import type { Entry, FileReader } from './reader.ts'
import { flag, KEY, NAME, optionalText, requiredText, texts, whole } from './values.ts'

/** A condition of the file and where it stands. */
export type FileCondition = Condition & { entry: Entry }

/** Undefined: the file does not say. */
export function readConditions({ reader }: Reading, entry: Entry | undefined): FileCondition[] | undefined {
  return reader.list(entry)?.flatMap((item) => readCondition(reader, item) ?? [])
}

const TEXT = { ...NAME, expected: 'the key of a value, or a number', max: 60 }

function readCondition(reader: FileReader, entry: Entry): FileCondition | undefined {
  const fields = reader.map(entry, ['option', 'is', 'one_of', 'at_least', 'set'])
  if (!fields) return undefined
  const get = (key: string) => fields.get(key)
  const option = requiredText(reader, { parent: entry, fields, key: 'option' }, KEY)
  const is = optionalText(reader, get('is'), TEXT)
  const oneOf = texts(reader, get('one_of'), TEXT)
  const atLeast = whole(reader, get('at_least'), 1)
  const set = flag(reader, get('set'))
  if (set === false) reader.refuse(get('set')!, 'can only be true', 'set: true, or no condition')
  return {
    ...{ entry, option },
    ...(is === undefined || is === null ? {} : { is }),
    ...(oneOf === undefined ? {} : { one_of: oneOf }),
    ...(atLeast === undefined || atLeast === null ? {} : { at_least: atLeast }),
    ...(set ? { set } : {}),
  }
}
