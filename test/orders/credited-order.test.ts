import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { orderDeps } from '../../core/app/wire/orders-area.ts'
import {
  creditBalance,
  creditInvoice,
  getInvoice,
  recordPayment,
  verifyBooks,
  writeOffInvoice,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import type { StoredEvent } from '../../core/events/index.ts'
import { cancelOrder, getOrder, orderConsumers, placeOrder } from '../../core/orders/index.ts'
import { serviceConsumers } from '../../core/services/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeGateway } from '../billing/support.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { makeShop } from './support.ts'

const staff = staffActor()

for (const engine of engines) {
  describe(`orders whose invoice is credited (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-31T10:00:00.000Z' })
    const { buyer, order } = await makeShop(means)
    const gateway = await makeGateway(means)

    /** Tells orders and services of every payment that has not been told yet. */
    const hear = async (invoiceId: string) => {
      const rows = await db.all<Omit<StoredEvent, 'body'> & { body: string }>(
        sql`select * from events where type = 'invoice.paid' and subject = ${invoiceId} order by id`,
      )
      for (const row of rows)
        for (const consumer of [...serviceConsumers(means), ...orderConsumers(means)])
          if (consumer.types.includes('invoice.paid'))
            await db.transaction((trx) =>
              consumer.handle(trx, { ...row, body: JSON.parse(row.body) as never }),
            )
    }
    const stateOf = async (id: string) => {
      const { status, hold_reason: reason } = await getOrder(db, staff, id)
      const services = await db.all<{ billing_status: string; delivery_status: string }>(sql`
        select s.billing_status, s.delivery_status from services s join order_items i on i.service_id = s.id where i.order_id = ${id}`)
      return [status, reason, ...services.map((row) => `${row.billing_status} ${row.delivery_status}`)]
    }

    const pay = (invoice_id: string, minor: bigint) => {
      const plugins = { call: () => Promise.reject(new Error('nobody is asked')) }
      const money = { instance_id: gateway.id, reference: means.newId('req'), amount_minor: String(minor) }
      return recordPayment({ ...means, plugins }, { invoice_id, ...money }, staff)
    }

    test('nothing is delivered for an invoice that was credited before it was paid; the order waits for staff', async () => {
      const placed = await placeOrder(orderDeps(means), order(), buyer)
      await creditInvoice(means, { invoice_id: placed.invoice_id, reason: 'Typed wrong' }, staff)
      const invoice = await db.get<{ status: string }>(
        sql`select status from invoices where id = ${placed.invoice_id}`,
      )
      assert.equal(invoice!.status, 'paid')
      await hear(placed.invoice_id)
      const [status, reason, ...services] = await stateOf(placed.id)
      assert.deepEqual([status, reason], ['held', 'Its invoice was credited'])
      assert.deepEqual([...new Set(services)], ['pending none'])
    })

    test('credited in part and paid for the rest, it is bought', async () => {
      const placed = await placeOrder(orderDeps(means), order(), buyer)
      const part = { position: 1, amount_minor: '100' }
      await creditInvoice(means, { invoice_id: placed.invoice_id, lines: [part], reason: 'Goodwill' }, staff)
      const open = await db.get<{ minor: bigint }>(sql`
        select i.total_minor - coalesce(sum(a.amount_minor), 0) as minor from invoices i
        left join allocations a on a.invoice_id = i.id where i.id = ${placed.invoice_id} group by i.id, i.total_minor`)
      await pay(placed.invoice_id, open!.minor)
      await hear(placed.invoice_id)
      const [status, , ...services] = await stateOf(placed.id)
      assert.equal(status, 'accepted')
      assert.deepEqual([...new Set(services)], ['active creating'])
    })

    /** An order whose invoice was given up after a part of it had come. */
    const givenUp = async (partMinor: bigint) => {
      const own = await makeShop(means)
      const placed = await placeOrder(orderDeps(means), own.order(), own.buyer)
      const { id, total_minor: totalMinor } = await getInvoice(db, placed.invoice_id, staff)
      if (partMinor > 0n) await pay(id, partMinor)
      await writeOffInvoice(means, { invoice_id: id, reason: 'Given up' }, staff)
      return { id: placed.id, invoiceId: id, clientId: own.client.id, totalMinor }
    }
    const standing = async (clientId: string, invoiceId: string) => {
      const { status, currency } = await getInvoice(db, invoiceId, staff)
      const lost = await db.get<{ lost_minor: bigint | null }>(
        sql`select sum(amount_minor) as lost_minor from postings where account = 'write_offs'`,
      )
      assert.deepEqual(await verifyBooks(db, isoDate('2026-01-31')), [])
      return { status, lost: lost!.lost_minor, credit: await creditBalance(db, clientId, currency) }
    }

    test('one that is cancelled after its invoice was given up takes no money any more', async () => {
      const { id, invoiceId, clientId, totalMinor } = await givenUp(0n)
      const { credit } = await standing(clientId, invoiceId)
      await cancelOrder(orderDeps(means), { order_id: id, reason: 'Called off' }, staff)
      assert.deepEqual(await standing(clientId, invoiceId), { status: 'paid', lost: 0n, credit })
      await pay(invoiceId, totalMinor)
      assert.equal((await standing(clientId, invoiceId)).credit, credit + totalMinor)
      await hear(invoiceId)
      assert.deepEqual((await stateOf(id))[0], 'cancelled')
    })

    test('a part that was paid of it before goes back where staff say so', async () => {
      const { id, invoiceId, clientId } = await givenUp(100n)
      const { credit } = await standing(clientId, invoiceId)
      const drop = { order_id: id, reason: 'Called off' }
      await assert.rejects(cancelOrder(orderDeps(means), drop, staff), { code: 'order.paid' })
      await cancelOrder(orderDeps(means), { ...drop, refund: true }, staff)
      assert.deepEqual(await standing(clientId, invoiceId), { status: 'paid', lost: 0n, credit })
      const refunds = await db.all(
        sql`select amount_minor, status from refunds where invoice_id = ${invoiceId}`,
      )
      assert.deepEqual(refunds, [{ amount_minor: 100n, status: 'created' }])
    })
  })
}
