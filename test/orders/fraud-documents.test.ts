import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { orderDeps } from '../../core/app/wire/orders-area.ts'
import {
  bookDispute,
  issueInvoice,
  keepMethod,
  mergeInvoices,
  recordPayment,
  splitInvoice,
  type DraftInvoice,
} from '../../core/billing/index.ts'
import { chargeDue } from '../../core/billing/run/charge-due.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate, systemActor } from '../../core/kernel/index.ts'
import { clearFraud, markFraud, placeOrder } from '../../core/orders/index.ts'
import { makeGateway, scriptedGateway } from '../billing/support.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { makeShop } from './support.ts'

const staff = staffActor()
const system = systemActor('test')
const today = isoDate('2026-01-31')

for (const engine of engines)
  describe(`documents of orders marked as fraud (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-31T10:00:00.000Z' })
    const deps = orderDeps(means)
    const gateway = await makeGateway(means)

    /** Orders of one client whose card would be charged, each for one service. */
    const placed = async (count: number) => {
      const shop = await makeShop(means)
      const client = shop.client.id
      const method = { reference: means.newId('req'), kind: 'card' as const, label: 'Visa' }
      await db.transaction((trx) =>
        keepMethod(means, trx, { clientId: client, instanceId: gateway.id, method }),
      )
      await db.run(sql`update clients set auto_charge = 1 where id = ${client}`)
      const orders = []
      for (let i = 0; i < count; i++) orders.push(await placeOrder(deps, shop.order(), shop.buyer))
      const services = orders.map(({ service_ids }) => service_ids[0]!)
      const renewal = (...ids: string[]) => renew(shop.client, ids)
      return { client, orders, services, renewal, order: orders[0]! }
    }
    const renew = (client: { id: string; brand_id: string }, services: readonly string[]) => {
      const draft: DraftInvoice = {
        ...{ brandId: client.brand_id, clientId: client.id, currency: 'EUR', dueOn: today },
        ...{ origin: 'renewal', originId: null },
        lines: services.map((sourceId) => ({
          ...{ sourceId, kind: 'recurring', cause: means.newId('req'), description: 'Server', quantity: 1 },
          ...{ unitMinor: 500n, amountMinor: 500n, taxClass: 'standard', trace: {} },
          ...{ periodStart: isoDate('2026-02-28'), periodEnd: isoDate('2026-03-31') },
        })),
      }
      return db.transaction((trx) => issueInvoice(means, trx, draft, system))
    }
    const mark = (order: { id: string }) => markFraud(deps, { order_id: order.id, reason: 'Stolen' }, staff)
    const clear = (order: { id: string }) => clearFraud(deps, { order_id: order.id, reason: 'Called' }, staff)
    const pay = async ({ invoice_id, total_minor }: { invoice_id: string; total_minor: string }) => {
      const reference: string = means.newId('req')
      const money = { instance_id: gateway.id, reference, amount_minor: total_minor }
      await recordPayment({ ...means, plugins: scriptedGateway([]) }, { invoice_id, ...money }, staff)
      return () =>
        db.transaction((trx) =>
          bookDispute(
            means,
            trx,
            {
              instanceId: gateway.id,
              fact: {
                ...{ fact: 'dispute', reference: `dp_${reference}`, status: 'lost', reason: 'fraudulent' },
                ...{ payment_reference: reference, amount: { minor: total_minor, currency: 'EUR' } },
              },
            },
            system,
          ),
        )
    }
    const isMarked = async (...ids: string[]) => {
      const marks = []
      for (const id of ids) {
        const row = await db.get<{ status: string; suspected_at: string | null }>(
          sql`select status, suspected_at from invoices where id = ${id}`,
        )
        marks.push([row!.status, row!.suspected_at !== null])
      }
      return marks
    }
    const charged = () => chargeDue(means, { on: today, brandIds: null })

    test('what was paid and is charged back is not charged to the card again', async () => {
      const { order } = await placed(1)
      const chargeBack = await pay(order)
      await mark(order)
      await chargeBack()
      assert.deepEqual(await isMarked(order.invoice_id), [['issued', true]])
      assert.equal(await charged(), 0)
    })

    test('what was paid under the mark is free of it with its order', async () => {
      const { order } = await placed(1)
      await mark(order)
      const chargeBack = await pay(order)
      assert.deepEqual(await isMarked(order.invoice_id), [['paid', true]])
      await clear(order)
      await chargeBack()
      assert.deepEqual(await isMarked(order.invoice_id), [['issued', false]])
      assert.equal(await charged(), 1)
    })

    test('what was given up is marked and cleared too', async () => {
      const { order } = await placed(1)
      await db.run(sql`update invoices set status = 'written_off' where id = ${order.invoice_id}`)
      await mark(order)
      assert.deepEqual(await isMarked(order.invoice_id), [['written_off', true]])
      await clear(order)
      assert.deepEqual(await isMarked(order.invoice_id), [['written_off', false]])
    })

    test('a document of two marked orders is free with the last of them', async () => {
      const { orders, services, renewal } = await placed(2)
      const both = await renewal(...services)
      for (const order of orders) await mark(order)
      await clear(orders[0]!)
      assert.deepEqual(await isMarked(both.id, orders[0]!.invoice_id, orders[1]!.invoice_id), [
        ['issued', true],
        ['issued', false],
        ['issued', true],
      ])
      await clear(orders[1]!)
      assert.deepEqual(await isMarked(both.id), [['issued', false]])
    })

    test('new documents for a marked order are suspected from the first moment on', async () => {
      const { orders, services, renewal } = await placed(2)
      const before = [await renewal(services[0]!), await renewal(services[1]!)]
      await mark(orders[0]!)
      const born = [await renewal(services[0]!), await renewal(services[1]!)]
      assert.deepEqual(await isMarked(...born.map(({ id }) => id)), [
        ['issued', true],
        ['issued', false],
      ])
      assert.deepEqual(
        born.map(({ suspected_at }) => suspected_at !== null),
        [true, false],
      )
      const wish = { invoice_ids: before.map(({ id }) => id), reason: 'One payment' }
      const merged = await mergeInvoices(means, wish, staff)
      assert.deepEqual(await isMarked(merged.id), [['issued', true]])
      const cut = { invoice_id: merged.id, positions: [1], reason: 'Two payments' }
      const parts = await splitInvoice(means, cut, staff)
      assert.deepEqual(await isMarked(...parts.map(({ id }) => id)), [
        ['issued', true],
        ['issued', false],
      ])
      await clear(orders[0]!)
      assert.deepEqual(await isMarked(parts[0]!.id), [['issued', false]])
    })
  })
