import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { runRenewals } from '../../core/billing/index.ts'
import { join, name, sql, type Db, type Row, type Sql } from '../../core/db/index.ts'
import {
  businessClock,
  idMaker,
  instant,
  isoDate,
  systemActor,
  systemClock,
} from '../../core/kernel/index.ts'
import { createJobs } from '../../core/jobs/index.ts'
import { silentLog } from '../../core/log/index.ts'
import { noHooks, type Means } from '../../core/records/index.ts'
import { words } from '../../core/app/wire/words.ts'
import { keyRing } from '../../core/secrets/index.ts'
import { makeServices } from '../../test/billing/make-services.ts'
import { makeBuyer } from '../../test/billing/support.ts'

/** The day of the run and the day on which all services begin a period. */
export const DAY = isoDate('2026-01-15')
const DUE = '2026-01-20'
const SERVICES_A_CLIENT = 2

/** Means on a database as the app makes them, with the business clock standing on the day of the run. */
export async function benchMeans(db: Db): Promise<Means> {
  const newId = idMaker(systemClock)
  const jobs = await createJobs({ db, clock: systemClock, newId })
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
    messages: words(),
    publicUrl: 'http://localhost',
  }
}

/**
 * A brand with 19 % tax and clients with two services each, all due. One client and one service are made as in the
 * tests, and the database itself multiplies them: a million in seconds.
 */
export async function fillShop(means: Means, services: number): Promise<void> {
  const { db } = means
  const { brand } = await makeBuyer(means as never)
  await makeServices(means as never, brand, { clients: 1, perClient: 1, nextPeriodOn: DUE })
  const service = (await db.get<Row>(sql`select * from services`))!
  const client = (await db.get<Row>(sql`select * from clients where id = ${service.client_id!}`))!
  const clients = services / SERVICES_A_CLIENT
  await multiply(db, 'clients', client, {
    count: clients,
    set: {
      id: numbered('cli', sql`i`),
      name: sql`'Client ' || i`,
      email: sql`'client-' || i || '@example.com'`,
      search_text: sql`'client ' || i`,
    },
  })
  // Every client has a first service before anybody has a second one, as shops grow.
  await multiply(db, 'services', service, {
    count: services,
    set: {
      id: numbered('svc', sql`i`),
      client_id: numbered('cli', sql`(i % ${BigInt(clients)})`),
      label: sql`'site-' || i || '.example'`,
    },
  })
  await db.run(sql`delete from services where id = ${service.id!}`)
  await db.run(sql`delete from clients where id = ${client.id!}`)
}

/** Inserts a row many times, numbered from 0, with some of its columns computed from the number "i". */
async function multiply(
  db: Db,
  table: string,
  row: Row,
  { count, set }: { count: number; set: Record<string, Sql> },
): Promise<void> {
  const columns = Object.keys(row)
  const values = columns.map((column) => set[column] ?? name(`p.${column}`))
  await db.run(sql`
    insert into ${name(table)} (${join(columns.map(name), ', ')})
    with recursive numbers (i) as (select 0 union all select i + 1 from numbers where i < ${count - 1})
    select ${join(values, ', ')} from numbers, ${name(table)} p where p.id = ${row.id!}`)
}

/** The number as an id: such ids sort by their numbers and before those that are made now. */
const numbered = (prefix: string, number: Sql): Sql =>
  sql`${`${prefix}_01aaaaaaaaa`} || substr(cast(1000000000000000 + ${number} as text), 2)`

/** The real run, with ledger, events, audit and jobs. Answers how many services it charged. */
export async function runBilling(means: Means): Promise<number> {
  const { sources } = billingDeps(means)
  const run = await runRenewals(means, { sources, asOfOn: DAY, actor: systemActor('bench') })
  return (JSON.parse(run.counts) as { services: number }).services
}
