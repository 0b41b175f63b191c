import { refuse } from '../refusals.ts'

/** A decoded form: text, or fields by name. Lists are fields named 0, 1, 2 … */
export type Raw = string | RawFields
export interface RawFields {
  [name: string]: Raw
}

/** Decodes `a[b][0]=c&d=e` into nested fields. `a[]=x` takes the next free number. */
export function decodeForm(text: string): RawFields {
  const root = emptyFields()
  for (const part of text.split('&')) {
    if (part === '') continue
    const at = part.indexOf('=')
    const name = decodePart(at < 0 ? part : part.slice(0, at), part)
    const value = at < 0 ? '' : decodePart(part.slice(at + 1), part)
    place(root, splitName(name), value)
  }
  return root
}

/** Fields without a prototype, so that a field called `__proto__` is only a field. */
export function emptyFields(): RawFields {
  return Object.create(null) as RawFields
}

function decodePart(text: string, part: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw refuse('form_malformed', { part })
  }
}

function splitName(name: string): string[] {
  const match = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name)
  if (!match) throw refuse('form_malformed', { part: name })
  const inner = [...(match[2] ?? '').matchAll(/\[([^[\]]*)\]/g)].map((found) => found[1] ?? '')
  return [match[1] ?? '', ...inner]
}

function place(root: RawFields, path: string[], value: string): void {
  let fields = root
  path.forEach((step, index) => {
    const key = step === '' ? String(Object.keys(fields).length) : step
    if (index === path.length - 1) {
      if (typeof fields[key] === 'object') throw refuse('form_malformed', { part: path.join('.') })
      fields[key] = value
      return
    }
    const inner = (fields[key] ??= emptyFields())
    if (typeof inner === 'string') throw refuse('form_malformed', { part: path.join('.') })
    fields = inner
  })
}
