import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate, openPostgres, openSqlite, sql, Sql, type Db } from '../core/db/index.ts'
import { createJobs } from '../core/jobs/index.ts'
import { idMaker, systemClock } from '../core/kernel/index.ts'
import { migrations } from '../migrations/index.ts'
import { onServer, startPostgres, TEMPLATE } from '../test/support/postgres.ts'
import { naiveLoop } from './billing/naive.ts'
import { copyRaw, insertRaw, lineValues, makeDocument, serverCpuSeconds } from './billing/raw.ts'
import { benchMeans, fillShop, runBilling } from './billing/shop.ts'
import { cpuSeconds, median, report, type Judged } from './figure.ts'

const SERVICES = 100_000
const NAIVE = 2_000
const ROUNDS = 5

/** The billing run in services a CPU second, beside plain inserts into the line table, in turns. */
export async function benchBillingRun(): Promise<Judged[]> {
  return [...(await onSqlite()), ...(await onPostgres())]
}

async function onSqlite(): Promise<Judged[]> {
  const folder = mkdtempSync(join(tmpdir(), 'berth-bench-'))
  const template = await sqliteShop(folder, SERVICES)
  const rows = lineValues(SERVICES)
  const ours: number[] = []
  const raw: number[] = []
  const naive: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    raw.push(SERVICES / (await rawOnce(template, folder, rows)))
    ours.push(SERVICES / (await runOnce(template, folder)))
    if (round < 3) naive.push(NAIVE / (await naiveOnce(template, folder)))
  }
  rmSync(folder, { recursive: true, force: true })
  const [value, baseline] = [median(ours), median(raw)]
  return [
    report({
      name: 'billing_run_sqlite',
      value,
      unit: 'services/CPU-s',
      baseline,
      ratio: value / baseline,
      bar: { of: 'ratio', least: 0.1 },
    }),
    report({
      name: 'billing_run_over_naive',
      value: value / median(naive),
      unit: 'times',
      baseline: median(naive),
      bar: { of: 'value', least: 20 },
    }),
  ]
}

/** A filled database file, to be copied for each round. */
export async function sqliteShop(folder: string, services: number): Promise<string> {
  const file = join(folder, `shop-${services}.db`)
  const db = openSqlite({ file, synchronous: 'off' })
  await migrate(db, migrations, systemClock.now())
  const means = await benchMeans(db)
  await fillShop(means, services)
  await makeDocument(db, means.newId('inv'))
  await db.all(sql`pragma wal_checkpoint(truncate)`).catch(() => undefined)
  await db.close()
  return file
}

async function rawOnce(
  template: string,
  folder: string,
  rows: ReturnType<typeof lineValues>,
): Promise<number> {
  const file = copied(template, folder)
  const db = openSqlite({ file, synchronous: 'off' })
  const document = await db.get<{ id: string }>(sql`select id from invoices limit 1`)
  await db.close()
  for (const row of rows) row[1] = document!.id
  return cpuSeconds(() => insertRaw(file, rows))
}

async function runOnce(template: string, folder: string): Promise<number> {
  const db = openSqlite({ file: copied(template, folder), synchronous: 'normal' })
  const means = await benchMeans(db)
  let done = 0
  const seconds = await cpuSeconds(async () => void (done = await runBilling(means)))
  await db.close()
  if (done !== SERVICES) throw new Error(`the run charged ${done} of ${SERVICES} services`)
  return seconds
}

const naiveOnce = (template: string, folder: string): Promise<number> =>
  naiveLoop(copied(template, folder), NAIVE)

function copied(template: string, folder: string): string {
  const file = join(folder, 'round.db')
  for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
  copyFileSync(template, file)
  return file
}

async function onPostgres(): Promise<Judged[]> {
  const server = await startPostgres()
  const folder = mkdtempSync(join(tmpdir(), 'berth-bench-'))
  const { chmodSync } = await import('node:fs')
  chmodSync(folder, 0o755)
  await postgresShop(server.url)
  const rows = lineValues(SERVICES)
  const ours: number[] = []
  const raw: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    raw.push(SERVICES / (await withCopy(server.url, (db) => copyOnce(db, folder, rows))))
    ours.push(SERVICES / (await withCopy(server.url, runOnPostgres)))
  }
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
  const [value, baseline] = [median(ours), median(raw)]
  return [
    report({
      name: 'billing_run_postgres',
      value,
      unit: 'services/CPU-s',
      baseline,
      ratio: value / baseline,
      bar: { of: 'ratio', least: 0.05 },
    }),
  ]
}

async function postgresShop(url: string): Promise<void> {
  await onServer(url, `create database shop template ${TEMPLATE}`)
  const db = openPostgres({ url: `${url}/shop`, poolSize: 4 })
  await (await createJobs({ db, clock: systemClock, newId: idMaker(systemClock) })).install()
  const means = await benchMeans(db)
  await fillShop(means, SERVICES)
  await makeDocument(db, means.newId('inv'))
  await db.run(new Sql('analyze', []))
  await db.close()
}

/** CPU of this process and of the server that the work cost, on a fresh copy of the shop. */
async function withCopy(url: string, work: (db: Db) => Promise<void>): Promise<number> {
  await onServer(url, 'drop database if exists round with (force)')
  await onServer(url, 'create database round template shop')
  const db = openPostgres({ url: `${url}/round`, poolSize: 4 })
  await db.get(sql`select 1 as one`)
  const before = serverCpuSeconds()
  const own = await cpuSeconds(() => work(db))
  const seconds = own + serverCpuSeconds() - before
  await db.close()
  return seconds
}

async function copyOnce(db: Db, folder: string, rows: ReturnType<typeof lineValues>): Promise<void> {
  const document = await db.get<{ id: string }>(sql`select id from invoices limit 1`)
  for (const row of rows) row[1] = document!.id
  await copyRaw(db, folder, rows)
}

async function runOnPostgres(db: Db): Promise<void> {
  const done = await runBilling(await benchMeans(db))
  if (done !== SERVICES) throw new Error(`the run charged ${done} of ${SERVICES} services`)
}
