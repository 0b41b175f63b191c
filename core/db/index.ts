export { AskFirst } from './ask-first.ts'
export type { Db, Dialect, Queries, Row, StatementMeter, Trx } from './db.ts'
export {
  BreakingMigration,
  DatabaseUnavailable,
  NoFolder,
  UniqueViolation,
  violatedUnique,
} from './errors.ts'
export { joined } from './joined.ts'
export { jsonText } from './json-text.ts'
export { madeOnce } from './made-once.ts'
export { isCurrent, migrate, type Migration } from './migrate.ts'
export { openPostgres, type PostgresDb, type PostgresOptions } from './postgres.ts'
export { refreshFigures } from './refresh-figures.ts'
export { addColumn, createTable, execute } from './schema.ts'
export { all, assigned, forUpdate, join, list, name, sql, Sql, type SqlValue } from './sql.ts'
export { openSqlite, type SqliteOptions } from './sqlite.ts'
