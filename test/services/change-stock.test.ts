import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import type { StoredEvent } from '../../core/events/index.ts'
import { orderConsumers } from '../../core/orders/index.ts'
import { dropCreditedChanges } from '../../core/services/apply-change.ts'
import {
  applyPaidChanges,
  cancelChange,
  dropStaleChanges,
  requestChange,
  type ChangeMeans,
  type OfferRequest,
} from '../../core/services/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { openShop, owner, seed, system, type Shop } from './fixture.ts'

const SOLD_OUT = { code: 'service.units_sold_out' }

for (const engine of engines)
  describe(`stock of more units (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    await seed(db)
    let shop: Shop
    let means: ChangeMeans
    beforeEach(() => {
      shop = openShop(db)
      shop.means.business.set('2026-01-30T10:00:00.000Z')
      const { changes } = shop.means
      const price = ({ productId, cycle, quantity }: OfferRequest) => {
        const amountMinor = (productId === 'prd_big' ? 2_500n : 1_000n) * BigInt(quantity)
        const from = { productId, name: productId, cycle, quantity, taxClass: 'standard', options: [] }
        const settings = { priceId: null, instanceId: 'plg_a', moduleSettings: {} }
        return Promise.resolve({ ...from, ...settings, amountMinor, recurringMinor: amountMinor })
      }
      const billed = (_means: unknown, _trx: unknown, draft: { originId: string | null }) =>
        Promise.resolve({ id: `inv_${draft.originId}`, number: 'A-1', totalMinor: 1n, promotionalMinor: 0n })
      means = {
        ...shop.means,
        changes: {
          ...changes,
          price: (_queries, request) => price(request),
          ...{ issueInvoice: billed, giveCredit: billed },
          voidInvoice: () => Promise.resolve(null),
        },
      }
    })

    /** Sets what is left, and sells a service whose order held so many of its units. */
    const sold = async (left: number, { quantity = 1, held = 1, productId = 'prd_small' } = {}) => {
      const sum = (productId === 'prd_big' ? 2_500n : 1_000n) * BigInt(quantity)
      const of = { productId, quantity, amountMinor: sum, recurringMinor: sum }
      const id = await shop.sold(of)
      const at = shop.means.business.now()
      const order = { id: shop.means.newId('ord'), brand_id: 'brd_a', client_id: 'cli_a', number: id }
      const sums = { subtotal_minor: 0n, discount_minor: 0n, tax_minor: 0n, total_minor: 0n }
      const facts = {
        access_key_hash: id,
        placed_by: 'x',
        address: '',
        agent: '',
        evidence: '{}',
        terms: '{}',
      }
      const stamps = { placed_at: at, created_at: at, updated_at: at, version: 1 }
      await db.insert('orders', [{ ...order, ...sums, ...facts, ...stamps, status: 'done', currency: 'EUR' }])
      const item = { id: shop.means.newId('ori'), order_id: order.id, product_id: productId, service_id: id }
      const priced = { name: 'Small', cycle: '1m', quantity, amount_minor: sum, setup_minor: 0n }
      await db.insert('order_items', [
        { ...item, ...priced, discount_minor: 0n, stock_held: held, choices: '{}', position: 0 },
      ])
      await db.run(sql`update products set stock = null`)
      await db.run(sql`update products set stock = ${left} where id = ${productId}`)
      return id
    }
    const left = async (id = 'prd_small') =>
      (await db.get<{ stock: number | null }>(sql`select stock from products where id = ${id}`))!.stock
    const ask = (service_id: string, quantity: number, product_id?: string) =>
      requestChange(
        means,
        { service_id, quantity, ...(product_id === undefined ? {} : { product_id }) },
        owner(),
      )
    const pay = (invoiceId: string) =>
      db.transaction((trx) => applyPaidChanges(means, trx, invoiceId, system))
    const end = async (id: string) => {
      const event = { id: `evt_${id}`, type: 'service.ended', subject: id, body: { id } }
      for (const consumer of orderConsumers(shop.means))
        if (consumer.types.includes('service.ended'))
          await db.transaction((trx) => consumer.handle(trx, event as unknown as StoredEvent))
    }

    test('a change that waits holds its units, until it is applied and they are the service’s', async () => {
      const id = await sold(3)
      const { invoiceId } = await ask(id, 3)
      assert.equal(await left(), 1)
      await pay(invoiceId!)
      await pay(invoiceId!)
      assert.deepEqual([await left(), (await shop.service(id)).stock_held], [1, 2])
      await end(id)
      await end(id)
      assert.equal(await left(), 4, 'the order’s unit and those of the change, once')
    })

    test('one that is taken back, credited or replaced gives them back', async () => {
      const id = await sold(3)
      const first = await ask(id, 4)
      assert.equal(await left(), 0)
      await ask(id, 2)
      assert.equal(await left(), 2, 'the second in place of the first')
      const third = await ask(id, 3)
      await cancelChange(means, { change_id: third.id }, owner())
      assert.equal(await left(), 3)
      const fourth = await ask(id, 2)
      await db.transaction((trx) => dropCreditedChanges(means, trx, fourth.invoiceId!, system))
      assert.equal(await left(), 3)
      await pay(first.invoiceId!)
      assert.deepEqual([await left(), (await shop.service(id)).quantity], [3, 1])
    })

    test('one whose service was charged again meanwhile gives them back', async () => {
      const id = await sold(2)
      await ask(id, 3)
      assert.equal(await left(), 0)
      await db.run(sql`update services set charged_through = '2026-03-15' where id = ${id}`)
      assert.equal(await dropStaleChanges(means, system), 1)
      assert.equal(await left(), 2)
    })

    test('fewer units give back what changes took, then what the order did, and never more', async () => {
      const id = await sold(2, { quantity: 2, held: 2 })
      await pay((await ask(id, 4)).invoiceId!)
      assert.equal(await left(), 0)
      await ask(id, 1)
      assert.deepEqual([await left(), (await shop.service(id)).stock_held], [3, 0])
      await end(id)
      assert.equal(await left(), 4)
      const uncounted = await sold(0, { quantity: 3, held: 0 })
      await ask(uncounted, 1)
      assert.equal(await left(), 0)
    })

    test('is refused where there is none, and nothing is changed', async () => {
      const id = await sold(1)
      await assert.rejects(ask(id, 3), SOLD_OUT)
      const rows = await db.all(sql`select id from service_changes where service_id = ${id}`)
      assert.deepEqual([await left(), rows], [1, []])
    })

    test('of two at once for the last unit one gets it', async () => {
      const other = await sold(1)
      const id = await sold(1)
      const asked = await Promise.allSettled([ask(id, 2), ask(other, 2)])
      const refused = asked.flatMap((one) => (one.status === 'rejected' ? [one.reason as object] : []))
      assert.equal(refused.length, 1)
      assert.equal((refused[0] as { code: string }).code, SOLD_OUT.code)
      assert.equal(await left(), 0)
    })

    test('another plan takes its own units, and those of the old one go back when it is there', async () => {
      const id = await sold(0)
      await db.run(sql`update products set stock = 1 where id = 'prd_big'`)
      await assert.rejects(ask(id, 2, 'prd_big'), SOLD_OUT)
      const { invoiceId } = await ask(id, 1, 'prd_big')
      assert.deepEqual([await left(), await left('prd_big')], [0, 0])
      await pay(invoiceId!)
      assert.deepEqual([await left(), await left('prd_big')], [1, 0])
      await end(id)
      assert.deepEqual([await left(), await left('prd_big')], [1, 1])
    })

    test('a product without a count has units for all, and what was taken of one before is forgotten', async () => {
      const id = await sold(1)
      const { invoiceId } = await ask(id, 2)
      await db.run(sql`update products set stock = null`)
      await pay(invoiceId!)
      await pay((await ask(id, 9)).invoiceId!)
      assert.equal((await shop.service(id)).stock_held, 1)
      await end(id)
      assert.equal(await left(), null)
    })
  })
