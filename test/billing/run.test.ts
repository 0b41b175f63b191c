import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  billDay,
  billUntil,
  previewBilling,
  verifyBooks,
  type BillableSource,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate, type IsoDate } from '../../core/kernel/index.ts'
import { serviceSource } from '../../core/services/index.ts'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { testMeans } from '../support/means.ts'
import { makeServices } from './make-services.ts'
import { draft, issue, makeBuyer } from './support.ts'

const day = (text: string): IsoDate => isoDate(text)

for (const engine of engines) {
  describe(`billing run on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-15T06:00:00.000Z' })
    const { brand } = await makeBuyer(means)
    await makeServices(means, brand, { clients: 30, perClient: 3, nextPeriodOn: '2026-01-20' })
    const deps = billingDeps(means)
    const patience = (key: string, days: number) => ({
      scope: 'installation',
      scope_id: '',
      key,
      value: JSON.stringify(days),
      version: 1,
      updated_by: 'test',
      updated_at: means.business.now(),
    })
    await db.insert('settings', [
      patience('billing.suspend_after', 120),
      patience('billing.terminate_after', 365),
    ])
    const clean = async (today: string) => assert.deepEqual(await verifyBooks(db, day(today)), [])
    const count = async (table: 'invoices' | 'invoice_lines' | 'charges' | 'parked_clients') =>
      (await db.get<{ n: number }>(sql`select count(*) as n from ${tables[table]}`))!.n

    test('a preview says what will come and writes nothing', async () => {
      const preview = await previewBilling(means, deps, { today: day('2026-01-15'), days: 0 })
      assert.equal(preview.invoices.length, 30)
      const [first] = preview.invoices
      assert.deepEqual(
        [first!.issuesOn, first!.dueOn, first!.netMinor, first!.taxMinor, first!.totalMinor],
        ['2026-01-15', '2026-01-20', 1_797n, 341n, 2_138n],
      )
      assert.equal(await count('invoices'), 0)
      await assert.rejects(previewBilling(means, deps, { today: day('2026-01-15'), days: 401 }), {
        code: 'billing.too_far',
      })
    })

    test('everything due by the lead time goes on one invoice a client', async () => {
      const report = await billDay(deps, day('2026-01-15'))
      assert.deepEqual(
        [report.status, report.invoices, report.services, report.totals],
        ['completed', 30, 90, { EUR: '64140' }],
      )
      assert.equal(await count('invoice_lines'), 90)
      await clean('2026-01-15')
    })

    test('the same day once more finds nothing, also when two ask at once', async () => {
      await Promise.all([billDay(deps, day('2026-01-15')), billDay(deps, day('2026-01-15'))])
      assert.equal(await count('invoices'), 30)
      await clean('2026-01-15')
    })

    test('two runners on the same due day share the work and double nothing', async () => {
      means.business.set('2026-02-15T06:00:00.000Z')
      await Promise.all([
        billDay(deps, day('2026-02-15')),
        billDay(deps, day('2026-02-15')),
        billDay(deps, day('2026-02-15')),
      ])
      assert.equal(await count('invoices'), 60)
      assert.equal(await count('charges'), 180)
      await clean('2026-02-15')
    })

    test('a client that cannot be billed is parked with the reason, and the run goes on', async () => {
      means.business.set('2026-03-15T06:00:00.000Z')
      const victim = (await db.get<{ id: string }>(sql`select id from clients where name = 'Client 7'`))!.id
      const poisoned: BillableSource = {
        ...serviceSource,
        dueItems: async (queries, query) =>
          (await serviceSource.dueItems(queries, query)).map((item) =>
            item.clientId === victim ? { ...item, problem: 'no price for this cycle' } : item,
          ),
      }
      const report = await billDay({ ...deps, sources: [poisoned] }, day('2026-03-15'))
      assert.deepEqual([report.status, report.invoices, report.parked], ['completed_with_exceptions', 29, 1])
      const parked = await db.get<{ client_id: string; reason: string }>(
        sql`select client_id, reason from parked_clients`,
      )
      assert.deepEqual({ ...parked }, { client_id: victim, reason: 'no price for this cycle' })
      await db.run(sql`delete from parked_clients`)
      assert.equal((await billDay(deps, day('2026-03-15'))).status, 'completed_with_exceptions')
      assert.equal(await count('invoices'), 90)
      await clean('2026-03-15')
    })

    test('days that were missed are run in their order', async () => {
      means.business.set('2026-04-18T06:00:00.000Z')
      const reports: { on: string; invoices: number }[] = await billUntil(deps, day('2026-04-18'))
      assert.equal(reports.length, 34)
      const numbered = await db.all<{ issued_on: string }>(
        sql`select issued_on from invoices order by number`,
      )
      assert.deepEqual(
        numbered.map((row) => row.issued_on),
        numbered.map((row) => row.issued_on).sort(),
      )
      assert.equal(await count('invoices'), 120)
      await clean('2026-04-18')
    })

    test('reminders and notices go out once each, and the unpaid are held and later removed', async () => {
      const sent = async (step: string) =>
        (await db.get<{ n: number }>(sql`select count(*) as n from reminders where step = ${step}`))!.n
      assert.ok((await sent('overdue_1')) > 0)
      const before = await sent('overdue_1')
      await billDay(deps, day('2026-04-18'))
      assert.equal(await sent('overdue_1'), before)
      const states = async () =>
        (
          await db.all<{ state: string }>(
            sql`select distinct delivery_status as state from services order by 1`,
          )
        ).map((row) => row.state)
      assert.deepEqual(await states(), ['live'])
      await db.run(sql`update settings set value = '60' where key = 'billing.suspend_after'`)
      assert.equal((await billDay(deps, day('2026-04-18'))).suspended, 90)
      assert.equal((await billDay(deps, day('2026-04-18'))).suspended, 0)
      await db.run(sql`update settings set value = '80' where key = 'billing.terminate_after'`)
      assert.equal((await billDay(deps, day('2026-04-18'))).terminated, 90)
      assert.equal((await db.all(sql`select id from services where billing_status <> 'ended'`)).length, 0)
    })
  })
}

for (const engine of engines) {
  test(`a missed day that is made up for after a document of today is dated like that one, on ${engine}`, async (t) => {
    const { db, remove } = await makeDatabase(engine)
    t.after(remove)
    const means = testMeans(db, { now: '2026-01-18T06:00:00.000Z' })
    const { brand, client } = await makeBuyer(means)
    await makeServices(means, brand, { clients: 1, perClient: 1, nextPeriodOn: '2026-01-17' })
    await issue(means, draft(client))
    const charged = () =>
      db.all<Record<string, string>>(sql`
        select i.issued_on, i.due_on, j.effective_on from invoices i join journals j on j.source_id = i.id
        where i.origin = 'renewal'`)
    await billDay(billingDeps(means), day('2026-01-15'))
    const once = (await charged()).map((row) => ({ ...row }))
    assert.deepEqual(once, [{ issued_on: '2026-01-18', due_on: '2026-01-18', effective_on: '2026-01-18' }])
    await billDay(billingDeps(means), day('2026-01-15'))
    assert.equal((await charged()).length, 1)
    assert.deepEqual(await verifyBooks(db, day('2026-01-18')), [])
  })
}

const tables = {
  invoices: sql`invoices`,
  invoice_lines: sql`invoice_lines`,
  charges: sql`charges`,
  parked_clients: sql`parked_clients`,
}
