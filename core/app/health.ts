import { migrations } from '../../migrations/index.ts'
import { listRowsLacking } from '../billing/index.ts'
import { isCurrent, sql } from '../db/index.ts'
import type { HostWiring } from './areas.ts'
import { findInstallation } from './installation.ts'

export interface Check {
  name: string
  ok: boolean
  /** What it is like, and what to do when it is not well. */
  detail: string
}

export interface Health {
  /** Whether requests should be sent here. */
  ready: boolean
  checks: readonly Check[]
}

const DEAD_SHOWN = 100

/** What /readyz answers and `berth health` prints. */
export async function checkHealth(wiring: HostWiring, worker: () => boolean): Promise<Health> {
  const database = await check('database', () => databaseCheck(wiring))
  if (!database.ok) return { ready: false, checks: [database] }
  const checks = [
    database,
    { name: 'worker', ok: worker(), detail: worker() ? 'runs' : 'stopped; restart Berth' },
    await check('installation', () => installationCheck(wiring)),
    await check('jobs', () => jobsCheck(wiring)),
    await check('settings', () => settingsCheck(wiring)),
  ]
  return { ready: checks.slice(0, 2).every((one) => one.ok), checks }
}

async function check(name: string, act: () => Promise<Omit<Check, 'name'>>): Promise<Check> {
  try {
    return { name, ...(await act()) }
  } catch (error) {
    return { name, ok: false, detail: error instanceof Error ? error.message : String(error) }
  }
}

async function databaseCheck({ means }: HostWiring): Promise<Omit<Check, 'name'>> {
  const started = performance.now()
  await means.db.get(sql`select 1 as one`)
  const current = await isCurrent(means.db, migrations)
  const took = `${means.db.dialect}, answers in ${Math.round(performance.now() - started)} ms`
  return current ? { ok: true, detail: took } : { ok: false, detail: `${took}; run "berth migrate"` }
}

async function installationCheck({ means, outbound, sharedClock }: HostWiring): Promise<Omit<Check, 'name'>> {
  const installation = await findInstallation(means.db)
  if (!installation) return { ok: false, detail: 'none yet; run "berth init"' }
  const diverted = Object.entries(outbound).map(([host, origin]) => `${host} → ${origin}`)
  const parts = [installation.kind, `business time ${means.business.now()}`]
  if (sharedClock.offsetMs() !== 0) parts.push('the clock was moved')
  if (diverted.length > 0) parts.push(`instead of the real ones: ${diverted.join(', ')}`)
  return { ok: true, detail: parts.join('; ') }
}

async function jobsCheck({ engine }: HostWiring): Promise<Omit<Check, 'name'>> {
  const dead = await engine.listDeadJobs(DEAD_SHOWN)
  if (dead.length === 0) return { ok: true, detail: 'none has failed for good' }
  const count = dead.length === DEAD_SHOWN ? `${DEAD_SHOWN} or more` : String(dead.length)
  return { ok: false, detail: `${count} failed for good, the last one ${dead[0]!.task}: ${dead[0]!.error}` }
}

/** Sums by currency that were set for some of the currencies of a brand and forgotten for others. */
async function settingsCheck({ means }: HostWiring): Promise<Omit<Check, 'name'>> {
  const lacking = await listRowsLacking(means.db)
  if (lacking.length === 0) return { ok: true, detail: 'no sum is missing for a currency that is sold in' }
  const each = lacking.map(
    ({ brand, key, currencies }) => `${brand}: ${key} has none in ${currencies.join(', ')}`,
  )
  return { ok: false, detail: `${each.join('; ')}; state one, or 0 for none` }
}
