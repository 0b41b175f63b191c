import { sql, type Db } from '../../core/db/index.ts'
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

/** Ends every other connection to this database, as a restart of the server does. */
export async function cutConnections(db: Db): Promise<void> {
  await db.all(sql`
    select pg_terminate_backend(pid) as cut from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`)
}
