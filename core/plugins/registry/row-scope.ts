import { join, name, sql, type Queries, type Row } from '../../db/index.ts'
import type { PluginScope } from '../ports.ts'

export interface RowScope {
  /** "invoice.read:summary" */
  name: string
  says: string
  table: string
  columns: readonly string[]
  /** The column that says whose it is; null for what belongs to no client. */
  client: string | null
}

/** A scope that is some columns of one table. Which columns leave the house is written at the area, by name. */
export function rowScope(queries: Queries, scope: RowScope): PluginScope {
  const wanted = [...new Set([...scope.columns, ...(scope.client ? [scope.client] : [])])]
  const columns = join(
    wanted.map((column) => name(column)),
    ', ',
  )
  return {
    name: scope.name,
    says: scope.says,
    async read(id) {
      const row = await queries.get<Row>(sql`select ${columns} from ${name(scope.table)} where id = ${id}`)
      if (!row) return null
      const value = Object.fromEntries(scope.columns.map((column) => [column, plain(row[column])]))
      return { clientId: scope.client === null ? null : String(row[scope.client]), value }
    },
  }
}

const plain = (value: Row[string] | undefined): unknown =>
  typeof value === 'bigint' ? String(value) : (value ?? null)
