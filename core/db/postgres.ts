import { createRequire } from 'node:module'
import type pg from 'pg'
import { withAnswers } from './ask-first.ts'
import type { Db, Queries, Row, StatementMeter, Trx } from './db.ts'
import { DatabaseUnavailable } from './errors.ts'
import { openTrx } from './open-trx.ts'
import { runAfterCommit, type AfterCommitFailed } from './run-after-commit.ts'
import { sameValues } from './same-values.ts'
import type { Sql, SqlValue } from './sql.ts'

const load = createRequire(import.meta.url)

const INT8 = 20
const NUMERIC = 1700
const RETRIES_MAX = 8
const LOCK_WAIT_MS = 30_000
/** Serialisation failure, deadlock: the whole transaction may simply be run again. */
const RETRY_CODES = new Set(['40001', '40P01'])

export interface PostgresOptions {
  url: string
  poolSize?: number
  meter?: StatementMeter
  /** How long a statement waits for a row or table that somebody else has locked, before it gives up. */
  lockWaitMs?: number
  /** Hears of acts after a commit that failed; without it they are warnings of the process. */
  afterCommitFailed?: AfterCommitFailed
}

export interface PostgresDb extends Db {
  readonly pool: pg.Pool
}

export function openPostgres(options: PostgresOptions): PostgresDb {
  const { url, poolSize = 10, meter, lockWaitMs = LOCK_WAIT_MS, afterCommitFailed } = options
  // Loaded here: an installation on SQLite goes without.
  const { Pool } = load('pg') as typeof pg
  const pool = new Pool({
    connectionString: url,
    max: poolSize,
    idleTimeoutMillis: 30_000,
    lock_timeout: lockWaitMs,
  })
  // A connection that breaks while idle is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => undefined)
  // The same while it is in use: the query that it breaks rejects, and says so where it was asked.
  pool.on('connect', (client) => client.on('error', () => undefined))
  const types: ColumnTypes = new Map()
  const queries = new PostgresQueries((config) => pool.query(config), meter, types)
  const context = { pool, meter, types, afterCommitFailed }
  return {
    dialect: 'postgres',
    pool,
    all: (statement) => queries.all(statement),
    get: (statement) => queries.get(statement),
    run: (statement) => queries.run(statement),
    insert: (table, rows) => queries.insert(table, rows),
    transaction: (work) => withAnswers((once, answers) => transaction(context, once, answers), work),
    close: () => pool.end(),
  }
}

interface Context {
  pool: pg.Pool
  meter: StatementMeter | undefined
  types: ColumnTypes
  afterCommitFailed: AfterCommitFailed | undefined
}

async function transaction<T>(
  context: Context,
  work: (trx: Trx) => Promise<T>,
  answers: Trx['answers'],
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const client = await context.pool.connect().catch((error: unknown) => {
      throw explained(error)
    })
    const acts: (() => void)[] = []
    let broken: Error | undefined
    let begun = false
    try {
      // A connection that died while it lay in the pool is noticed here, before anything was done: take another.
      await client.query('begin')
      begun = true
      const result = await attemptOnce(client, context, work, { acts, answers })
      runAfterCommit(acts, context.afterCommitFailed)
      return result
    } catch (error) {
      if (isConnectionLoss(error)) broken = error as Error
      const code = (error as { code?: string }).code ?? ''
      const again = RETRY_CODES.has(code) || (!begun && broken !== undefined)
      if (!again || attempt >= RETRIES_MAX) throw explained(error)
    } finally {
      client.release(broken)
    }
  }
}

async function attemptOnce<T>(
  client: pg.PoolClient,
  { meter, types }: Context,
  work: (trx: Trx) => Promise<T>,
  { acts, answers }: { acts: (() => void)[]; answers: Trx['answers'] },
): Promise<T> {
  const queries = new PostgresQueries((config) => client.query(config), meter, types)
  const open = openTrx(queries, { answers, acts })
  try {
    const result = await work(open.trx)
    for (const act of open.last) await act()
    open.end()
    meter?.before?.('commit')
    await client.query('commit')
    meter?.after?.('commit')
    return result
  } catch (error) {
    open.end()
    if (!isConnectionLoss(error)) await client.query('rollback').catch(() => undefined)
    throw error
  }
}

type ColumnTypes = Map<string, ReadonlyMap<string, string>>
type Send = (config: pg.QueryConfig) => Promise<pg.QueryResult<Row>>

class PostgresQueries implements Queries {
  readonly dialect = 'postgres' as const
  readonly #send: Send
  readonly #meter: StatementMeter | undefined
  readonly #types: ColumnTypes

  constructor(send: Send, meter: StatementMeter | undefined, types: ColumnTypes) {
    this.#send = send
    this.#meter = meter
    this.#types = types
  }

  async all<R extends object>(statement: Sql): Promise<R[]> {
    const result = await this.#query(statement.text, statement.values)
    return decode(result) as R[]
  }

  async get<R extends object>(statement: Sql): Promise<R | undefined> {
    return (await this.all<R>(statement))[0]
  }

  async run(statement: Sql): Promise<number> {
    return (await this.#query(statement.text, statement.values)).rowCount ?? 0
  }

  /** One statement for all rows: an array a column, unnested by the server, and once what all rows have in common. */
  async insert<R extends object>(table: string, rows: readonly R[]): Promise<void> {
    const [first] = rows
    if (!first) return
    const columns = Object.keys(first)
    const into = `insert into ${table} (${columns.join(', ')})`
    if (rows.length === 1) {
      const values = columns.map((column) => (first as Row)[column] ?? null)
      await this.#perform(`${into} values (${columns.map((_, i) => `$${i + 1}`).join(', ')})`, values)
      return
    }
    const types = await this.#columnTypes(table)
    const { same, own } = sameValues(rows as readonly Row[], columns)
    const values = columns.map((column) =>
      column in same ? same[column] : rows.map((row) => (row as Row)[column] ?? null),
    )
    const typed = (column: string) => `$${columns.indexOf(column) + 1}::${types.get(column) ?? 'text'}`
    const picked = columns.map((column) => (column in same ? typed(column) : `own.${column}`))
    const arrays = own.map((column) => `${typed(column)}[]`)
    await this.#perform(
      `${into} select ${picked.join(', ')} from unnest(${arrays.join(', ')}) as own (${own.join(', ')})`,
      values,
    )
  }

  /** Array parameters need the type of their column, which a null cannot tell. */
  async #columnTypes(table: string): Promise<ReadonlyMap<string, string>> {
    const known = this.#types.get(table)
    if (known) return known
    const text =
      'select column_name, data_type from information_schema.columns where table_name = $1 and table_schema = current_schema()'
    const { rows } = await this.#send({ text, values: [table] })
    const types = new Map(rows.map((row) => [String(row.column_name), String(row.data_type)]))
    this.#types.set(table, types)
    return types
  }

  async #query(text: string, values: readonly SqlValue[]): Promise<pg.QueryResult<Row>> {
    return this.#perform(numbered(text), values)
  }

  async #perform(text: string, values: readonly unknown[]): Promise<pg.QueryResult<Row>> {
    this.#meter?.before?.(text)
    try {
      const result = await this.#send({ name: nameOf(text), text, values: values as unknown[] })
      this.#meter?.after?.(text)
      return result
    } catch (error) {
      throw explained(error)
    }
  }
}

const numberedTexts = new Map<string, string>()
const names = new Map<string, string>()
const TEXTS_MAX = 2_000

function numbered(text: string): string {
  let result = numberedTexts.get(text)
  if (result === undefined) {
    let n = 0
    result = text.replace(/\?/g, () => `$${++n}`)
    if (numberedTexts.size >= TEXTS_MAX) numberedTexts.clear()
    numberedTexts.set(text, result)
  }
  return result
}

/** A named statement is parsed once a connection. Rare texts beyond the limit go unnamed. */
function nameOf(text: string): string | undefined {
  const known = names.get(text)
  if (known !== undefined) return known
  if (names.size >= TEXTS_MAX) return undefined
  const made = `s${names.size}`
  names.set(text, made)
  return made
}

function decode(result: pg.QueryResult<Row>): Row[] {
  const big = result.fields
    .filter((field) => field.dataTypeID === INT8 || field.dataTypeID === NUMERIC)
    .map((f) => f.name)
  if (big.length === 0) return result.rows
  for (const row of result.rows) {
    for (const column of big) {
      const value = row[column]
      if (value != null) row[column] = column.endsWith('_minor') ? BigInt(value) : Number(value)
    }
  }
  return result.rows
}

function isConnectionLoss(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string }
  return (
    /^(57P0[123]|08\d\d\d|ECONN|EPIPE)/.test(code ?? '') ||
    /Connection terminated|not queryable/.test(message ?? '')
  )
}

function explained(error: unknown): unknown {
  const { code } = error as { code?: string }
  if (code === 'ECONNREFUSED')
    return DatabaseUnavailable({ reason: 'nothing answers at the address of PostgreSQL' }, error)
  if (isConnectionLoss(error))
    return DatabaseUnavailable({ reason: 'the connection to PostgreSQL was lost' }, error)
  if (code === '53100') return DatabaseUnavailable({ reason: 'the disk of PostgreSQL is full' }, error)
  if (code === '53300') return DatabaseUnavailable({ reason: 'PostgreSQL has no free connection' }, error)
  if (code === '55P03') return DatabaseUnavailable({ reason: 'a row is locked by somebody else' }, error)
  return error
}
