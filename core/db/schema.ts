import type { Trx } from './db.ts'
import { Sql } from './sql.ts'

/**
 * The words in which migrations describe columns, the same on both engines so that their dumps are equal:
 * text, int, money (minor units), flag (0 or 1), day, instant, json; "ref TABLE" is a text that must exist there.
 * A "?" at the end allows null; "= value" sets a default.
 */
export type ColumnWords = string

export interface TableRules {
  primary?: string
  /** Constraint name → columns. Names end up in error messages, so they say what is unique. */
  unique?: Record<string, string>
  /** Index name → columns, with an optional "where …". */
  index?: Record<string, string>
  /** Unique among the rows that match "where …". */
  uniqueWhere?: Record<string, string>
  check?: Record<string, string>
}

export async function createTable(
  trx: Trx,
  table: string,
  columns: Record<string, ColumnWords>,
  rules: TableRules = {},
): Promise<void> {
  const lines = Object.entries(columns).map(([column, words]) => `  ${column} ${columnType(trx, words)}`)
  lines.push(`  constraint pk_${table} primary key (${rules.primary ?? 'id'})`)
  for (const [constraint, on] of Object.entries(rules.unique ?? {}))
    lines.push(`  constraint ${constraint} unique (${on})`)
  for (const [constraint, rule] of Object.entries(rules.check ?? {}))
    lines.push(`  constraint ${constraint} check (${rule})`)
  // The key is the table itself: one tree less to write than beside a hidden row number.
  const end = trx.dialect === 'sqlite' ? ' strict, without rowid' : ''
  await execute(trx, `create table ${table} (\n${lines.join(',\n')}\n)${end}`)
  for (const [index, on] of Object.entries(rules.index ?? {}))
    await createIndex(trx, `index ${index}`, table, on)
  for (const [index, on] of Object.entries(rules.uniqueWhere ?? {}))
    await createIndex(trx, `unique index ${index}`, table, on)
}

/** Only additions that an older version of the code does not notice: nullable, or with a default. */
export async function addColumn(trx: Trx, table: string, column: string, words: ColumnWords): Promise<void> {
  if (!words.includes('?') && !words.includes('=')) {
    throw new Error(
      `${table}.${column}: a column that is added needs "?" or a default, or older code cannot write rows.`,
    )
  }
  await execute(trx, `alter table ${table} add column ${column} ${columnType(trx, words)}`)
}

/** Statement text as it is: for triggers and other things that differ between the engines. */
export async function execute(trx: Trx, text: string): Promise<void> {
  await trx.run(new Sql(text, []))
}

async function createIndex(trx: Trx, what: string, table: string, on: string): Promise<void> {
  const [columns, condition] = on.split(/\s+where\s+/)
  await execute(trx, `create ${what} on ${table} (${columns})${condition ? ` where ${condition}` : ''}`)
}

const TYPES: Record<string, { sqlite: string; postgres: string }> = {
  text: { sqlite: 'text', postgres: 'text collate "C"' },
  day: { sqlite: 'text', postgres: 'text collate "C"' },
  instant: { sqlite: 'text', postgres: 'text collate "C"' },
  json: { sqlite: 'text', postgres: 'text collate "C"' },
  int: { sqlite: 'integer', postgres: 'bigint' },
  money: { sqlite: 'integer', postgres: 'bigint' },
  flag: { sqlite: 'integer', postgres: 'bigint' },
}

function columnType(trx: Trx, words: ColumnWords): string {
  const match = /^(?:ref (?<table>\w+)|(?<type>\w+))(?<optional>\?)?(?: = (?<preset>.+))?$/.exec(words)
  const groups = match?.groups
  const type = TYPES[groups?.table ? 'text' : (groups?.type ?? '')]
  if (!groups || !type)
    throw new Error(`"${words}" is not a column description such as "text?" or "ref clients".`)
  const preset = groups.preset ? ` default ${groups.preset}` : ''
  const reference = groups.table ? ` references ${groups.table} (id)` : ''
  return `${type[trx.dialect]}${groups.optional ? '' : ' not null'}${preset}${reference}`
}
