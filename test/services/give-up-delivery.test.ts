import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { changePorts } from '../../core/app/wire/change-ports.ts'
import { orderDeps } from '../../core/app/wire/orders-area.ts'
import {
  creditBalance,
  creditInvoice,
  recordPayment,
  resumeRefund,
  verifyBooks,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate, systemActor } from '../../core/kernel/index.ts'
import { placeOrder } from '../../core/orders/index.ts'
import { cancelService, giveUpDelivery, previewGivingUp, type ServiceRow } from '../../core/services/index.ts'
import { makeGateway, scriptedGateway } from '../billing/support.ts'
import { makeShop } from '../orders/support.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'

const staff = staffActor()
const system = systemActor('test')

for (const engine of engines) {
  describe(`giving a delivery up on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const base = testMeans(db, { now: '2026-01-31T10:00:00.000Z' })
    const plugins = scriptedGateway([])
    const means = { ...base, changes: changePorts, plugins }
    const gateway = await makeGateway(base)

    /** An order of some game servers, each with a failed delivery. */
    const sold = async (items = 1) => {
      const shop = await makeShop(base)
      const placed = await placeOrder(
        orderDeps(base),
        shop.order({ items: Array.from({ length: items }, () => shop.wish) }),
        shop.buyer,
      )
      const services = await db.all<ServiceRow>(sql`
        select s.* from services s join order_items i on i.service_id = s.id where i.order_id = ${placed.id} and i.parent_id is null order by i.position`)
      const deliveries = []
      for (const service of services) deliveries.push(await failedDelivery(service))
      const invoice = (await db.get<{ total_minor: bigint }>(
        sql`select total_minor from invoices where id = ${placed.invoice_id}`,
      ))!
      return { ...placed, services, deliveries, clientId: shop.client.id, total: invoice.total_minor }
    }
    const failedDelivery = async ({ id: service_id, brand_id, client_id }: ServiceRow, more: object = {}) => {
      const id: string = base.newId('dlv')
      const now = base.business.now()
      const of = { brand_id, client_id, service_id, action: 'create', generation: 1, status: 'failed' }
      const how = { step: 'call', attempts: 3, failure: 'out_of_stock', payload: '{}' }
      await db.insert('deliveries', [{ id, ...of, ...how, created_at: now, updated_at: now, ...more }])
      const states = { billing: 'active', delivery: 'creating' }
      await db.run(sql`update services set generation = 1, billing_status = ${states.billing},
        delivery_status = ${states.delivery} where id = ${service_id}`)
      return id
    }
    const pay = (invoice_id: string, minor: bigint, instance_id: string | null = gateway.id) =>
      recordPayment(
        means,
        { invoice_id, instance_id, reference: base.newId('req'), amount_minor: String(minor) },
        staff,
      )
    const give = (delivery_id: string, refund?: 'source' | 'credit', by = staff) =>
      giveUpDelivery(means, { delivery_id, reason: 'No stock', ...(refund ? { refund } : {}) }, by)
    const planOf = async (delivery_id: string) => (await previewGivingUp(means, staff, delivery_id)).plan
    const refunds = (clientId: string) =>
      db.all<{ amount_minor: bigint; destination: string; taken_from: string; status: string }>(sql`
        select amount_minor, destination, taken_from, status from refunds where client_id = ${clientId} order by id`)
    const told = async (serviceId: string) =>
      (
        await db.all<{ body: string }>(
          sql`select body from events where type = 'delivery.refunded' and subject = ${serviceId}`,
        )
      ).map(({ body }) => {
        const { sent_minor, credit_minor } = JSON.parse(body) as Record<string, string>
        return [sent_minor, credit_minor]
      })
    const stateOf = async (id: string) => {
      const row = await db.get<ServiceRow>(sql`select * from services where id = ${id}`)
      return `${row!.billing_status} ${row!.delivery_status}`
    }
    const credit = (clientId: string) => creditBalance(db, clientId, 'EUR')
    const clean = async () => assert.deepEqual(await verifyBooks(db, isoDate('2026-01-31')), [])

    test('without a refund the service and its money stay, and nothing says otherwise', async () => {
      const { services, deliveries, clientId, invoice_id, total } = await sold()
      await pay(invoice_id, total)
      assert.equal(await give(deliveries[0]!), null)
      assert.equal(await stateOf(services[0]!.id), 'active none')
      assert.deepEqual([await refunds(clientId), await told(services[0]!.id)], [[], []])
    })

    test('sends back what was paid, ends the service, and says exactly that, once', async () => {
      const { services, deliveries, clientId, invoice_id, total } = await sold()
      await pay(invoice_id, total)
      const plan = await planOf(deliveries[0]!)
      assert.deepEqual(plan, {
        currency: 'EUR',
        openMinor: 0n,
        paidMinor: total,
        sendableMinor: total,
        surplusMinor: 0n,
      })
      const back = await give(deliveries[0]!, 'source')
      assert.deepEqual(back, { sentMinor: total, creditMinor: 0n, currency: 'EUR' })
      const refund = { amount_minor: total, destination: 'source', taken_from: 'credit_note' }
      assert.deepEqual(await refunds(clientId), [{ ...refund, status: 'created' }])
      assert.deepEqual(await told(services[0]!.id), [[String(total), '0']])
      assert.equal(await stateOf(services[0]!.id), 'ended gone')
      await assert.rejects(give(deliveries[0]!, 'source'), { code: 'state.illegal' })
      assert.equal((await refunds(clientId)).length, 1)
      await clean()
    })

    test('what the gateway refuses stands as a refund that failed, and its worth is credit again', async () => {
      const { deliveries, clientId, invoice_id, total } = await sold()
      await pay(invoice_id, total)
      await give(deliveries[0]!, 'source')
      const { id } = (await db.get<{ id: string }>(
        sql`select id from refunds where client_id = ${clientId}`,
      ))!
      const answer = { outcome: 'failed', code: 'too_old', message: 'The card was closed' }
      await resumeRefund({ ...means, plugins: scriptedGateway([answer]) }, { refund_id: id }, system)
      assert.deepEqual(
        (await refunds(clientId)).map(({ status }) => status),
        ['failed'],
      )
      assert.equal(await credit(clientId), total)
      await clean()
    })

    test('gives credit where staff say so, and for money that no gateway can send', async () => {
      const chosen = await sold()
      await pay(chosen.invoice_id, chosen.total)
      assert.deepEqual(await give(chosen.deliveries[0]!, 'credit'), {
        ...{ sentMinor: 0n, creditMinor: chosen.total, currency: 'EUR' },
      })
      const byHand = await sold()
      await pay(byHand.invoice_id, byHand.total, null)
      assert.equal((await planOf(byHand.deliveries[0]!))!.sendableMinor, 0n)
      await give(byHand.deliveries[0]!, 'source')
      for (const { clientId, total, services } of [chosen, byHand]) {
        assert.deepEqual([await credit(clientId), await refunds(clientId)], [total, []])
        assert.deepEqual(await told(services[0]!.id), [['0', String(total)]])
      }
      await clean()
    })

    test('of an invoice for several services it takes back the lines of this one', async () => {
      const { services, deliveries, clientId, invoice_id, total } = await sold(2)
      await pay(invoice_id, total)
      const half = total / 2n
      assert.deepEqual(await planOf(deliveries[1]!), {
        ...{ currency: 'EUR', openMinor: 0n, paidMinor: half, sendableMinor: half, surplusMinor: 0n },
      })
      await give(deliveries[1]!, 'source')
      assert.deepEqual(
        (await refunds(clientId)).map((row) => row.amount_minor),
        [half],
      )
      assert.deepEqual(
        [await stateOf(services[0]!.id), await stateOf(services[1]!.id)],
        ['active creating', 'ended gone'],
      )
      await give(deliveries[0]!, 'source')
      assert.deepEqual(
        (await refunds(clientId)).map((row) => row.amount_minor),
        [half, total - half],
      )
      await clean()
    })

    test('what is open falls away, and what was paid of it comes back', async () => {
      const unpaid = await sold()
      assert.deepEqual(await planOf(unpaid.deliveries[0]!), {
        ...{ currency: 'EUR', openMinor: unpaid.total, paidMinor: 0n, sendableMinor: 0n, surplusMinor: 0n },
      })
      await give(unpaid.deliveries[0]!, 'credit')
      const status = (id: string) =>
        db.get<{ status: string }>(sql`select status from invoices where id = ${id}`)
      assert.deepEqual(await status(unpaid.invoice_id), { status: 'void' })
      assert.deepEqual([await told(unpaid.services[0]!.id), await credit(unpaid.clientId)], [[], 0n])
      const part = await sold()
      await pay(part.invoice_id, 100n)
      const back = await give(part.deliveries[0]!, 'source')
      assert.deepEqual([back!.sentMinor, back!.creditMinor], [100n, 0n])
      assert.deepEqual(await status(part.invoice_id), { status: 'paid' })
      await clean()
    })

    test('gives nothing back twice, nor for what was delivered before', async () => {
      const credited = await sold()
      await pay(credited.invoice_id, credited.total)
      await creditInvoice(means, { invoice_id: credited.invoice_id, reason: 'Sorry' }, staff)
      assert.equal(await planOf(credited.deliveries[0]!), null)
      await assert.rejects(give(credited.deliveries[0]!, 'source'), { code: 'delivery.nothing_to_refund' })
      const again = await sold()
      await pay(again.invoice_id, again.total)
      await db.run(sql`update deliveries set status = 'done' where id = ${again.deliveries[0]!}`)
      const second = await failedDelivery(again.services[0]!, { generation: 2 })
      assert.equal(await planOf(second), null)
      await assert.rejects(give(second, 'source'), { code: 'delivery.nothing_to_refund' })
      assert.equal(await stateOf(again.services[0]!.id), 'active creating', 'nothing of it was done')
      await clean()
    })

    test('leaves alone what the end of another service of the invoice gave back', async () => {
      const { services, deliveries, clientId, invoice_id, total } = await sold(2)
      await pay(invoice_id, total)
      await db.insert('settings', [
        {
          ...{ key: 'services.unused_on_cancel', scope: 'product', scope_id: services[0]!.product_id },
          ...{ value: '"credit"', version: 1, updated_by: 'test', updated_at: base.business.now() },
        },
      ])
      const cancel = { service_id: services[0]!.id, at: 'now', reason: 'Moving' }
      const { returnedMinor } = await cancelService(means, cancel, staff)
      assert.ok(returnedMinor > 0n)
      // What was charged once is credited by hand: nothing of the other service is left.
      const once = await db.all<{ position: number }>(sql`
        select position from invoice_lines where invoice_id = ${invoice_id} and source_id = ${services[0]!.id} and kind = 'setup'`)
      await creditInvoice(means, { invoice_id, lines: once, reason: 'Sorry' }, staff)
      const held = await credit(clientId)
      const back = await give(deliveries[1]!, 'source')
      assert.equal(back!.sentMinor + back!.creditMinor, total / 2n)
      assert.equal(await credit(clientId), held)
      await clean()
    })

    test('sends what it says and no credit that came back before', async () => {
      const { services, deliveries, clientId, invoice_id, total } = await sold(2)
      await pay(invoice_id, total)
      const first = await db.all<{ position: number }>(sql`
        select position from invoice_lines where invoice_id = ${invoice_id} and source_id = ${services[0]!.id}`)
      await creditInvoice(means, { invoice_id, lines: first, reason: 'Kept as credit' }, staff)
      const half = total / 2n
      assert.equal((await planOf(deliveries[1]!))!.sendableMinor, half)
      const back = await give(deliveries[1]!, 'source')
      assert.deepEqual([back!.sentMinor, back!.creditMinor, await credit(clientId)], [half, 0n, half])
      await clean()
    })

    test('sends what was paid too much with it, as the preview says', async () => {
      const { deliveries, clientId, invoice_id, total } = await sold()
      await pay(invoice_id, total + 500n)
      assert.deepEqual(await planOf(deliveries[0]!), {
        ...{ currency: 'EUR', openMinor: 0n, paidMinor: total, sendableMinor: total + 500n },
        surplusMinor: 500n,
      })
      const back = await give(deliveries[0]!, 'source')
      assert.deepEqual([back!.sentMinor, back!.creditMinor, await credit(clientId)], [total + 500n, 0n, 0n])
      await clean()
    })

    test('takes the permission to refund besides', async () => {
      const { deliveries, invoice_id, total } = await sold()
      await pay(invoice_id, total)
      const technician = staffActor(['delivery.*'])
      await assert.rejects(give(deliveries[0]!, 'source', technician), { code: 'actor.forbidden' })
      assert.equal(await give(deliveries[0]!, undefined, technician), null)
    })
  })
}
