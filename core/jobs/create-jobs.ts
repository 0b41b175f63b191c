import type { PostgresDb } from '../db/index.ts'
import type { JobEngine, JobMeans } from './jobs.ts'
import { sqliteJobs } from './sqlite-jobs.ts'

/** The engine that fits the database. graphile-worker is loaded only where it is used. */
export async function createJobs(means: JobMeans): Promise<JobEngine> {
  if (means.db.dialect === 'sqlite') return sqliteJobs(means)
  const { postgresJobs } = await import('./postgres-jobs.ts')
  return postgresJobs({ ...means, db: means.db as PostgresDb })
}
