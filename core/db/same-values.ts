import type { Row } from './db.ts'
import type { SqlValue } from './sql.ts'

export interface Columns {
  /** Columns with one value in all rows: bound once. */
  same: Record<string, SqlValue>
  /** The others, bound for each row. */
  own: string[]
}

/**
 * Rows written together have most of their columns in common: their value need not be handed over with every row. The
 * first column always is.
 */
export function sameValues(rows: readonly Row[], columns: readonly string[]): Columns {
  const same: Record<string, SqlValue> = {}
  const own: string[] = []
  for (const column of columns) {
    const first = rows[0]![column] ?? null
    if (column !== columns[0] && rows.every((row) => (row[column] ?? null) === first)) same[column] = first
    else own.push(column)
  }
  return { same, own }
}
