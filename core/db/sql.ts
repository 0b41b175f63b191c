/** A statement and its values. Built only by the `sql` tag, so that no value ever becomes statement text. */
export class Sql {
  readonly text: string
  readonly values: readonly SqlValue[]

  constructor(text: string, values: readonly SqlValue[]) {
    this.text = text
    this.values = values
  }
}

export type SqlValue = string | number | bigint | null

const NOTHING: readonly SqlValue[] = []
const plainTexts = new WeakMap<TemplateStringsArray, string>()

/**
 * sql`select * from invoices where id = ${id}`: values become parameters, nested Sql becomes text.
 * Parameters are written "?"; the PostgreSQL driver numbers them.
 */
export function sql(strings: TemplateStringsArray, ...parts: readonly (SqlValue | Sql)[]): Sql {
  if (!parts.some((part) => part instanceof Sql)) {
    let text = plainTexts.get(strings)
    if (text === undefined) plainTexts.set(strings, (text = strings.join('?')))
    return new Sql(text, parts as readonly SqlValue[])
  }
  const values: SqlValue[] = []
  const nested: string[] = []
  for (const part of parts) {
    if (part instanceof Sql) {
      values.push(...part.values)
      nested.push(part.text)
    } else {
      values.push(part)
      nested.push('?')
    }
  }
  return new Sql(nestedText(strings, nested), values)
}

/** A statement is put together from the same pieces nearly always: its text, once made, is found again. */
function nestedText(strings: TemplateStringsArray, nested: readonly string[]): string {
  const last = nestedTexts.get(strings)
  if (last && nested.every((text, i) => text === last.nested[i])) return last.text
  const text = strings.reduce((before, string, i) => before + nested[i - 1]! + string)
  nestedTexts.set(strings, { nested, text })
  return text
}

const nestedTexts = new WeakMap<TemplateStringsArray, { nested: readonly string[]; text: string }>()

/** A name of a table or column. Refuses everything but snake_case, so that it can never carry a statement. */
export function name(identifier: string): Sql {
  let known = names.get(identifier)
  if (known) return known
  if (!/^[a-z_][a-z0-9_.]*$/.test(identifier))
    throw new TypeError(`"${identifier}" is not a name of a table or column.`)
  known = new Sql(identifier, NOTHING)
  if (names.size < NAMES_MAX) names.set(identifier, known)
  return known
}

/** Names come from our own code, so there are some hundreds of them. */
const names = new Map<string, Sql>()
const NAMES_MAX = 5_000

/** Joins fragments: `and`, commas, unions. */
export function join(parts: readonly Sql[], separator: string): Sql {
  if (parts.length === 1) return parts[0]!
  return new Sql(
    parts.map((part) => part.text).join(separator),
    parts.flatMap((part) => part.values),
  )
}

/** "a = ?, b = ?" of a `set`: columns, and what they become. */
export function assigned(row: Readonly<Record<string, SqlValue>>): Sql {
  const columns = Object.keys(row).map((column) => `${name(column).text} = ?`)
  return new Sql(columns.join(', '), Object.values(row))
}

/** Values for `in (…)`. An empty list becomes a null, which nothing equals. */
export function list(values: readonly SqlValue[]): Sql {
  if (values.length === 0) return new Sql('null', NOTHING)
  return new Sql(values.map(() => '?').join(', '), values)
}

/** All conditions, or "true" when there is none. */
export function all(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? new Sql('1 = 1', NOTHING) : join(conditions, ' and ')
}

/** Makes a read wait for, and hold off, others who change the row. SQLite has one writer, so nothing is needed there. */
export function forUpdate(dialect: 'sqlite' | 'postgres'): Sql {
  return new Sql(dialect === 'postgres' ? 'for update' : '', NOTHING)
}
