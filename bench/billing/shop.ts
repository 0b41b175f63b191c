import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { runRenewals } from '../../core/billing/index.ts'
import type { Db } from '../../core/db/index.ts'
import {
  businessClock,
  idMaker,
  instant,
  isoDate,
  systemActor,
  systemClock,
} from '../../core/kernel/index.ts'
import type { Jobs } from '../../core/jobs/index.ts'
import { silentLog } from '../../core/log/index.ts'
import { noHooks, type Means } from '../../core/records/index.ts'
import { keyRing } from '../../core/secrets/index.ts'
import { createJobs } from '../../core/jobs/index.ts'
import { makeServices } from '../../test/billing/make-services.ts'
import { makeBuyer } from '../../test/billing/support.ts'

/** The day of the run and the day on which all services begin a period. */
export const DAY = isoDate('2026-01-15')
const DUE = '2026-01-20'

/** Means on a database as the app makes them, with the business clock standing on the day of the run. */
export async function benchMeans(db: Db): Promise<Means> {
  const newId = idMaker(systemClock)
  const jobs: Jobs = await createJobs({ db, clock: systemClock, newId })
  const at = Date.parse(`${DAY}T10:00:00Z`)
  return {
    db,
    clock: systemClock,
    business: businessClock({ now: () => instant(at), ms: () => at }, () => 0),
    newId,
    jobs,
    log: silentLog,
    keys: keyRing(`bench:${Buffer.alloc(32, 1).toString('base64')}`),
    files: { keep: () => Promise.resolve(''), read: () => Promise.reject(new Error('no files here')) },
    hooks: noHooks,
    publicUrl: 'http://localhost',
  }
}

/** A brand with 19 % tax and clients with two services each, all due. */
export async function fillShop(means: Means, services: number): Promise<void> {
  const { brand } = await makeBuyer(means as never)
  await makeServices(means as never, brand, { clients: services / 2, perClient: 2, nextPeriodOn: DUE })
}

/** The real run, with ledger, events, audit and jobs. Answers how many services it charged. */
export async function runBilling(means: Means): Promise<number> {
  const { sources } = billingDeps(means)
  const run = await runRenewals(means, { sources, asOfOn: DAY, actor: systemActor('bench') })
  return (JSON.parse(run.counts) as { services: number }).services
}
