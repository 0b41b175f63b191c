type Schema = Record<string, unknown>

/** `least`: required fields only, the first branch. `most`: every field, the last branch, odd letters. */
export type Size = 'least' | 'most'

/** A value that fits the schema, made from it alone: the same schema always gives the same value. */
export function sampleOf(schema: object, size: Size): unknown {
  const part = schema as Schema
  if ('const' in part) return part['const']
  if (Array.isArray(part['enum'])) return pick(part['enum'], size)
  if (Array.isArray(part['anyOf'])) return sampleOf(pick(part['anyOf'] as Schema[], size), size)
  switch (part['type']) {
    case 'string':
      return textOf(part, size)
    case 'integer':
    case 'number':
      return numberOf(part, size)
    case 'boolean':
      return size === 'most'
    case 'null':
      return null
    case 'array':
      return listOf(part, size)
    case 'object':
      return objectOf(part, size)
    default:
      return size === 'least' ? null : 'ä'
  }
}

function pick<T>(values: readonly T[], size: Size): T {
  const found = size === 'least' ? values[0] : values.at(-1)
  if (found === undefined) throw new TypeError('A schema offers nothing to choose from.')
  return found
}

/** Texts among which one fits each pattern that the SDK uses; a new pattern needs an entry here. */
const CANDIDATES = [
  ...['1234', 'EUR', 'DE', '2026-11-26', '2027-09', 'name', 'example.com', 'ns1.example.com', '1m'],
  ...['https://shop.example.com/', '+49.30123456', 'ab'.repeat(32), '1.5', '@', 'hash/key.pdf'],
]

const FORMATS: Record<string, string> = {
  uri: 'https://shop.example.com/back',
  email: 'ann@client.example.com',
  date: '2026-11-26',
  'date-time': '2026-11-26T09:30:00.000Z',
}

function textOf(part: Schema, size: Size): string {
  if (typeof part['format'] === 'string') return FORMATS[part['format']] ?? 'text'
  if (typeof part['pattern'] === 'string') {
    const pattern = new RegExp(part['pattern'])
    const found = CANDIDATES.find((text) => pattern.test(text))
    if (found === undefined) throw new TypeError(`No sample fits the pattern ${part['pattern']}.`)
    return found
  }
  const least = Number(part['minLength'] ?? 0)
  if (size === 'least') return 'a'.repeat(Math.max(least, 1))
  return 'Ünïcødé "quote" <b> 😀'.padEnd(least + 1, 'x').slice(0, Number(part['maxLength'] ?? 200))
}

function numberOf(part: Schema, size: Size): number {
  const least = Number(part['minimum'] ?? 0)
  return size === 'least' ? least : Number(part['maximum'] ?? least + 1_000)
}

function listOf(part: Schema, size: Size): unknown[] {
  const least = Number(part['minItems'] ?? 0)
  const count = size === 'least' ? least : Math.min(Math.max(least, 2), Number(part['maxItems'] ?? 2))
  return Array.from({ length: count }, () => sampleOf(part['items'] as Schema, size))
}

function objectOf(part: Schema, size: Size): Record<string, unknown> {
  const required = (part['required'] ?? []) as string[]
  const fields = Object.entries((part['properties'] ?? {}) as Record<string, Schema>)
  return Object.fromEntries(
    fields
      .filter(([key]) => size === 'most' || required.includes(key))
      .map(([key, field]) => [key, sampleOf(field, size)]),
  )
}
