import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { changePorts } from '../../core/app/wire/change-ports.ts'
import { billDay, billingConsumers, recordPayment, verifyBooks } from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { deliverEvents } from '../../core/events/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { cancelService, planUnused, type ServiceRow } from '../../core/services/index.ts'
import { makeServices } from '../billing/make-services.ts'
import { makeBuyer, makeGateway, scriptedGateway } from '../billing/support.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'

const staff = staffActor()

for (const engine of engines) {
  describe(`unused value of a cancelled service on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const plugins = scriptedGateway([])
    const means = { ...testMeans(db, { now: '2026-01-15T06:00:00.000Z' }), changes: changePorts, plugins }
    const deps = billingDeps(means)
    let service: ServiceRow
    beforeEach(async () => {
      await db.run(sql`delete from settings`)
      await db.run(sql`delete from automated_acts where task = 'billing.day'`)
      await db.run(sql`update services set billing_status = 'ended', next_period_on = null`)
      const { brand } = await makeBuyer(means)
      await makeServices(means, brand, { clients: 1, perClient: 1, nextPeriodOn: '2026-01-15' })
      await bill('2026-01-15')
      service = (await db.get<ServiceRow>(sql`select * from services where brand_id = ${brand.id}`))!
    })
    const bill = async (on: string) => {
      means.business.set(`${on}T06:00:00.000Z`)
      await billDay(deps, isoDate(on))
    }
    const policy = (value: string, key = 'services.unused_on_cancel') =>
      db.insert('settings', [
        {
          ...{ key, scope: 'product', scope_id: service.product_id },
          ...{
            value: JSON.stringify(value),
            version: 1,
            updated_by: 'test',
            updated_at: means.business.now(),
          },
        },
      ])
    const pay = async (instanceId: string | null) => {
      const open = await db.all<{ id: string; total_minor: bigint }>(sql`
        select id, total_minor from invoices where client_id = ${service.client_id} and status = 'issued' order by id`)
      for (const { id, total_minor } of open) {
        const input = { invoice_id: id, amount_minor: String(total_minor), reference: `paid ${id}` }
        await recordPayment(means, { ...input, instance_id: instanceId }, staff)
      }
    }
    const cancel = (at: 'now' | 'end' = 'now') =>
      cancelService(means, { service_id: service.id, at, reason: 'Moving' }, staff)
    const credit = async () =>
      Number(
        (await db.get<{ minor: bigint | null }>(sql`
          select -sum(amount_minor) as minor from postings where account = 'client_credit' and client_id = ${service.client_id}`))!
          .minor ?? 0n,
      )
    const refunds = () =>
      db.all<{ amount_minor: bigint; destination: string; taken_from: string; status: string }>(sql`
        select amount_minor, destination, taken_from, status from refunds where client_id = ${service.client_id}`)
    const hear = async () => {
      const events = await db.all<{ id: string }>(
        sql`select id from events where type = 'cancellation.planned' and client_id = ${service.client_id} order by id`,
      )
      await deliverEvents(
        means,
        billingConsumers(means),
        events.map(({ id }) => id),
      )
    }
    const clean = async (on: string) => assert.deepEqual(await verifyBooks(db, isoDate(on)), [])

    test('is kept unless the product says otherwise', async () => {
      await pay(null)
      means.business.set('2026-01-25T10:00:00.000Z')
      assert.deepEqual(await cancel(), { effectiveOn: '2026-01-25', returnedMinor: 0n })
      assert.equal(await credit(), 0)
      await clean('2026-01-25')
    })

    test('becomes credit, with its tax and its working on the credit note', async () => {
      await policy('credit')
      await pay(null)
      means.business.set('2026-01-25T10:00:00.000Z')
      const ending = { whole: service, parts: () => Promise.resolve([]), cause: 'preview' }
      assert.equal((await planUnused(means, db, ending)).amountMinor, -406n)
      // 21 of 31 days of 5.99 and 19 % of it.
      assert.deepEqual(await cancel(), { effectiveOn: '2026-01-25', returnedMinor: 483n })
      assert.equal(await credit(), 483)
      const row = await db.get<{ returned_minor: bigint; trace: string; number: string }>(sql`
        select c.returned_minor, l.trace, i.number from cancellations c join invoices i on i.id = c.credit_note_id
        join invoice_lines l on l.invoice_id = i.id where c.service_id = ${service.id}`)
      const { of, days, length } = JSON.parse(row!.trace) as Record<string, unknown>
      assert.deepEqual([row!.returned_minor, of, days, length], [483n, '599', 21, 31])
      await clean('2026-01-25')
    })

    test('is what was not used, also where periods count whole', async () => {
      await policy('credit')
      await policy('full', 'services.proration')
      await pay(null)
      means.business.set('2026-02-14T10:00:00.000Z')
      // The last of 31 days of 5.99 and 19 % of it.
      assert.deepEqual(await cancel(), { effectiveOn: '2026-02-14', returnedMinor: 23n })
      await clean('2026-02-14')
    })

    test('goes back through the gateway that brought it, once', async () => {
      await policy('refund')
      await pay((await makeGateway(means)).id)
      means.business.set('2026-01-25T10:00:00.000Z')
      await cancel()
      await assert.rejects(cancel(), { code: 'service.ended' })
      assert.deepEqual(
        (await refunds()).map((row) => ({ ...row })),
        [{ amount_minor: 483n, destination: 'source', taken_from: 'credit_note', status: 'created' }],
      )
      assert.equal(means.jobs.of('billing.refund').length, 1)
      assert.equal(await credit(), 0)
      await clean('2026-01-25')
    })

    test('stays credit when it came by hand', async () => {
      await policy('refund')
      await pay(null)
      means.business.set('2026-01-25T10:00:00.000Z')
      await cancel()
      assert.deepEqual([await refunds(), await credit()], [[], 483])
      await clean('2026-01-25')
    })

    test('lowers first what is still owed', async () => {
      await policy('refund')
      means.business.set('2026-01-25T10:00:00.000Z')
      await cancel()
      const open = await db.get<{ minor: bigint }>(sql`
        select i.total_minor - coalesce((select sum(a.amount_minor) from allocations a where a.invoice_id = i.id), 0) as minor
        from invoices i where i.client_id = ${service.client_id} and i.status = 'issued'`)
      // 7.13 less 4.83.
      assert.deepEqual([Number(open?.minor), await credit(), await refunds()], [230, 0, []])
      await clean('2026-01-25')
    })

    test('of an unpaid renewal is dropped with it and not given back besides', async () => {
      await policy('credit')
      await pay(null)
      await bill('2026-02-10')
      assert.deepEqual(await cancel(), { effectiveOn: '2026-02-10', returnedMinor: 115n })
      await hear()
      const states = await db.all<{ status: string }>(sql`
        select status from invoices where client_id = ${service.client_id} and kind = 'invoice' order by id`)
      assert.deepEqual(
        states.map(({ status }) => status),
        ['paid', 'void'],
      )
      assert.equal(await credit(), 115)
      await clean('2026-02-10')
    })

    test('at the end of the term there is none', async () => {
      await policy('refund')
      await pay(null)
      assert.deepEqual(await cancel('end'), { effectiveOn: '2026-02-15', returnedMinor: 0n })
    })
  })
}
