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
  let text = strings[0]!
  const values: SqlValue[] = []
  parts.forEach((part, i) => {
    if (part instanceof Sql) {
      text += part.text
      values.push(...part.values)
    } else {
      text += '?'
      values.push(part)
    }
    text += strings[i + 1]!
  })
  return new Sql(text, values)
}

/** A name of a table or column. Refuses everything but snake_case, so that it can never carry a statement. */
export function name(identifier: string): Sql {
  if (!/^[a-z_][a-z0-9_.]*$/.test(identifier))
    throw new TypeError(`"${identifier}" is not a name of a table or column.`)
  return new Sql(identifier, NOTHING)
}

/** Joins fragments: `and`, commas, unions. */
export function join(parts: readonly Sql[], separator: string): Sql {
  return new Sql(
    parts.map((part) => part.text).join(separator),
    parts.flatMap((part) => part.values),
  )
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
