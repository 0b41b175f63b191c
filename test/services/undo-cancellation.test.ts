import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { changePorts } from '../../core/app/wire/change-ports.ts'
import { billDay, billingConsumers, creditInvoice, verifyBooks } from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { deliverEvents } from '../../core/events/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { cancelService, undoCancellation, type ServiceRow } from '../../core/services/index.ts'
import { makeServices } from '../billing/make-services.ts'
import { makeBuyer } from '../billing/support.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'

for (const engine of engines) {
  describe(`a cancellation that is undone (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const staff = staffActor()
    const deps = billingDeps(means)
    let id: string
    let other: string

    /** Two services of one client, charged until 20 January, with the renewal from then on issued and unpaid. */
    beforeEach(async () => {
      means.business.set('2026-01-15T06:00:00.000Z')
      await db.run(sql`update services set billing_status = 'ended', next_period_on = null`)
      const { brand } = await makeBuyer(means)
      await makeServices(means, brand, { clients: 1, perClient: 2, nextPeriodOn: '2026-01-20' })
      const rows = await db.all<{ id: string }>(
        sql`select id from services where brand_id = ${brand.id} order by id`,
      )
      ;[id, other] = [rows[0]!.id, rows[1]!.id]
    })

    const alone = () =>
      db.run(sql`update services set billing_status = 'ended', next_period_on = null where id = ${other}`)
    const bill = (day: string) => {
      means.business.set(`${day}T06:00:00.000Z`)
      return billDay(deps, isoDate(day))
    }
    const cancel = () =>
      cancelService(
        { ...means, changes: changePorts },
        { service_id: id, at: 'end', reason: 'Not needed' },
        staff,
      )
    const undo = () => undoCancellation(means, { service_id: id }, staff)
    const hear = async () => {
      const events = await db.all<{ id: string }>(
        sql`select id from events where type = 'cancellation.planned' order by id`,
      )
      await deliverEvents(
        means,
        billingConsumers(means),
        events.map((event) => event.id),
      )
    }
    const documents = () =>
      db.all<{ status: string; total_minor: bigint }>(sql`
        select i.status, i.total_minor from invoices i where i.kind = 'invoice' and i.id in (select invoice_id from invoice_lines where source_id = ${id}) order by i.id`)
    const planOf = async () => {
      const row = await db.get<ServiceRow>(sql`select * from services where id = ${id}`)
      return [row!.period_index, row!.next_period_on, row!.charged_through, row!.coupon_cycles_left]
    }
    const findings = async (day: string) =>
      (await verifyBooks(db, isoDate(day))).filter((found) => found.id === id)

    test('has its voided renewal charged again by the next run, once', async () => {
      await alone()
      await bill('2026-01-15')
      await cancel()
      await hear()
      assert.deepEqual(
        (await documents()).map(({ status }) => status),
        ['void'],
      )
      await undo()
      assert.deepEqual(await planOf(), [0, '2026-01-20', '2026-01-20', null])
      assert.deepEqual(await findings('2026-01-16'), [])
      await bill('2026-01-16')
      await bill('2026-01-16')
      await bill('2026-01-17')
      assert.deepEqual(await documents(), [
        { status: 'void', total_minor: 713n },
        { status: 'issued', total_minor: 713n },
      ])
      assert.deepEqual(await planOf(), [1, '2026-02-20', '2026-02-20', null])
      assert.deepEqual(await findings('2026-01-17'), [])
    })

    test('also when the renewal held another service and was lowered by a credit note', async () => {
      await bill('2026-01-15')
      await cancel()
      await hear()
      await undo()
      await bill('2026-01-16')
      assert.deepEqual(await documents(), [
        { status: 'issued', total_minor: 1_426n },
        { status: 'issued', total_minor: 713n },
      ])
      assert.deepEqual(await verifyBooks(db, isoDate('2026-01-16')), [])
    })

    test('a line of nothing on the renewal is no credit note, and its period comes again', async () => {
      await db.run(sql`update services set amount_minor = 0, recurring_minor = 0 where id = ${id}`)
      await bill('2026-01-15')
      await cancel()
      await hear()
      await undo()
      assert.deepEqual(await planOf(), [0, '2026-01-20', '2026-01-20', null])
      await bill('2026-01-16')
      assert.deepEqual(await documents(), [
        { status: 'issued', total_minor: 713n },
        { status: 'paid', total_minor: 0n },
      ])
      assert.deepEqual(await verifyBooks(db, isoDate('2026-01-16')), [])
    })

    test('what staff had credited of the renewal is not credited again', async () => {
      await bill('2026-01-15')
      const line = await db.get<{ invoice_id: string; position: number }>(
        sql`select invoice_id, position from invoice_lines where source_id = ${id}`,
      )
      const lines = [{ position: line!.position }]
      await creditInvoice(means, { invoice_id: line!.invoice_id, lines, reason: 'Goodwill' }, staff)
      await cancel()
      await hear()
      const notes = await db.all<{ total_minor: bigint }>(
        sql`select total_minor from invoices where kind = 'credit_note' and corrects_id = ${line!.invoice_id}`,
      )
      assert.deepEqual(notes, [{ total_minor: -713n }])
      assert.deepEqual(await planOf(), [1, '2026-02-20', '2026-02-20', null])
      await undo()
      assert.deepEqual(await planOf(), [1, '2026-02-20', '2026-02-20', null], 'nor charged again')
      await bill('2026-01-17')
      assert.equal((await documents()).length, 1)
      assert.deepEqual(await verifyBooks(db, isoDate('2026-01-17')), [])
    })

    test('a part of a period that staff had credited does not keep it', async () => {
      await bill('2026-01-15')
      const line = await db.get<{ invoice_id: string; position: number }>(
        sql`select invoice_id, position from invoice_lines where source_id = ${id}`,
      )
      const lines = [{ position: line!.position, amount_minor: '100' }]
      await creditInvoice(means, { invoice_id: line!.invoice_id, lines, reason: 'Goodwill' }, staff)
      await cancel()
      await hear()
      await undo()
      assert.deepEqual(await planOf(), [0, '2026-01-20', '2026-01-20', null])
      await bill('2026-01-16')
      assert.equal((await documents()).length, 2)
      assert.deepEqual(await verifyBooks(db, isoDate('2026-01-16')), [])
    })

    test('can be cancelled and undone again', async () => {
      await alone()
      await bill('2026-01-15')
      for (const day of ['2026-01-16', '2026-01-17']) {
        await cancel()
        await hear()
        await undo()
        await bill(day)
      }
      assert.deepEqual(
        (await documents()).map(({ status }) => status),
        ['void', 'void', 'issued'],
      )
      assert.deepEqual(await findings('2026-01-17'), [])
    })

    test('a second cancellation without an undo ends with what is paid, too', async () => {
      await alone()
      await bill('2026-01-15')
      assert.deepEqual(await cancel(), { effectiveOn: '2026-01-20', returnedMinor: 0n })
      await hear()
      assert.deepEqual(await cancel(), { effectiveOn: '2026-01-20', returnedMinor: 0n })
      await hear()
      assert.deepEqual(
        (await documents()).map(({ status }) => status),
        ['void'],
      )
    })

    test('drops nothing when it was undone before billing heard of it', async () => {
      await alone()
      await bill('2026-01-15')
      await cancel()
      await undo()
      await hear()
      await bill('2026-01-16')
      assert.deepEqual(
        (await documents()).map(({ status }) => status),
        ['issued'],
      )
    })

    test('gives a coupon its cycle back', async () => {
      await alone()
      const coupon = { id: means.newId('cpn'), code: `HALF${id.slice(-6)}` }
      const service = await db.get<ServiceRow>(sql`select * from services where id = ${id}`)
      const now = means.business.now()
      const terms = {
        kind: 'percent',
        status: 'active',
        product_ids: '[]',
        percent_ppm: 500_000,
        cycles: 2,
        version: 1,
        created_at: now,
        updated_at: now,
      }
      await db.insert('coupons', [{ ...coupon, brand_id: service!.brand_id, ...terms }])
      await db.run(sql`update services set coupon_id = ${coupon.id}, coupon_cycles_left = 2 where id = ${id}`)
      await bill('2026-01-15')
      assert.deepEqual((await planOf())[3], 1)
      await cancel()
      await hear()
      await undo()
      assert.deepEqual((await planOf())[3], 2)
      await bill('2026-01-16')
      assert.deepEqual(
        (await documents()).map(({ total_minor }) => total_minor),
        [356n, 356n],
      )
    })

    test('verify names a service whose dropped period is not planned again', async () => {
      await alone()
      await bill('2026-01-15')
      await cancel()
      await hear()
      await undo()
      await db.run(sql`update services set period_index = 1, next_period_on = '2026-02-20' where id = ${id}`)
      assert.deepEqual(
        (await findings('2026-01-16')).map(({ check }) => check),
        ['period that a cancellation dropped is planned again'],
      )
    })
  })
}
