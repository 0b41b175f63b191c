import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import type { StoredEvent } from '../../core/events/index.ts'
import {
  cancelService,
  endCancelled,
  pauseService,
  releaseService,
  resumeService,
  serviceConsumers,
  spareService,
  suspendOverdue,
  suspendService,
  terminateService,
  undoCancellation,
  createServices,
  dunningDays,
} from '../../core/services/index.ts'
import { suspendAfter, terminateAfter, verifyBooks } from '../../core/billing/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { scopedSettings } from '../../core/records/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { day, openShop, owner, permanent, seed, spec, staff, system, type Shop } from './fixture.ts'

for (const engine of engines) {
  describe(`holds and endings on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    await seed(db)
    let shop: Shop
    beforeEach(async () => {
      await db.run(sql`delete from events`)
      await db.run(sql`delete from timers`)
      await db.run(sql`delete from invoice_lines`)
      await db.run(sql`delete from invoices`)
      await db.run(sql`update services set server_id = null`)
      shop = openShop(db)
    })

    let heard = 0
    const hear = async (type: string, subject: string, ids: string[]) => {
      const event = {
        id: `evt_${++heard}`,
        type,
        subject,
        body: { service_ids: ids },
      } as unknown as StoredEvent
      for (const consumer of serviceConsumers(shop.means))
        if (consumer.types.includes(type)) await db.transaction((trx) => consumer.handle(trx, event))
    }
    const running = async (over: Parameters<typeof spec>[0] = {}) => {
      const id = await shop.sell(over)
      await hear('invoice.paid', 'inv_first', [id])
      await shop.work()
      await db.run(sql`delete from events`)
      shop.plugins.calls.length = 0
      return id
    }
    const state = async (id: string) => (await shop.service(id)).delivery_status
    const overdue = (ids: string[]) => db.transaction((trx) => suspendOverdue(shop.means, trx, ids, system))
    const invoice = async (
      id: string,
      serviceId: string,
      over: { status?: string; due_on?: string; owed_on?: string } = {},
    ) => {
      const zeros = { subtotal_minor: 0n, tax_minor: 0n, total_minor: 0n }
      await db.insert('invoices', [
        {
          id,
          brand_id: 'brd_a',
          client_id: 'cli_a',
          seller_id: 'sel_a',
          kind: 'invoice',
          status: 'issued',
          currency: 'EUR',
          origin: 'renewal',
          due_on: '2026-01-10',
          ...zeros,
          seller: '{}',
          buyer: '{}',
          evidence: '{}',
          prices_include_tax: 0,
          locale: 'en',
          created_at: 'x',
          updated_at: 'x',
          ...over,
        },
      ])
      const charge = `chg_${serviceId}_${id}`
      await db.insert('charges', [
        {
          ...{ id: charge, brand_id: 'brd_a', client_id: 'cli_a', source_id: serviceId, kind: 'recurring' },
          ...{ period_start: '2026-02-15', period_end: '2026-03-15', cause: id, currency: 'EUR' },
          ...{ amount_minor: 0n, created_at: 'x' },
        },
      ])
      await db.insert('invoice_lines', [
        {
          id: `inl_${id}`,
          invoice_id: id,
          charge_id: charge,
          position: 1,
          source_id: serviceId,
          kind: 'recurring',
          description: 'x',
          quantity: 1,
          unit_minor: 0n,
          amount_minor: 0n,
          net_minor: 0n,
          tax_minor: 0n,
          tax_class: 'standard',
          tax_rate_ppm: 0,
          period_start: '2026-02-15',
          trace: '{}',
        },
      ])
    }

    test('the first hold suspends, the last one lifted releases', async () => {
      const id = await running()
      assert.deepEqual(await overdue([id]), [id])
      await suspendService(shop.means, { service_id: id, reason: 'abuse', note: 'spam' }, staff)
      await shop.work()
      assert.equal(shop.plugins.log(), 'suspend')
      assert.equal(await state(id), 'suspended')
      const told = await db.get<{ body: string }>(
        sql`select body from events where type = 'service.suspended'`,
      )
      assert.deepEqual((JSON.parse(told!.body) as { reasons: string[] }).reasons, ['abuse', 'overdue'])
      await releaseService(shop.means, { service_id: id, reason: 'abuse' }, staff)
      await shop.work()
      assert.equal(shop.plugins.log(), 'suspend')
      await releaseService(shop.means, { service_id: id }, staff)
      await shop.work()
      assert.equal(shop.plugins.log(), 'suspend release')
      assert.equal(await state(id), 'live')
      assert.deepEqual(await shop.events('service.%'), [
        'service.held',
        'service.held',
        'service.suspended',
        'service.lifted',
        'service.lifted',
        'service.released',
      ])
      const missing = releaseService(shop.means, { service_id: id, reason: 'staff' }, staff)
      await assert.rejects(missing, { code: 'service.hold_missing' })
    })

    test('a hold placed twice suspends once', async () => {
      const id = await running()
      assert.deepEqual(await overdue([id]), [id])
      assert.deepEqual(await overdue([id]), [])
      await shop.work()
      assert.equal(shop.plugins.log(), 'suspend')
    })

    test('payment lifts the hold of debt alone, and only when nothing else is overdue', async () => {
      const id = await running()
      await overdue([id])
      await suspendService(shop.means, { service_id: id, reason: 'abuse' }, staff)
      await shop.work()
      await invoice('inv_other', id)
      await hear('invoice.paid', 'inv_x', [id])
      const holds = () =>
        db.all<{ reason: string }>(
          sql`select reason from service_holds where service_id = ${id} order by reason`,
        )
      assert.deepEqual(
        (await holds()).map((hold) => hold.reason),
        ['abuse', 'overdue'],
      )
      await hear('invoice.paid', 'inv_other', [id])
      assert.deepEqual(
        (await holds()).map((hold) => hold.reason),
        ['abuse'],
      )
      await shop.work()
      assert.equal(await state(id), 'suspended')
      await releaseService(shop.means, { service_id: id, reason: 'abuse' }, staff)
      await shop.work()
      assert.equal(await state(id), 'live')
    })

    test('a part of a plan that is paid delivers, and lifts the hold of debt unless the next part is late', async () => {
      const sold = await shop.sell()
      await invoice('inv_parts', sold, { owed_on: '2026-02-20' })
      await hear('instalment_plan.part_paid', 'ipl_1', [sold])
      await shop.work()
      assert.equal(await state(sold), 'live')
      await overdue([sold])
      await db.run(sql`update invoices set owed_on = '2026-01-10' where id = 'inv_parts'`)
      await hear('instalment_plan.part_paid', 'ipl_1', [sold])
      const holds = () => db.all(sql`select reason from service_holds where service_id = ${sold}`)
      assert.equal((await holds()).length, 1)
      await db.run(sql`update invoices set owed_on = '2026-02-20' where id = 'inv_parts'`)
      await hear('instalment_plan.part_paid', 'ipl_1', [sold])
      assert.equal((await holds()).length, 0)
    })

    const preset = () => scopedSettings(db, { suspend: suspendAfter, terminate: terminateAfter })

    test('staff spare a service up to a day', async () => {
      const id = await running()
      await spareService(shop.means, { service_id: id, until_on: '2026-01-15' }, staff)
      assert.deepEqual(await overdue([id]), [])
      shop.means.business.advance(1)
      assert.deepEqual(await overdue([id]), [id])
      await db.run(sql`update products set grace_days = 9 where id = 'prd_small'`)
      const service = await db.get<{ label: string; client_name: string }>(sql`
        select s.label, c.name as client_name from services s join clients c on c.id = s.client_id where s.id = ${id}`)
      const owed = sql`select cast(${id} as text) as id, '2026-01-01' as due_on union all select 'no_service', '2026-01-01'`
      const [none, row] = await dunningDays(db, owed, await preset())
      assert.deepEqual([none!.id, none!.service_id], ['no_service', null])
      const days = { grace_days: 9, terminate_days: 30, suspend_after: '2026-01-15', due_on: '2026-01-01' }
      // It was held before, so the run would only remove it.
      const may = { may_suspend: 0, may_terminate: 1, is_delivered: 1, parts: null, rests: 0 }
      assert.deepEqual({ ...row }, { id, service_id: id, client_id: 'cli_a', ...service, ...days, ...may })
    })

    test('a client pauses and wakes its own service, not what staff hold', async () => {
      const id = await running()
      await pauseService(shop.means, { service_id: id }, owner())
      await shop.work()
      assert.equal(await state(id), 'suspended')
      await assert.rejects(releaseService(shop.means, { service_id: id }, owner()), {
        code: 'actor.forbidden',
      })
      await assert.rejects(resumeService(shop.means, { service_id: id }, owner('cli_b')), {
        code: 'record.not_found',
      })
      await resumeService(shop.means, { service_id: id }, owner())
      await shop.work()
      assert.equal(await state(id), 'live')
      await assert.rejects(resumeService(shop.means, { service_id: id }, owner()), {
        code: 'service.hold_missing',
      })
    })

    test('a failed suspension is over when its hold is lifted', async () => {
      const id = await running()
      shop.plugins.script('suspend', permanent)
      await overdue([id])
      await shop.work()
      assert.equal((await shop.delivery(id)).failure, 'bad_credentials')
      await releaseService(shop.means, { service_id: id }, staff)
      assert.equal((await shop.delivery(id)).status, 'abandoned')
      assert.equal(await state(id), 'live')
    })

    test('parts follow the whole: held, released and removed with it', async () => {
      const ids = await db.transaction((trx) =>
        createServices(shop.means, trx, [spec(), spec({ parentIndex: 0, label: 'Backup' })], system),
      )
      await hear('invoice.paid', 'inv_first', ids)
      await shop.work()
      await suspendService(shop.means, { service_id: ids[0]! }, staff)
      await shop.work()
      assert.deepEqual(await Promise.all(ids.map(state)), ['suspended', 'suspended'])
      await releaseService(shop.means, { service_id: ids[0]! }, staff)
      await shop.work()
      assert.deepEqual(await Promise.all(ids.map(state)), ['live', 'live'])
      await terminateService(shop.means, { service_id: ids[0]!, reason: 'Fraud' }, staff)
      await shop.work()
      assert.deepEqual(await Promise.all(ids.map(state)), ['gone', 'gone'])
      const again = terminateService(shop.means, { service_id: ids[0]!, reason: 'Fraud' }, staff)
      await assert.rejects(again, { code: 'service.ended' })
    })

    test('cancelled for the end of term it runs until the day and can be kept until then', async () => {
      const id = await running()
      const cancel = () => cancelService(shop.means, { service_id: id, reason: 'Too dear' }, owner())
      assert.deepEqual(await cancel(), { effectiveOn: '2026-02-15', returnedMinor: 0n })
      assert.equal((await shop.service(id)).billing_status, 'ending')
      await undoCancellation(shop.means, { service_id: id }, owner())
      assert.deepEqual(
        [(await shop.service(id)).billing_status, (await shop.service(id)).cancel_on],
        ['active', null],
      )
      await assert.rejects(undoCancellation(shop.means, { service_id: id }, owner()), {
        code: 'cancellation.none',
      })
      await cancel()
      assert.equal(await endCancelled(shop.means, { on: day('2026-02-14'), brandIds: null }), 0)
      assert.equal(await endCancelled(shop.means, { on: day('2026-02-15'), brandIds: null }), 1)
      assert.equal(await endCancelled(shop.means, { on: day('2026-02-15'), brandIds: null }), 0)
      await shop.work()
      assert.equal(shop.plugins.log(), 'terminate')
      const row = await shop.service(id)
      assert.deepEqual([row.billing_status, row.delivery_status, row.next_period_on], ['ended', 'gone', null])
      const states = await db.all<{ status: string }>(
        sql`select status from cancellations where service_id = ${id} order by id`,
      )
      assert.deepEqual(
        states.map((cancellation) => cancellation.status),
        ['undone', 'done'],
      )
      const mails = shop.mails().filter((mail) => mail.startsWith('cancellation'))
      assert.deepEqual(mails, ['cancellation-received', 'cancellation-undone', 'cancellation-received'])
    })

    test('a renewal that is invoiced but not paid is no part of the term', async () => {
      const id = await running()
      await db.run(sql`update services set charged_through = '2026-03-15', period_index = 2 where id = ${id}`)
      await invoice('inv_renewal', id, { due_on: '2026-02-15' })
      const end = await cancelService(shop.means, { service_id: id, reason: 'Moving' }, owner())
      assert.deepEqual(end, { effectiveOn: '2026-02-15', returnedMinor: 0n })
    })

    test('cancelled now it ends at once', async () => {
      const id = await running()
      await cancelService(shop.means, { service_id: id, at: 'now', reason: 'Done' }, owner())
      await shop.work()
      const row = await shop.service(id)
      assert.deepEqual(
        [row.billing_status, row.delivery_status, row.ended_on],
        ['ended', 'gone', '2026-01-15'],
      )
      const again = cancelService(shop.means, { service_id: id, reason: 'Done' }, owner())
      await assert.rejects(again, { code: 'service.ended' })
    })

    test('delivers on order, payment or acceptance, as the product says, and never otherwise', async () => {
      const make = (deliveryOn: 'order' | 'payment' | 'acceptance' | 'never') => shop.sell({ deliveryOn })
      const ids = [await make('order'), await make('payment'), await make('acceptance'), await make('never')]
      const all = () => Promise.all(ids.map(state))
      await hear('order.placed', 'ord_1', ids)
      assert.deepEqual(await all(), ['creating', 'none', 'none', 'none'])
      await hear('invoice.paid', 'inv_1', ids)
      assert.deepEqual(await all(), ['creating', 'creating', 'none', 'none'])
      await hear('order.accepted', 'ord_1', ids)
      assert.deepEqual(await all(), ['creating', 'creating', 'creating', 'none'])
      await hear('order.cancelled', 'ord_1', [ids[3]!])
      assert.deepEqual(await all(), ['creating', 'creating', 'creating', 'gone'])
      assert.equal((await shop.service(ids[3]!)).billing_status, 'ended')
    })

    describe('where suspended services are not charged', () => {
      before(() =>
        db.insert('settings', [
          {
            scope: 'brand',
            scope_id: 'brd_a',
            key: 'services.invoice_suspended',
            value: 'false',
            updated_by: 'x',
            updated_at: 'x',
          },
        ]),
      )
      after(() => db.run(sql`delete from settings`))
      const held = async (hold: (id: string) => Promise<unknown>) => {
        shop.means.business.set('2026-02-01T10:00:00.000Z')
        const id = await running()
        await hold(id)
        await shop.work()
        shop.means.business.set('2026-05-20T10:00:00.000Z')
        return id
      }
      const next = async (id: string) => {
        const { period_index, next_period_on } = await shop.service(id)
        return [period_index, next_period_on]
      }

      test('periods missed are left out once the debt is paid', async () => {
        const id = await held((service) => overdue([service]))
        await hear('invoice.paid', 'inv_2', [id])
        assert.deepEqual(await next(id), [4, '2026-05-15'])
      })

      test('and once staff let go, when nothing else holds it', async () => {
        const id = await held((service) => suspendService(shop.means, { service_id: service }, staff))
        await suspendService(shop.means, { service_id: id, reason: 'abuse' }, staff)
        await releaseService(shop.means, { service_id: id, reason: 'staff' }, staff)
        assert.deepEqual(await next(id), [1, '2026-02-15'])
        await releaseService(shop.means, { service_id: id, reason: 'abuse' }, staff)
        assert.deepEqual(await next(id), [4, '2026-05-15'])
      })

      test('the books are in order with a period that nobody is to charge, and not with one that was forgotten', async () => {
        const id = await held((service) => suspendService(shop.means, { service_id: service }, staff))
        const run = { id: 'run_a', kind: 'renewals:UTC', as_of_on: '2026-03-01', status: 'completed' }
        const at = '2026-03-01T00:00:00.000Z'
        const stamps = { started_at: at, updated_at: at, ended_at: at }
        await db.insert('billing_runs', [{ ...run, position: '', fence: 0, counts: '{}', ...stamps }])
        const forgotten = async () =>
          (await verifyBooks(db, isoDate('2026-05-20'))).filter((finding) => finding.id === id).length
        assert.equal(await forgotten(), 0)
        await db.run(sql`update settings set value = 'true'`)
        assert.equal(await forgotten(), 1)
        // Put back to that period after the run, it waits for the next one.
        await db.run(sql`update services set updated_at = '2026-03-01T01:00:00.000Z' where id = ${id}`)
        assert.equal(await forgotten(), 0)
        await db.run(sql`update settings set value = 'false'`)
      })
    })
  })
}
