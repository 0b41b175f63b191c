import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execute, migrate, openPostgres, openSqlite, sql, type Db } from '../../core/db/index.ts'
import { createJobs } from '../../core/jobs/index.ts'
import { idMaker, systemClock } from '../../core/kernel/index.ts'
import { migrations } from '../../migrations/index.ts'
import { onDatabase, onServer, startPostgres, TEMPLATE } from '../support/postgres.ts'
import { buildWorld } from './world.ts'

/** One engine's way of making copies of the same world: a file, or a database made from a template. */
export interface Ground {
  engine: 'sqlite' | 'postgres'
  fresh(): Promise<string>
  drop(url: string): Promise<void>
  end(): Promise<void>
}

export async function sqliteGround(): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), 'berth-torture-'))
  const world = join(folder, 'world.db')
  const db = openSqlite({ file: world, synchronous: 'off' })
  await migrate(db, migrations, systemClock.now())
  await buildWorld(db)
  await db.close()
  let count = 0
  return {
    engine: 'sqlite',
    fresh: () => {
      const file = join(folder, `copy-${++count}.db`)
      copyFileSync(world, file)
      return Promise.resolve(`sqlite:${file}`)
    },
    drop: (url) => {
      for (const end of ['', '-wal', '-shm']) rmSync(url.slice('sqlite:'.length) + end, { force: true })
      return Promise.resolve()
    },
    end: () => Promise.resolve(rmSync(folder, { recursive: true, force: true })),
  }
}

/** Making a database takes about a second there, so a few are used again, with the rows of the world put back. */
export async function postgresGround(): Promise<Ground> {
  const server = await startPostgres()
  await onServer(server.url, `create database world template ${TEMPLATE}`)
  const db = openPostgres({ url: `${server.url}/world`, poolSize: 4 })
  await (await createJobs({ db, clock: systemClock, newId: idMaker(systemClock) })).install()
  await buildWorld(db)
  const restore = await keepRows(db)
  await db.close()
  const free: string[] = []
  let count = 0
  return {
    engine: 'postgres',
    fresh: async () => {
      const used = free.pop()
      if (used) {
        await onDatabase(used, restore)
        return used
      }
      const copy = `copy_${++count}`
      await onServer(server.url, `create database ${copy} template world`)
      return `${server.url}/${copy}`
    },
    drop: (url) => Promise.resolve(void free.push(url)),
    end: server.stop,
  }
}

/** Keeps all rows in a schema of their own; answers the statements that put them back, past all triggers. */
async function keepRows(db: Db): Promise<string> {
  const tables = await db.all<{ at: string; kept: string; columns: string }>(sql`
    select t.table_schema || '.' || t.table_name as at, 'kept.' || t.table_schema || '_' || t.table_name as kept,
      string_agg(quote_ident(c.column_name), ', ' order by c.ordinal_position) as columns
    from information_schema.tables t join information_schema.columns c using (table_schema, table_name)
    where t.table_schema in ('public', 'graphile_worker') and t.table_type = 'BASE TABLE'
      and t.table_name <> 'migrations' and c.is_generated = 'NEVER'
    group by t.table_schema, t.table_name`)
  await db.transaction(async (trx) => {
    await execute(trx, 'create schema kept')
    for (const { at, kept, columns } of tables)
      await execute(trx, `create table ${kept} as select ${columns} from ${at}`)
  })
  const back = tables.map(
    ({ at, kept, columns }) =>
      `delete from ${at}; insert into ${at} (${columns}) overriding system value select ${columns} from ${kept}`,
  )
  return `
    select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid();
    set session_replication_role = replica;
    ${back.join(';\n')}`
}
