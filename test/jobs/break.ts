import { execute, sql, type Db } from '../../core/db/index.ts'
import { instant, systemClock } from '../../core/kernel/index.ts'
import type { Engine } from '../support/databases.ts'

/** Leaves the first job as a process leaves it that was killed some time ago, in the middle of its work. */
export async function takeAndHang(engine: Engine, db: Db): Promise<void> {
  const past = instant(systemClock.ms() - 1_000)
  if (engine === 'sqlite') {
    await db.run(
      sql`update jobs set locked_by = 'job_lost', locked_until = ${past}, attempts = 1 where dead_at is null`,
    )
    return
  }
  await db.run(sql`insert into job_nodes (id, beat_at) values ('pool-lost', ${past})`)
  await db.run(sql`
    update graphile_worker._private_jobs set locked_by = 'pool-lost', locked_at = now(), attempts = 1
    where attempts < max_attempts`)
  await db.run(sql`
    update graphile_worker._private_job_queues set locked_by = 'pool-lost', locked_at = now()
    where queue_name = 'server:1'`)
}

/** Makes every sign of life look a day old, as if its writer had to wait for a connection; answers how to end that. */
export async function makeBeatsLate(engine: Engine, db: Db): Promise<() => Promise<void>> {
  const [table, column] = engine === 'sqlite' ? ['jobs', 'locked_until'] : ['job_nodes', 'beat_at']
  const statements =
    engine === 'sqlite'
      ? {
          make: [
            `create trigger late after update of ${column} on ${table} when new.${column} > '2000-01-02' begin
              update ${table} set ${column} = '2000-01-01T00:00:00.000Z' where id = new.id; end`,
          ],
          end: ['drop trigger late'],
        }
      : {
          make: [
            `create function late() returns trigger language plpgsql as
              'begin new.${column} := ''2000-01-01T00:00:00.000Z''; return new; end'`,
            `create trigger late before insert or update on ${table} for each row execute function late()`,
          ],
          end: [`drop trigger late on ${table}`, 'drop function late'],
        }
  await runAll(db, statements.make)
  return () => runAll(db, statements.end)
}

/** Ends every other connection to this database, as a restart of the server does. */
export async function cutConnections(db: Db): Promise<void> {
  await db.all(sql`
    select pg_terminate_backend(pid) as cut from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`)
}

/** Lets no job of graphile-worker's be settled, as when its connection is cut just then; answers how to end that. */
export async function refuseResults(db: Db): Promise<() => Promise<void>> {
  const jobs = 'graphile_worker._private_jobs'
  await runAll(db, [
    `create function refuse() returns trigger language plpgsql as
      'begin raise exception ''cut'' using errcode = ''57P01''; end'`,
    `create trigger refuse before delete on ${jobs} for each row execute function refuse()`,
  ])
  return () => runAll(db, [`drop trigger refuse on ${jobs}`, 'drop function refuse'])
}

const runAll = (db: Db, texts: readonly string[]): Promise<void> =>
  db.transaction(async (trx) => {
    for (const text of texts) await execute(trx, text)
  })
