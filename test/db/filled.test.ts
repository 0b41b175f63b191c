import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { billDay, verifyBooks } from '../../core/billing/index.ts'
import { addColumn, migrate, name, sql, type Db } from '../../core/db/index.ts'
import { addDays, isoDate } from '../../core/kernel/index.ts'
import { migrations } from '../../migrations/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { testMeans } from '../support/means.ts'
import { draft, issue, makeBuyer } from '../billing/support.ts'
import { emptyDatabase, fill, KEPT_AT, keptShop, NEXT_DAY } from './filled.ts'

const AT = '2026-05-24T06:00:00.000Z'
const today = isoDate(NEXT_DAY)
const DAYS = 40
const countOf = async (db: Db, table: 'invoices' | 'services' | 'postings') =>
  Number((await db.get<{ n: bigint }>(sql`select count(*) as n from ${name(table)}`))!.n)

for (const engine of engines) {
  describe(`a filled database of an older release on ${engine}`, () => {
    let db: Db
    let remove: () => Promise<void>
    const shop = keptShop()
    before(async () => {
      ;({ db, remove } = await emptyDatabase(engine))
      const older = migrations.findIndex((one) => one.name === KEPT_AT) + 1
      assert.ok(older > 0 && older < migrations.length)
      await migrate(db, migrations.slice(0, older), AT)
      await fill(db, shop)
    })
    after(() => remove())

    test('is brought forward with every row, its books add up, and it bills the days that follow', async () => {
      const ran = await migrate(db, migrations, AT)
      assert.equal(ran.length, migrations.length - migrations.findIndex((one) => one.name === KEPT_AT) - 1)
      for (const table of ['invoices', 'services', 'postings'] as const)
        assert.equal(await countOf(db, table), shop[table]!.rows.length, table)
      assert.deepEqual(await verifyBooks(db, today), [])
      const means = testMeans(db, { now: AT })
      for (let n = 0; n < DAYS; n++) {
        means.business.set(addDays(today, n))
        assert.equal((await billDay(billingDeps(means), addDays(today, n))).status, 'completed')
      }
      assert.ok((await countOf(db, 'invoices')) > shop['invoices']!.rows.length)
      assert.deepEqual(await verifyBooks(db, addDays(today, DAYS - 1)), [])
    })
  })

  describe(`a schema that is one release ahead on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)

    test('is used by the code of before: what was added since is left alone', async () => {
      const ahead = {
        ...{ name: '9998_expands', breaking: false },
        load: () =>
          Promise.resolve({
            async up(trx: Parameters<typeof addColumn>[0]) {
              for (const table of ['clients', 'services', 'invoices', 'invoice_lines', 'charges', 'postings'])
                await addColumn(trx, table, 'of_tomorrow', 'text?')
            },
          }),
      }
      await migrate(db, [...migrations, ahead], AT)
      assert.deepEqual(await migrate(db, migrations, AT), [], 'the code of before starts')
      const means = testMeans(db)
      const { client } = await makeBuyer(means)
      const { id } = await issue(means, draft(client))
      assert.deepEqual(await verifyBooks(db, isoDate('2026-01-15')), [])
      const row = await db.get<{ of_tomorrow: null }>(sql`select of_tomorrow from invoices where id = ${id}`)
      assert.equal(row?.of_tomorrow, null)
    })
  })
}
