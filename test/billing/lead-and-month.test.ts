import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { billDay, previewBilling, verifyBooks } from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { addDays, isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { testMeans } from '../support/means.ts'
import { makeServices } from './make-services.ts'
import { makeBuyer } from './support.ts'

const FIRST = isoDate('2026-01-15')

for (const engine of engines) {
  describe(`how far ahead, and by the month, on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-15T06:00:00.000Z' })
    const deps = billingDeps(means)
    let brand: Awaited<ReturnType<typeof makeBuyer>>['brand']
    beforeEach(async () => {
      means.business.set(`${FIRST}T06:00:00.000Z`)
      await db.run(sql`delete from settings`)
      await db.run(sql`delete from automated_acts where task = 'billing.day'`)
      await db.run(sql`update services set billing_status = 'ended', next_period_on = null`)
      brand = (await makeBuyer(means)).brand
    })

    const set = (key: string, scope: string, scopeId: string, value: unknown) =>
      db.insert('settings', [
        {
          ...{ key, scope, scope_id: scopeId, value: JSON.stringify(value), version: 1 },
          ...{ updated_by: 'test', updated_at: means.business.now() },
        },
      ])
    /** Services of one client, one for each cycle and day on which its next period begins. */
    const client = async (services: readonly (readonly [cycle: string, nextOn: string])[]) => {
      await makeServices(means, brand, { clients: 1, perClient: services.length, nextPeriodOn: '2026-01-31' })
      const rows = await db.all<{ id: string; client_id: string }>(sql`
        select id, client_id from services where client_id = (select max(client_id) from services where brand_id = ${brand.id}) order by id`)
      for (const [i, [cycle, on]] of services.entries())
        await db.run(
          sql`update services set cycle = ${cycle}, anchor_on = ${on}, next_period_on = ${on} where id = ${rows[i]!.id}`,
        )
      return rows[0]!.client_id
    }
    const billUntil = async (last: string) => {
      for (let on = FIRST; on <= last; on = addDays(on, 1)) {
        means.business.set(`${on}T06:00:00.000Z`)
        await billDay(deps, on)
      }
      assert.deepEqual(await verifyBooks(db, isoDate(last)), [])
    }
    const issued = async (clientId: string) =>
      (
        await db.all<{ text: string }>(sql`
          select i.issued_on || ' due ' || i.due_on || ' lines ' || cast(count(*) as text) as text from invoices i
          join invoice_lines l on l.invoice_id = i.id where i.client_id = ${clientId}
          group by i.id, i.issued_on, i.due_on order by i.issued_on, i.due_on`)
      ).map(({ text }) => text)
    const foreseen = async (clientId: string, days: number) =>
      (await previewBilling(means, deps, { today: FIRST, days })).invoices
        .filter((invoice) => invoice.clientId === clientId)
        .map(({ issuesOn, dueOn, lines }) => `${issuesOn} due ${dueOn} lines ${lines.length}`)
        .sort()

    test('short cycles are invoiced shortly before, long ones long before', async () => {
      await set('billing.lead_days_short', 'installation', '', 1)
      await set('billing.lead_days_long', 'brand', brand.id, 12)
      const ids = [
        await client([['1w', '2026-01-28']]),
        await client([['14d', '2026-01-28']]),
        await client([['1m', '2026-01-28']]),
        await client([['12m', '2026-01-28']]),
        await client([['2y', '2026-01-28']]),
      ]
      await set('billing.lead_days_long', 'client', ids[4]!, -1)
      const before = await Promise.all(ids.map((id) => foreseen(id, 13)))
      await billUntil('2026-01-28')
      assert.deepEqual(await Promise.all(ids.map(issued)), [
        ['2026-01-27 due 2026-01-28 lines 1'],
        ['2026-01-27 due 2026-01-28 lines 1'],
        ['2026-01-21 due 2026-01-28 lines 1'],
        ['2026-01-16 due 2026-01-28 lines 1'],
        ['2026-01-21 due 2026-01-28 lines 1'],
      ])
      assert.deepEqual(before, await Promise.all(ids.map(issued)))
    })

    test('a client that wants it gets one invoice for all of a month, due with its first period', async () => {
      const dates = [
        ['1m', '2026-02-03'],
        ['1m', '2026-02-17'],
        ['1y', '2026-02-28'],
        ['1m', '2026-03-01'],
      ] as const
      const [joined, single] = [await client(dates), await client(dates)]
      await set('billing.monthly_invoice', 'client', joined, true)
      const before = await foreseen(joined, 40)
      await billUntil('2026-02-24')
      assert.deepEqual(await issued(joined), [
        '2026-01-25 due 2026-02-03 lines 3',
        '2026-02-22 due 2026-03-01 lines 3',
      ])
      assert.deepEqual(before, await issued(joined))
      assert.deepEqual(await issued(single), [
        '2026-01-27 due 2026-02-03 lines 1',
        '2026-02-10 due 2026-02-17 lines 1',
        '2026-02-21 due 2026-02-28 lines 1',
        '2026-02-22 due 2026-03-01 lines 1',
        '2026-02-24 due 2026-03-03 lines 1',
      ])
    })
  })
}
