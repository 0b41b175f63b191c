import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { after } from 'node:test'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPostgres, openSqlite, type Db, type StatementMeter } from '../../core/db/index.ts'

export type Engine = 'sqlite' | 'postgres'

export interface TestDatabase {
  engine: Engine
  db: Db
  /** What DATABASE_URL would say. */
  url: string
  remove(): Promise<void>
}

/** Engines that this run of the tests covers: `npm run check` keeps to SQLite, `npm test` takes both. */
export const engines: readonly Engine[] = (process.env.BERTH_TEST_ENGINES ?? 'sqlite,postgres').split(
  ',',
) as Engine[]

/**
 * A migrated, empty database of its own. SQLite copies a template file; PostgreSQL clones a template database. What only
 * one of them needs is loaded with it: most files run on SQLite alone, each in a process of its own.
 */
export async function makeDatabase(engine: Engine, meter?: StatementMeter): Promise<TestDatabase> {
  return engine === 'sqlite' ? makeSqlite(meter) : makePostgres(meter)
}

async function makeSqlite(meter: StatementMeter | undefined): Promise<TestDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'berth-test-'))
  const file = join(folder, 'berth.db')
  copyFileSync(await sqliteTemplate(), file)
  const db = openSqlite({ file, synchronous: 'off', ...(meter ? { meter } : {}) })
  return {
    engine: 'sqlite',
    db,
    url: `sqlite:${file}`,
    remove: async () => {
      await db.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

let template: Promise<string> | undefined

/** The test runner makes one for all files and names it here; a test file run by itself makes its own. */
function sqliteTemplate(): Promise<string> {
  template ??= process.env.BERTH_TEST_SQLITE ? Promise.resolve(process.env.BERTH_TEST_SQLITE) : ownTemplate()
  return template
}

async function ownTemplate(): Promise<string> {
  const { makeSqliteTemplate } = await import('./sqlite-template.ts')
  const { file, remove } = await makeSqliteTemplate()
  process.on('exit', remove)
  return file
}

let counter = 0

async function makePostgres(meter: StatementMeter | undefined): Promise<TestDatabase> {
  const { onServer, TEMPLATE } = await import('./postgres.ts')
  const server = await postgresServer()
  const database = `berth_${process.pid}_${++counter}`
  await onServer(server, `create database ${database} template ${TEMPLATE}`)
  const url = `${server}/${database}`
  const db = openPostgres({ url, poolSize: 6, ...(meter ? { meter } : {}) })
  return {
    engine: 'postgres',
    db,
    url,
    remove: async () => {
      await db.close()
      await onServer(server, `drop database if exists ${database} with (force)`)
    },
  }
}

let started: Promise<string> | undefined

/** The test runner starts one server and names it here; a test file run by itself starts its own. */
export function postgresServer(): Promise<string> {
  started ??= process.env.BERTH_TEST_POSTGRES
    ? Promise.resolve(process.env.BERTH_TEST_POSTGRES)
    : startAlone()
  return started
}

async function startAlone(): Promise<string> {
  const { startPostgres } = await import('./postgres.ts')
  own = await startPostgres()
  return own.url
}

let own: { url: string; stop: () => Promise<void> } | undefined

after(() => own?.stop())
