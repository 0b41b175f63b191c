/** The fields of a body or a query. Paths are dotted: `limits.memory`. */
export type Fields = Record<string, unknown>

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Undefined when the path is absent; null stays null. */
export function valueAt(fields: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => {
    if (Array.isArray(value)) return (value as unknown[])[Number(name)]
    return isFields(value) && Object.hasOwn(value, name) ? value[name] : undefined
  }, fields)
}

export function textIn(fields: Fields, path: string): string | null {
  const value = valueAt(fields, path)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null
}

export function numberIn(fields: Fields, path: string): number | null {
  const text = textIn(fields, path)
  return text === null ? null : Number(text)
}

/** Undefined when absent, so that a default can stand in. */
export function flagIn(fields: Fields, path: string): boolean | undefined {
  const value = valueAt(fields, path)
  if (value === undefined || value === null) return undefined
  return value === true || value === 1 || value === '1'
}

export function fieldsIn(fields: Fields, path: string): Fields {
  const value = valueAt(fields, path)
  return isFields(value) ? value : {}
}

export function textsIn(fields: Fields, path: string): string[] {
  const value = valueAt(fields, path)
  return Array.isArray(value) ? value.map(String) : []
}

export function integersIn(fields: Fields, path: string): number[] {
  return textsIn(fields, path).map(Number)
}
