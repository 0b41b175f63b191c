import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { makeDocument } from '../../bench/billing/raw.ts'
import { benchMeans, DAY, fillShop, runBilling } from '../../bench/billing/shop.ts'
import { account, postJournals, type Journal } from '../../core/billing/index.ts'
import { Sql, sql, type Trx } from '../../core/db/index.ts'
import { createJobs } from '../../core/jobs/index.ts'
import { idMaker, isoDate, systemClock } from '../../core/kernel/index.ts'
import { updateVersioned } from '../../core/records/index.ts'
import { serviceSource } from '../../core/services/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'

const SERVICES = 2_000
/** Of one journal or document with all that belongs to it. */
const FEW = 20

interface Node {
  'Actual Rows': number
  'Actual Loops': number
  'Rows Removed by Filter'?: number
  'Rows Removed by Join Filter'?: number
  Plans?: Node[]
}

/** All rows that the steps of a plan handed on or looked at and left. */
function rowsIn(node: Node): number {
  const each =
    node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Join Filter'] ?? 0)
  return each * node['Actual Loops'] + (node.Plans ?? []).reduce((sum, part) => sum + rowsIn(part), 0)
}

/** What this transaction has read of a table so far. */
async function readOf(trx: Trx, table: string): Promise<number> {
  const row = await trx.get<{ n: number }>(
    sql`select seq_tup_read + idx_tup_fetch as n from pg_stat_xact_user_tables where relname = ${table}`,
  )
  return row!.n
}

/** How a run slows down on PostgreSQL: plans that read a whole table for one row. SQLite plans without statistics. */
for (const engine of engines.filter((one) => one === 'postgres')) {
  describe(`rows that ${engine} reads for what a run writes`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    await (await createJobs({ db, clock: systemClock, newId: idMaker(systemClock) })).install()
    const means = await benchMeans(db)
    await fillShop(means, SERVICES)
    await makeDocument(db, means.newId('inv'))
    // As after a quiet night: the server knows the services, and that no document is issued yet.
    await db.run(sql`analyze`)

    test('services are moved on by their keys', async () => {
      const clients = await db.all<{ id: string }>(sql`select id from clients`)
      const clientIds = clients.map(({ id }) => id)
      const items = await serviceSource.dueItems(db, { clientIds, untilOn: isoDate('2026-01-22') })
      assert.equal(items.length, SERVICES)
      let moving: Sql | undefined
      const plans = await db.transaction(async (trx) => {
        const run = (statement: Sql) => ((moving = statement), Promise.resolve(SERVICES))
        await serviceSource.advance({ ...trx, run }, items)
        const { text, values } = moving!
        const rows = await trx.all<{ 'QUERY PLAN': [{ Plan: Node }] }>(
          new Sql(`explain (analyze, format json) ${text}`, values),
        )
        await trx.run(sql`update services set next_period_on = '2026-01-20', period_index = period_index - 1`)
        return rows
      })
      const rows = rowsIn(plans[0]!['QUERY PLAN'][0].Plan)
      assert.ok(rows >= SERVICES && rows <= 6 * SERVICES, `${rows} rows for ${SERVICES} services`)
    })

    test('a state changes without a look at others that are in it', async () => {
      assert.equal(await runBilling(means), SERVICES)
      const invoice = (await db.get<{ id: string; version: number }>(
        sql`select id, version from invoices where status = 'issued' order by id limit 1`,
      ))!
      const read = await db.transaction(async (trx) => {
        const before = await readOf(trx, 'invoices')
        await updateVersioned(means, trx, {
          ...{ table: 'invoices', what: 'invoice', row: invoice, set: { in_collections_at: null } },
          state: { column: 'status', value: 'issued' },
        })
        return (await readOf(trx, 'invoices')) - before
      })
      assert.ok(read >= 1 && read <= FEW, `${read} documents were read`)
    })

    test('one journal after many is checked by its own postings', async () => {
      const client = (await db.get<{ id: string; brand_id: string }>(sql`select id, brand_id from clients`))!
      const journal = (): Journal => ({
        ...{ kind: 'bench', sourceId: means.newId('req'), brandId: client.brand_id, effectiveOn: DAY },
        postings: [
          { account: account.receivable, currency: 'EUR', clientId: client.id, amountMinor: 100n },
          { account: account.revenue('manual'), currency: 'EUR', amountMinor: -100n },
        ],
      })
      const read = await db.transaction(async (trx) => {
        await postJournals(means, trx, Array.from({ length: SERVICES }, journal))
        const tables = () => Promise.all([readOf(trx, 'postings'), readOf(trx, 'journals')])
        const [postings, journals] = await tables()
        await postJournals(means, trx, [journal()])
        const [later, laterJournals] = await tables()
        return { postings: later - postings, journals: laterJournals - journals }
      })
      assert.equal(read.postings, 2)
      assert.ok(read.journals <= FEW, `${read.journals} journals were read`)
    })
  })
}
