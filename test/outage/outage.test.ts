import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { execute, openPostgres, openSqlite, Sql, type Db } from '../../core/db/index.ts'
import { createJobs } from '../../core/jobs/index.ts'
import { idMaker, systemClock } from '../../core/kernel/index.ts'
import { silentLog } from '../../core/log/index.ts'
import { cutConnections } from '../jobs/break.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { onServer, startPostgres, TEMPLATE } from '../support/postgres.ts'
import { CLIENTS, openShop, type Shop } from './shop.ts'

const LOCK_WAIT_MS = 250
const unavailable = { code: 'database.unavailable', status: 503 }

/** Nothing of what is asked is done, everybody is told, and nothing stays half done. */
async function refuses(shop: Shop, event: string, bytes = 0): Promise<void> {
  const [theme, stored, invoices] = [await shop.theme(), await shop.webhooks(), await shop.count('invoices')]
  await assert.rejects(shop.bill(), unavailable)
  assert.equal(await shop.webhook(event, bytes), 500)
  assert.deepEqual(await shop.webhooks(), stored)
  assert.equal(await shop.theme(), theme)
  assert.equal(await shop.count('invoices'), invoices)
}

/** Once the trouble is over the same is done, by the same process. */
async function serves(shop: Shop, event: string): Promise<void> {
  assert.equal(await shop.webhook(event), 200)
  assert.equal(await shop.webhook(event), 200)
  assert.equal((await shop.webhooks()).filter((key) => key === event).length, 1)
  const report = await shop.bill()
  assert.deepEqual([report.status, report.parked], ['completed', 0])
  assert.equal(await shop.count('invoices'), CLIENTS)
  assert.equal(await shop.count('charges'), CLIENTS * 2)
  assert.equal((await shop.show()).status, 200)
  assert.equal((await shop.choose('dark')).status, 303)
  assert.equal(await shop.theme(), 'dark')
  await shop.clean()
}

if (engines.includes('sqlite')) {
  describe('an outage on sqlite', async () => {
    const { url, remove, db: first } = await makeDatabase('sqlite')
    const file = url.slice('sqlite:'.length)
    const db = openSqlite({ file, synchronous: 'off', lockWaitMs: LOCK_WAIT_MS })
    const shop = await openShop(db)
    after(async () => {
      await shop.close()
      await db.close()
      await remove()
    })

    test('another process holds the file: pages are read, everything that writes waits and then fails whole', async (t) => {
      const holder = await holdLock(file)
      t.after(() => holder.kill())
      assert.equal((await shop.show()).status, 200)
      await refuses(shop, 'evt_locked')
      const refused = await shop.choose('dark')
      assert.equal(refused.status, 503)
      assert.match(refused.text, /<h1>One moment, please/)
      const waits = shop.webhook('evt_waits')
      await sleep(LOCK_WAIT_MS / 5)
      holder.kill()
      assert.equal(await waits, 200)
    })

    test('a full disk stops the billing run anywhere, and each time the books add up', async () => {
      const { page_count: pages } = (await first.get<{ page_count: number }>(sql('pragma page_count')))!
      const limit = (count: number) =>
        db.transaction(async (trx) => void (await trx.all(sql(`pragma max_page_count = ${count}`))))
      await limit(pages)
      await refuses(shop, 'evt_full', 100_000)
      let refusals = 0
      for (let more = 1; ; more += 3) {
        await limit(pages + more)
        const report = await shop.bill().catch((error: unknown) => error as { code?: string })
        await shop.clean()
        const invoices = await shop.count('invoices')
        assert.equal(await shop.count('charges'), invoices * 2)
        if (!('code' in report)) break
        assert.equal(report.code, 'database.unavailable')
        refusals += 1
      }
      assert.ok(refusals > 3, `the run was stopped ${refusals} times`)
      await limit(1_000_000)
      await serves(shop, 'evt_full')
    })
  })
}

const sql = (text: string) => new Sql(text, [])

/** A process that has the file for itself until it is killed. */
async function holdLock(file: string) {
  const code = `
    const Database = require('better-sqlite3')
    const db = new Database(${JSON.stringify(file)})
    db.exec('begin immediate')
    console.log('held')
    setInterval(() => undefined, 1000)`
  const holder = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(holder.stdout, 'data')
  return holder
}

if (engines.includes('postgres')) {
  describe('an outage on postgres', async () => {
    const { url, remove } = await makeDatabase('postgres')
    const db = openPostgres({ url, poolSize: 4, lockWaitMs: LOCK_WAIT_MS })
    const shop = await openShop(db)
    after(async () => {
      await shop.close()
      await db.close()
      await remove()
    })

    test('another session holds the tables: what writes there waits and then fails whole', async (t) => {
      const holder = new pg.Client({ connectionString: url })
      await holder.connect()
      t.after(() => holder.end())
      await holder.query('begin; lock table billing_runs, webhook_events in share mode')
      await holder.query('select * from users for update')
      await refuses(shop, 'evt_locked')
      const refused = await shop.choose('dark')
      assert.equal(refused.status, 503)
      assert.match(refused.text, /<h1>One moment, please/)
      const waits = shop.webhook('evt_waits')
      await sleep(LOCK_WAIT_MS / 5)
      await holder.end()
      assert.equal(await waits, 200)
    })

    test('a full disk stops the billing run anywhere, and each time the books add up', async () => {
      // Each of these is written somewhere in the run; the trigger says what the server says when its disk is full.
      for (const table of [
        'billing_runs',
        'invoices',
        'charges',
        'postings',
        'journals',
        'audit',
        'events',
      ]) {
        const heal = await fullDisk(db, table)
        await assert.rejects(shop.bill(), unavailable, table)
        await shop.clean()
        assert.equal(await shop.count('invoices'), 0)
        await heal()
      }
      const heal = await fullDisk(db, 'webhook_events')
      assert.equal(await shop.webhook('evt_full'), 500)
      await heal()
      await serves(shop, 'evt_full')
    })
  })

  describe('a PostgreSQL that goes and comes back', async () => {
    const server = await startPostgres()
    await onServer(server.url, `create database shop template ${TEMPLATE}`)
    await onServer(server.url, 'alter database shop set synchronous_commit = on')
    const db = openPostgres({ url: `${server.url}/shop`, poolSize: 4 })
    const shop = await openShop(db)
    after(async () => {
      await shop.close()
      await db.close()
      await server.stop()
    })

    test('connections that are cut in the middle of the run: the day is begun again and ends', async () => {
      for (const ms of [1, 10, 25, 45]) {
        const day = shop.bill().catch((error: unknown) => error as { code?: string })
        await sleep(ms)
        await cutConnections(db)
        const report = await day
        if ('code' in report) assert.equal(report.code, 'database.unavailable')
        await shop.clean()
      }
    })

    test('while it is away everything fails whole and says so; when it is back the same process serves', async (t) => {
      const jobs = await createJobs({ db, clock: systemClock, newId: idMaker(systemClock) })
      await jobs.install()
      const seen: number[] = []
      const runner = jobs.runner(
        { note: ({ n }: { n: number }) => Promise.resolve(void seen.push(n)) },
        { log: silentLog },
      )
      const enter = (n: number) =>
        db.transaction((trx) => jobs.enqueue(trx, [{ task: 'note', payload: { n } }]))
      await runner.start()
      t.after(() => runner.stop())
      await enter(1)
      await jobs.drained(10_000)
      const day = shop.bill().catch((error: unknown) => error as { code?: string })
      await sleep(15)
      await server.crash()
      const report = await day
      if ('code' in report) assert.equal(report.code, 'database.unavailable')
      await assert.rejects(shop.bill(), unavailable)
      assert.equal(await shop.webhook('evt_gone'), 500)
      const page = await shop.show()
      assert.equal(page.status, 503)
      assert.match(page.text, /<h1>One moment, please/)
      assert.equal((await shop.choose('dark')).status, 503)
      await assert.rejects(enter(2), unavailable)
      await server.start()
      await serves(shop, 'evt_gone')
      await enter(3)
      await jobs.drained(20_000)
      assert.deepEqual(seen, [1, 3])
    })
  })
}

/** Makes writing to the table fail as a full disk does; answers how to end that. */
async function fullDisk(db: Db, table: string): Promise<() => Promise<void>> {
  const run = (...texts: string[]) =>
    db.transaction(async (trx) => {
      for (const text of texts) await execute(trx, text)
    })
  await run(
    `create function full_disk() returns trigger language plpgsql as
      'begin raise exception ''could not extend file: No space left on device'' using errcode = ''53100''; end'`,
    `create trigger full_disk before insert or update on ${table} execute function full_disk()`,
  )
  return () => run(`drop trigger full_disk on ${table}`, 'drop function full_disk')
}
