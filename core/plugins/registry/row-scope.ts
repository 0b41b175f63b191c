import { join, name, sql, type Queries, type Row, type Sql } from '../../db/index.ts'
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

/** A scope that is some columns of one table, whose rows say their brand. Which columns leave the house is written at the area, by name. */
export function rowScope(queries: Queries, scope: RowScope): PluginScope {
  const wanted = [...new Set([...scope.columns, ...(scope.client ? [scope.client] : []), 'brand_id'])]
  return {
    name: scope.name,
    says: scope.says,
    async read(id) {
      const row = await queries.get<Row>(
        sql`select ${columnsOf(wanted)} from ${name(scope.table)} where id = ${id}`,
      )
      if (!row) return null
      return {
        clientId: scope.client === null ? null : String(row[scope.client]),
        brandId: String(row['brand_id']),
        value: valueOf(scope, row),
      }
    },
  }
}

/** The same columns of many records, by their ids; the condition names the table "t". */
export async function rowsOfScope(
  queries: Queries,
  scope: RowScope,
  where: Sql,
  limit: number,
): Promise<Record<string, unknown>[]> {
  const rows = await queries.all<Row>(
    sql`select ${columnsOf(scope.columns)} from ${name(scope.table)} t where ${where} order by t.id limit ${limit}`,
  )
  return rows.map((row) => valueOf(scope, row))
}

const columnsOf = (columns: readonly string[]): Sql =>
  join(
    columns.map((column) => name(column)),
    ', ',
  )

const valueOf = ({ columns }: RowScope, row: Row): Record<string, unknown> =>
  Object.fromEntries(columns.map((column) => [column, plain(row[column])]))

const plain = (value: Row[string] | undefined): unknown =>
  typeof value === 'bigint' ? String(value) : (value ?? null)
