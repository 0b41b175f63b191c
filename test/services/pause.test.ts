import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { changePorts } from '../../core/app/wire/change-ports.ts'
import { billDay, verifyBooks } from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import {
  cancelService,
  pauseService,
  previewMove,
  requestChange,
  resumeService,
  releaseService,
  servicesWithoutNextCharge,
  type ServiceRow,
} from '../../core/services/index.ts'
import { makeServices } from '../billing/make-services.ts'
import { makeBuyer } from '../billing/support.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'

for (const engine of engines) {
  describe(`pausing a service on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = { ...testMeans(db, { now: '2026-01-15T06:00:00.000Z' }), changes: changePorts }
    const deps = billingDeps(means)
    let id: string
    let owner: ReturnType<typeof clientActor>
    /** Charged and paid from 15 January to 15 February. */
    beforeEach(async () => {
      await db.run(sql`delete from settings`)
      await db.run(sql`delete from automated_acts where task = 'billing.day'`)
      await db.run(sql`update services set billing_status = 'ended', next_period_on = null, paused_on = null`)
      const { brand } = await makeBuyer(means)
      await makeServices(means, brand, { clients: 1, perClient: 1, nextPeriodOn: '2026-01-15' })
      await bill('2026-01-15')
      const row = (await db.get<ServiceRow>(sql`select * from services where brand_id = ${brand.id}`))!
      id = row.id
      owner = clientActor(row.client_id)
    })
    const bill = async (on: string) => {
      means.business.set(`${on}T06:00:00.000Z`)
      await billDay(deps, isoDate(on))
    }
    const paid = () =>
      db.run(sql`
        update invoices set status = 'void' where status = 'issued' and id in (
          select invoice_id from invoice_lines where source_id = ${id})`)
    const policy = (value: string) =>
      db.insert('settings', [
        {
          ...{ key: 'services.pause', scope: 'installation', scope_id: '', value: JSON.stringify(value) },
          ...{ version: 1, updated_by: 'test', updated_at: means.business.now() },
        },
      ])
    const at = async (on: string, act: () => Promise<unknown>) => {
      means.business.set(`${on}T18:00:00.000Z`)
      await act()
    }
    const pause = () => pauseService(means, { service_id: id }, owner)
    const resume = () => resumeService(means, { service_id: id }, owner)
    const days = async () => {
      const row = (await db.get<ServiceRow>(sql`select * from services where id = ${id}`))!
      return [row.anchor_on, row.period_index, row.next_period_on, row.charged_through, row.paused_on]
    }
    const starts = async () =>
      (
        await db.all<{ on: string }>(
          sql`select period_start as "on" from charges where source_id = ${id} order by period_start`,
        )
      ).map(({ on }) => on)
    const clean = async (on: string) => {
      const findings = await verifyBooks(db, isoDate(on))
      assert.deepEqual(
        findings.filter(({ check }) => /planned|paused|left behind/.test(check)),
        [],
      )
    }

    test('charging goes on where the shop says so', async () => {
      await at('2026-01-25', pause)
      assert.deepEqual(await days(), ['2026-01-15', 1, '2026-02-15', '2026-02-15', null])
      await bill('2026-02-10')
      assert.deepEqual(await starts(), ['2026-01-15', '2026-02-15'])
      await at('2026-02-20', resume)
      await clean('2026-02-20')
    })

    test('the paid time is kept for later: of the pause only whole days do not count', async () => {
      await policy('stretch')
      await paid()
      await at('2026-01-25', pause)
      assert.deepEqual(await days(), ['2026-01-15', 1, null, '2026-02-15', '2026-01-25'])
      assert.deepEqual(await servicesWithoutNextCharge(db), [])
      await clean('2026-01-25')
      await bill('2026-03-20')
      assert.deepEqual(await starts(), ['2026-01-15'])
      // 26 January to 9 March did not run: 43 days.
      await at('2026-03-10', resume)
      assert.deepEqual(await days(), ['2026-03-30', 0, '2026-03-30', '2026-03-30', null])
      await bill('2026-03-25')
      assert.deepEqual(await starts(), ['2026-01-15', '2026-03-30'])
      await clean('2026-03-25')
    })

    test('what is kept has the value that it had', async () => {
      await policy('stretch')
      await paid()
      await at('2026-01-25', pause)
      await at('2026-03-10', resume)
      // 20 of 31 days are left until 30 March: to take them away gives back their part of 5.99.
      const wish = { service_id: id, to_on: '2026-03-10' }
      assert.equal((await previewMove(means, wish, staffActor())).totalMinor, -386n)
    })

    test('a pause over night moves nothing', async () => {
      await policy('stretch')
      await paid()
      await at('2026-01-25', pause)
      await at('2026-01-26', resume)
      assert.deepEqual(await days(), ['2026-01-15', 1, '2026-02-15', '2026-02-15', null])
    })

    test('the paid time runs and a new period begins with the return', async () => {
      await policy('restart')
      await paid()
      await at('2026-01-25', pause)
      await at('2026-02-10', resume)
      assert.deepEqual(await days(), ['2026-01-15', 1, '2026-02-15', '2026-02-15', null])
      await at('2026-02-12', pause)
      await bill('2026-03-20')
      await at('2026-03-20', resume)
      assert.deepEqual(await days(), ['2026-03-20', 0, '2026-03-20', '2026-03-20', null])
      await bill('2026-03-20')
      assert.deepEqual(await starts(), ['2026-01-15', '2026-03-20'])
      await clean('2026-03-20')
    })

    test('staff who lift all holds resume it too', async () => {
      await policy('stretch')
      await paid()
      await at('2026-01-25', pause)
      await at('2026-02-10', () => releaseService(means, { service_id: id }, staffActor()))
      assert.deepEqual(await days(), ['2026-03-02', 0, '2026-03-02', '2026-03-02', null])
    })

    test('parts rest and return with their whole', async () => {
      await policy('stretch')
      await paid()
      const part = means.newId('svc')
      await db.run(sql`
        insert into services (id, brand_id, client_id, product_id, parent_id, label, billing_status, delivery_status, currency, cycle, quantity, amount_minor, recurring_minor, tax_class, zone, anchor_on, period_index, next_period_on, charged_through, delivery_on, module_settings, created_at, updated_at)
        select ${part}, brand_id, client_id, product_id, id, 'Part', billing_status, 'none', currency, cycle, quantity, amount_minor, recurring_minor, tax_class, zone, anchor_on, period_index, next_period_on, charged_through, delivery_on, module_settings, created_at, updated_at from services where id = ${id}`)
      const partDays = async () => {
        const row = (await db.get<ServiceRow>(sql`select * from services where id = ${part}`))!
        return [row.next_period_on, row.paused_on]
      }
      await at('2026-01-25', pause)
      assert.deepEqual(await partDays(), [null, '2026-01-25'])
      await clean('2026-01-25')
      await at('2026-02-10', resume)
      assert.deepEqual(await partDays(), ['2026-03-02', null])
    })

    test('what is owed is paid first, and a paused service neither changes nor ends with its term', async () => {
      await policy('stretch')
      means.business.set('2026-01-20T06:00:00.000Z')
      await assert.rejects(pause(), { code: 'service_change.not_possible' })
      assert.deepEqual(await days(), ['2026-01-15', 1, '2026-02-15', '2026-02-15', null])
      const holds = await db.all(sql`select reason from service_holds where service_id = ${id}`)
      assert.deepEqual(holds, [])
      await paid()
      await pause()
      const wish = { service_id: id, cycle: '1y' }
      await assert.rejects(requestChange(means, wish, owner), { code: 'service_change.not_possible' })
      const cancel = { service_id: id, reason: 'x' }
      await assert.rejects(cancelService(means, cancel, owner), { code: 'service_change.not_possible' })
      await cancelService(means, { ...cancel, at: 'now' }, owner)
      await clean('2026-01-20')
    })

    test('the books are refused when a pause and its hold disagree', async () => {
      await policy('stretch')
      await paid()
      await at('2026-01-25', pause)
      await db.run(sql`delete from service_holds where service_id = ${id}`)
      const named = async () =>
        (await verifyBooks(db, isoDate('2026-01-25')))
          .filter(({ id: one }) => one === id)
          .map(({ check }) => check)
      assert.deepEqual(await named(), ['paused service is held by its client and charges nothing'])
      await db.run(sql`update services set paused_on = null where id = ${id}`)
      assert.deepEqual(await named(), ['live service has its next charge planned'])
    })
  })
}
