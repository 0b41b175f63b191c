import Database from 'better-sqlite3'
import type { Row, SqlValue } from '../../../core/db/index.ts'

interface Column {
  name: string
  type: string
  notnull: number
  dflt_value: string | null
}

/** Enters a row of which only the columns that matter are given. */
export type Plant = (table: string, given: Row) => void

const ON = '2026-01-15'
const AT = `${ON}T00:00:00.000Z`

/** What a column that must be filled is filled with when a test does not care; its name says what it holds. */
function filler({ name: column, type }: Column): SqlValue {
  if (column === 'version') return 1
  if (column === 'currency') return 'EUR'
  if (column.endsWith('_at')) return AT
  if (column.endsWith('_on')) return ON
  if (column === 'zone') return 'UTC'
  if (column === 'locale') return 'en'
  return type.toLowerCase() === 'text' ? '{}' : 0
}

/** Plants rows of a SQLite file through a connection of its own, in which they need not hang together. */
export function planter(url: string): { plant: Plant; close(): void } {
  const file = new Database(url.slice('sqlite:'.length))
  file.pragma('foreign_keys = off')
  file.pragma('ignore_check_constraints = on')
  return {
    plant(table, given) {
      const columns = file.pragma(`table_info(${table})`) as Column[]
      const needed = columns.filter((one) => one.notnull === 1 && one.dflt_value === null)
      const known = new Set(columns.map((one) => one.name))
      const scope = Object.entries({ brand_id: 'brd_a', client_id: 'cli_a' }).filter(([key]) =>
        known.has(key),
      )
      const row = {
        ...Object.fromEntries(needed.map((one) => [one.name, filler(one)])),
        ...Object.fromEntries(scope),
        ...given,
      }
      const names = Object.keys(row)
      file
        .prepare(`insert into ${table} (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`)
        .run(Object.values(row))
    },
    close: () => file.close(),
  }
}
