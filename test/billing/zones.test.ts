import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { changePorts } from '../../core/app/wire/change-ports.ts'
import { billToday, billUntil, verifyBooks, zonesToBill } from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { cancelService } from '../../core/services/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeBrand, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { makeServices } from './make-services.ts'

for (const engine of engines) {
  describe(`brands of different zones (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    // One o'clock on the 16th in Auckland, four o'clock on the 15th in Los Angeles.
    const means = testMeans(db, { now: '2026-01-15T12:00:00.000Z' })
    const deps = billingDeps(means)
    const far = await makeBrand(means, { zone: 'Pacific/Auckland' })
    const near = await makeBrand(means, { zone: 'America/Los_Angeles' })
    const next = await makeBrand(means, { zone: 'America/Los_Angeles' })
    for (const brand of [far, near, next])
      await makeServices(means, brand, { clients: 3, perClient: 1, nextPeriodOn: '2026-01-23' })
    const dates = (brand: { id: string }) =>
      db.all<{ issued_on: string; n: number }>(
        sql`select issued_on, count(*) as n from invoices where brand_id = ${brand.id} group by issued_on order by issued_on`,
      )

    test('are billed by the day of their own zone, and by it their documents are dated', async () => {
      const reports = await billToday(deps)
      assert.deepEqual(
        reports.map(({ zone, on, invoices }) => [zone, on, invoices]),
        [
          ['Pacific/Auckland', '2026-01-16', 3],
          ['America/Los_Angeles', '2026-01-15', 0],
        ],
      )
      assert.deepEqual(await dates(far), [{ issued_on: '2026-01-16', n: 3 }])
      assert.deepEqual([await dates(near), await zonesToBill(means)], [[], []])
    })

    test('each begins its day when its clock does, whoever asks how often', async () => {
      // Still the 16th in Auckland; it has begun in Los Angeles.
      means.business.set('2026-01-16T09:30:00.000Z')
      assert.deepEqual(
        (await zonesToBill(means)).map(({ zone, brandIds }) => [zone, brandIds]),
        [['America/Los_Angeles', [near.id, next.id]]],
      )
      await Promise.all([billToday(deps), billToday(deps)])
      await billToday(deps)
      for (const brand of [near, next])
        assert.deepEqual(await dates(brand), [{ issued_on: '2026-01-16', n: 3 }])
      assert.deepEqual(await dates(far), [{ issued_on: '2026-01-16', n: 3 }])
      assert.deepEqual(
        await db.all(sql`select kind, as_of_on, status from billing_runs order by kind, as_of_on`),
        [
          { kind: 'renewals:America/Los_Angeles', as_of_on: '2026-01-15', status: 'completed' },
          { kind: 'renewals:America/Los_Angeles', as_of_on: '2026-01-16', status: 'completed' },
          { kind: 'renewals:Pacific/Auckland', as_of_on: '2026-01-16', status: 'completed' },
        ],
      )
    })

    test('a cancelled service ends with the day of its brand', async () => {
      const end = async (brand: { id: string }) => {
        const service = await db.get<{ id: string }>(
          sql`select id from services where brand_id = ${brand.id} order by id limit 1`,
        )
        await db.run(
          sql`update services set charged_through = '2026-01-18', zone = ${'UTC'} where id = ${service!.id}`,
        )
        await cancelService(
          { ...means, changes: changePorts },
          { service_id: service!.id, at: 'end', reason: 'Moving away' },
          staffActor(),
        )
        return service!.id
      }
      const ids = [await end(far), await end(near)]
      means.business.set('2026-01-17T12:00:00.000Z')
      await billToday(deps)
      const rows = await db.all<{ id: string; billing_status: string }>(
        sql`select id, billing_status from services where id in (${ids[0]!}, ${ids[1]!})`,
      )
      const states = new Map(rows.map((row) => [row.id, row.billing_status]))
      assert.deepEqual(
        ids.map((id) => states.get(id)),
        ['ended', 'ending'],
      )
    })

    test('a day that is asked for is billed for all of them, missed days in order', async () => {
      means.business.set('2026-02-17T12:00:00.000Z')
      const reports = await billUntil(deps, isoDate('2026-02-17'))
      const days = (zone: string) => reports.filter((report) => report.zone === zone).map(({ on }) => on)
      assert.deepEqual([days('Pacific/Auckland')[0], days('Pacific/Auckland').length], ['2026-01-19', 30])
      assert.deepEqual(
        [days('America/Los_Angeles')[0], days('America/Los_Angeles').length],
        ['2026-01-18', 31],
      )
      assert.deepEqual(await verifyBooks(db, isoDate('2026-02-17')), [])
    })
  })
}
