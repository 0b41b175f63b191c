import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { orderDeps } from '../../core/app/wire/orders-area.ts'
import { keepMethod, recordPayment, sendReminders, verifyBooks } from '../../core/billing/index.ts'
import { chargeDue } from '../../core/billing/run/charge-due.ts'
import { sql } from '../../core/db/index.ts'
import type { StoredEvent } from '../../core/events/index.ts'
import { isoDate, systemActor } from '../../core/kernel/index.ts'
import {
  acceptOrder,
  clearFraud,
  getOrder,
  markFraud,
  orderConsumers,
  placeOrder,
  rejectOrder,
} from '../../core/orders/index.ts'
import {
  deliverService,
  hourSource,
  releaseService,
  serviceConsumers,
  serviceSource,
} from '../../core/services/index.ts'
import { makeGateway, scriptedGateway } from '../billing/support.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { makeShop } from './support.ts'

const staff = staffActor()
const system = systemActor('test')

for (const engine of engines) {
  describe(`orders marked as fraud (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-31T10:00:00.000Z' })
    const deps = orderDeps(means)
    const gateway = await makeGateway(means)

    let told = ''
    /** Tells everybody what has happened, until nothing is new. */
    const hear = async () => {
      for (;;) {
        const rows = await db.all<Omit<StoredEvent, 'body'> & { body: string }>(
          sql`select * from events where id > ${told} order by id`,
        )
        if (rows.length === 0) return
        told = rows.at(-1)!.id
        for (const row of rows)
          for (const consumer of [...serviceConsumers(means), ...orderConsumers(means)])
            if (consumer.types.includes(row.type))
              await db.transaction((trx) =>
                consumer.handle(trx, { ...row, body: JSON.parse(row.body) as StoredEvent['body'] }),
              )
      }
    }
    const placed = async () => {
      means.business.set('2026-01-31T10:00:00.000Z')
      const shop = await makeShop(means)
      const order = await placeOrder(deps, shop.order(), shop.buyer)
      await hear()
      return { ...order, clientId: shop.client.id, serviceId: order.service_ids[0]! }
    }
    const pay = async ({ invoice_id, total_minor }: { invoice_id: string; total_minor: string }) => {
      const money = { instance_id: gateway.id, reference: means.newId('req'), amount_minor: total_minor }
      await recordPayment({ ...means, plugins: scriptedGateway([]) }, { invoice_id, ...money }, staff)
      await hear()
    }
    const mark = async (order_id: string, reason = 'Stolen card') => {
      await markFraud(deps, { order_id, reason }, staff)
      await hear()
    }
    const clear = async (order_id: string) => {
      await clearFraud(deps, { order_id, reason: 'They called us' }, staff)
      await hear()
    }
    const stateOf = async ({ id, serviceId }: { id: string; serviceId: string }) => {
      const { status, hold_reason } = await getOrder(db, staff, id)
      const service = await db.get<{ billing_status: string; delivery_status: string }>(
        sql`select billing_status, delivery_status from services where id = ${serviceId}`,
      )
      return [status, hold_reason, `${service!.billing_status} ${service!.delivery_status}`]
    }
    const holds = async (serviceId: string) =>
      (
        await db.all<{ reason: string }>(
          sql`select reason from service_holds where service_id = ${serviceId} order by reason`,
        )
      ).map(({ reason }) => reason)
    const clean = async () => assert.deepEqual(await verifyBooks(db, isoDate('2026-01-31')), [])

    test('deliver nothing, whatever is paid, until the mark is taken back', async () => {
      const order = await placed()
      await mark(order.id)
      assert.deepEqual(await stateOf(order), ['fraud', 'Stolen card', 'pending none'])
      await pay(order)
      assert.deepEqual(await stateOf(order), ['fraud', 'Stolen card', 'active none'])
      const by = { service_id: order.serviceId }
      await assert.rejects(deliverService(means, by, staff), { code: 'service.suspected' })
      await assert.rejects(acceptOrder(means, { order_id: order.id }, staff), { code: 'state.illegal' })
      await clear(order.id)
      assert.deepEqual(await stateOf(order), ['held', 'They called us', 'active creating'])
      await acceptOrder(means, { order_id: order.id }, staff)
      assert.deepEqual((await stateOf(order))[0], 'accepted')
      await clean()
    })

    test('stop what is being made, and take back what may exist', async () => {
      const [first, second, third] = [await placed(), await placed(), await placed()]
      for (const order of [first, second, third]) await pay(order)
      await db.run(sql`
        update deliveries set status = 'failed', step = 'call', attempts = 3, failure = 'out_of_stock' where service_id = ${third.serviceId}`)
      await db.run(sql`
        update deliveries set step = 'look', attempts = 1, server_id = 'srv_x' where service_id = ${second.serviceId}`)
      for (const order of [first, second, third]) await mark(order.id)
      const deliveries = (serviceId: string) =>
        db.all(sql`select status, step from deliveries where service_id = ${serviceId} order by id`)
      assert.deepEqual((await stateOf(first))[2], 'active none')
      assert.deepEqual(await deliveries(first.serviceId), [{ status: 'abandoned', step: 'by_hand' }])
      assert.deepEqual(await deliveries(second.serviceId), [{ status: 'open', step: 'undo' }])
      assert.deepEqual(await deliveries(third.serviceId), [{ status: 'abandoned', step: 'call' }])
    })

    test('suspend what is live and charge no period of it; only the mark lets it go', async () => {
      const order = await placed()
      await pay(order)
      await db.run(
        sql`update deliveries set status = 'done' where service_id in (select service_id from order_items where order_id = ${order.id})`,
      )
      await db.run(sql`update services set delivery_status = 'live' where client_id = ${order.clientId}`)
      await mark(order.id)
      assert.deepEqual((await stateOf(order))[2], 'active suspended')
      const due = async (untilOn: string) => {
        const wish = { untilOn: isoDate(untilOn), clientIds: [order.clientId] }
        return (await serviceSource.dueItems(db, wish)).flatMap(({ lines }) =>
          lines.map((one) => one.periodStart),
        )
      }
      assert.deepEqual(await due('2026-03-30'), [])
      await releaseService(means, { service_id: order.serviceId }, staff)
      assert.deepEqual(await holds(order.serviceId), ['fraud'])
      means.business.set('2026-04-10T10:00:00.000Z')
      await clear(order.id)
      assert.deepEqual([await holds(order.serviceId), (await stateOf(order))[2]], [[], 'active live'])
      assert.deepEqual(
        [...new Set(await due('2026-04-10'))],
        ['2026-03-31'],
        'the time between is not charged',
      )
    })

    test('leave hours out in which they were held, and charge those before', async () => {
      const order = await placed()
      await pay(order)
      await db.run(sql`
        update services set delivery_status = 'live', cycle = '1h', metered_until = ${means.business.now()},
          next_period_on = '2026-02-01' where id = ${order.serviceId}`)
      const hours = async (on: string) => {
        const wish = { untilOn: isoDate(on), on: isoDate(on), clientIds: [order.clientId] }
        return hourSource.dueItems(db, wish)
      }
      means.business.set('2026-01-31T15:00:00.000Z')
      await mark(order.id)
      assert.deepEqual(await hours('2026-02-01'), [])
      means.business.set('2026-01-31T18:20:00.000Z')
      await clear(order.id)
      const row = await db.get<{ metered_until: string }>(
        sql`select metered_until from services where id = ${order.serviceId}`,
      )
      assert.equal(row!.metered_until, '2026-01-31T13:00:00.000Z', 'three whole hours later than it stood')
      assert.equal((await hours('2026-02-01')).length, 1, 'and they are charged on')
    })

    test('nobody is reminded of their invoice or charged for it meanwhile', async () => {
      const order = await placed()
      await db.transaction((trx) =>
        keepMethod(means, trx, {
          ...{ clientId: order.clientId, instanceId: gateway.id },
          method: { reference: 'pm_1', kind: 'card', label: 'Visa' },
        }),
      )
      await db.run(sql`update clients set auto_charge = 1 where id = ${order.clientId}`)
      const acts = async (day: string) => {
        means.business.set(`${day}T10:00:00.000Z`)
        const of = { on: isoDate(day), brandIds: null }
        const charged = await chargeDue(means, of)
        return [charged, await sendReminders(means, of, system)]
      }
      await mark(order.id)
      assert.deepEqual(await acts('2026-02-01'), [0, 0])
      assert.deepEqual(await acts('2026-02-03'), [0, 0])
      await clear(order.id)
      const [charged, reminded] = await acts('2026-02-03')
      assert.ok(charged! + reminded! > 0, 'and both go on afterwards')
    })

    test('can be rejected with the money back', async () => {
      const order = await placed()
      await pay(order)
      await mark(order.id)
      await rejectOrder(deps, { order_id: order.id, reason: 'Fraud', refund: true }, staff)
      await hear()
      assert.deepEqual((await stateOf(order)).toSpliced(1, 1), ['rejected', 'ended gone'])
      assert.equal((await db.all(sql`select id from refunds where client_id = ${order.clientId}`)).length, 1)
      await clean()
    })

    test('are marked and cleared once, with a reason, an audit entry and an event, by staff who may', async () => {
      const order = await placed()
      const act = { order_id: order.id, reason: 'x' }
      await assert.rejects(markFraud(deps, act, staffActor(['order.hold'])), { code: 'actor.forbidden' })
      await assert.rejects(markFraud(deps, { order_id: order.id, reason: '' }, staff), {
        code: 'input.invalid',
      })
      await assert.rejects(clearFraud(deps, act, staff), { code: 'state.illegal' })
      await mark(order.id)
      await assert.rejects(markFraud(deps, act, staff), { code: 'state.illegal' })
      await clear(order.id)
      const events = await db.all<{ type: string }>(
        sql`select type from events where subject = ${order.id} and type like 'order.%fraud' order by id`,
      )
      assert.deepEqual(
        events.map(({ type }) => type),
        ['order.marked_fraud', 'order.cleared_fraud'],
      )
      const audit = await db.all<{ action: string; reason: string }>(
        sql`select action, reason from audit where subject = ${order.id} and reason is not null order by id`,
      )
      assert.deepEqual(
        audit.map((row) => [row.action, row.reason]),
        [
          ['order.mark_fraud', 'Stolen card'],
          ['order.clear_fraud', 'They called us'],
        ],
      )
    })
  })
}
