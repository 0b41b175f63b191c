import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPostgres, sql, type Db } from '../../core/db/index.ts'
import { createJobs } from '../../core/jobs/index.ts'
import { idMaker, systemClock } from '../../core/kernel/index.ts'
import { onServer, startPostgres, TEMPLATE } from '../../test/support/postgres.ts'
import type { Judged } from '../figure.ts'
import { scaled } from '../scale.ts'
import { costWithServer, type Cost } from './cpu.ts'
import { assertSound, fillFullShop } from './full-shop.ts'
import { judge, type Fill } from './on-sqlite.ts'
import { copyRaw, lineValues, makeDocument, type LineValues } from './raw.ts'
import { benchMeans, fillShop, runBilling } from './shop.ts'

const SERVICES = scaled(100_000)
const ROUNDS = 5
/** As a provider sets a server up: every commit on the disk, and room for the tables in memory. */
const SERVER = ['-c', 'shared_buffers=512MB', '-c', 'max_wal_size=4GB']

/** The run on PostgreSQL beside COPY into the line table, in turns; CPU of ours and of the server. */
export const benchOnPostgres = (): Promise<Judged[]> =>
  bench('billing_run_postgres', { fill: fillShop, least: 0.05 })

/** The same with taxes, coupons, options, add-ons, terms and credit in play. */
export const benchFullOnPostgres = (): Promise<Judged[]> =>
  bench('billing_run_full_postgres', { fill: fillFullShop, least: 0.04 })

async function bench(name: string, { fill, least }: { fill: Fill; least: number }): Promise<Judged[]> {
  const server = await startPostgres(SERVER)
  const folder = mkdtempSync(join(tmpdir(), 'berth-bench-'))
  // The server, a user of its own, reads the file of the COPY.
  chmodSync(folder, 0o755)
  try {
    await postgresShop(server.url, fill)
    const rows = lineValues(SERVICES)
    const [ours, raw]: [Cost[], Cost[]] = [[], []]
    for (let round = 0; round < ROUNDS; round++) {
      raw.push(await onCopy(server.url, (db) => copyOnce(db, folder, rows)))
      ours.push(await onCopy(server.url, runOnce))
      if (round === 0) await checkBooks(server.url)
    }
    return judge(name, { ours, raw, least })
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The books that the round has left behind. */
async function checkBooks(url: string): Promise<void> {
  const db = openPostgres({ url: `${url}/round`, poolSize: 1 })
  await assertSound(db)
  await db.close()
}

async function postgresShop(url: string, fill: Fill): Promise<void> {
  await onServer(url, `create database shop template ${TEMPLATE}`)
  const db = openPostgres({ url: `${url}/shop`, poolSize: 4 })
  await (await createJobs({ db, clock: systemClock, newId: idMaker(systemClock) })).install()
  const means = await benchMeans(db)
  await fill(means, SERVICES)
  await makeDocument(db, means.newId('inv'))
  await db.run(sql`vacuum analyze`)
  await db.close()
}

/** What the work costs on a fresh copy of the shop whose making is all on the disk. */
async function onCopy(url: string, work: (db: Db) => Promise<void>): Promise<Cost> {
  await onServer(url, 'drop database if exists round with (force)')
  await onServer(url, 'create database round template shop strategy file_copy')
  await onServer(url, 'checkpoint')
  const db = openPostgres({ url: `${url}/round`, poolSize: 4 })
  const cost = await costWithServer(db, () => work(db))
  await db.close()
  return cost
}

async function copyOnce(db: Db, folder: string, rows: readonly LineValues[]): Promise<void> {
  const document = await db.get<{ id: string }>(sql`select id from invoices limit 1`)
  for (const row of rows) row[1] = document!.id
  await copyRaw(db, folder, rows)
}

async function runOnce(db: Db): Promise<void> {
  const done = await runBilling(await benchMeans(db))
  if (done !== SERVICES) throw new Error(`the run charged ${done} of ${SERVICES} services`)
}
