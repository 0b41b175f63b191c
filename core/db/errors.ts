import { defineError } from '../kernel/index.ts'

export const DatabaseUnavailable = defineError(
  'database.unavailable',
  503,
  (p: { reason: string }) =>
    `The database cannot be used now: ${p.reason}. Nothing was saved; try again in a moment.`,
)
export const NoFolder = defineError(
  'database.no_folder',
  500,
  (p: { folder: string }) =>
    `There is no folder ${p.folder}: make it, or name another file with DATABASE_URL.`,
)
export const UniqueViolation = defineError(
  'database.unique',
  409,
  (p: { constraint: string }) => `This exists already (${p.constraint}).`,
)
export const TransactionOver = defineError(
  'database.over',
  500,
  () => 'This part of the work was not waited for: its transaction is over, and nothing of it was saved.',
)
export const BreakingMigration = defineError(
  'database.newer_than_code',
  500,
  (p: { migration: string }) =>
    `The database was changed by the breaking migration "${p.migration}", which this version does not know. Start the version that made it, or a newer one.`,
)

/** The name of the violated unique constraint, "table.column, table.column" on SQLite; null for other errors. */
export function violatedUnique(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  const { code, constraint } = error as Error & { code?: string; constraint?: string }
  if (code === '23505') return constraint ?? 'unknown'
  if (code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY') {
    return error.message.replace(/^UNIQUE constraint failed: /, '')
  }
  return null
}
