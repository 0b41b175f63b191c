import type { FormSchema } from '../../render/index.ts'
import type { FormBody } from '../context.ts'
import { textOf } from './desk.ts'

/**
 * Fields of a form that a schema drew, as the schema wants them: ticks become booleans, empty fields are left out, and
 * secrets stand apart; an empty secret stays as it is.
 */
export function schemaValues(
  schema: object,
  secretNames: readonly string[],
  group: FormBody[string] | undefined,
): { settings: Record<string, unknown>; secrets: Record<string, string> } {
  const form = group && typeof group === 'object' && !Array.isArray(group) ? group : ({} as FormBody)
  const { properties = {} } = schema as Partial<FormSchema>
  const settings: Record<string, unknown> = {}
  const secrets: Record<string, string> = {}
  for (const [name, field] of Object.entries(properties)) {
    const text = textOf(form, name)
    if (secretNames.includes(name)) {
      if (text !== '') secrets[name] = text
    } else if (field.type === 'boolean') settings[name] = text !== ''
    else if (text !== '') settings[name] = text
  }
  return { settings, secrets }
}
