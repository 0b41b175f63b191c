import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { findCoupon, loadProduct } from '../../core/catalog/index.ts'
import { sql } from '../../core/db/index.ts'
import type { StoredEvent } from '../../core/events/index.ts'
import { type Actor, type BerthError } from '../../core/kernel/index.ts'
import {
  acceptOrder,
  cancelOrder,
  countOrders,
  getOrder,
  getOrderByKey,
  holdOrder,
  listOrders,
  noteOrder,
  orderConsumers,
  placeOrder,
  rejectOrder,
} from '../../core/orders/index.ts'
import { CheckRefused, noHooks } from '../../core/records/index.ts'
import { makeCoupon } from '../catalog/make-product.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { clientActor, staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { makeShop } from './support.ts'

const staff = staffActor()
const code = (expected: string) => (error: unknown) => (error as BerthError).code === expected

interface HeldMail {
  template: string
  subject_of: string
  key: string
  data: object
}

for (const engine of engines) {
  describe(`orders on ${engine}`, () => {
    let database: TestDatabase
    let means: TestMeans
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db, { now: '2026-01-31T10:00:00.000Z' })
    })
    after(() => database.remove())

    const shop = (columns?: Parameters<typeof makeShop>[1]) => makeShop(means, columns)

    const event = (type: string, body: StoredEvent['body']): StoredEvent => ({
      id: means.newId('evt'),
      type,
      version: 1,
      brand_id: null,
      client_id: null,
      subject: '',
      actor: 'system:test',
      cause: null,
      occurred_at: means.business.now(),
      body,
    })

    async function hear(heard: StoredEvent, of: TestMeans = means) {
      for (const consumer of orderConsumers(of)) {
        if (consumer.types.includes(heard.type))
          await means.db.transaction((trx) => consumer.handle(trx, heard))
      }
    }

    const heldMails = (orderId: string) =>
      (means.jobs.of('mail.send') as unknown as HeldMail[])
        .filter(({ template, subject_of }) => template === 'order-held' && subject_of === orderId)
        .map(({ key, data }) => ({ ...data, key }))

    it('are shown to their client, to staff of their brand, and by their key', async () => {
      const { brand, buyer, order, deps, client } = await shop()
      const first = await placeOrder(deps, order(), buyer)
      const second = await placeOrder(deps, order(), buyer)
      const access = { brandId: brand.id, orderId: first.id, key: first.access_key }
      assert.equal((await getOrderByKey(means.db, access)).id, first.id)
      await assert.rejects(
        getOrderByKey(means.db, { ...access, key: second.access_key }),
        code('record.not_found'),
      )
      await assert.rejects(getOrderByKey(means.db, { ...access, brandId: 'brd_x' }), code('record.not_found'))
      const newest = await listOrders(means.db, buyer, { limit: 1 })
      assert.deepEqual(
        newest.map((row) => row.id),
        [second.id],
      )
      const older = await listOrders(means.db, buyer, { limit: 1, before: second.id })
      assert.deepEqual(
        older.map((row) => row.id),
        [first.id],
      )
      const stranger = clientActor('cli_other')
      await assert.rejects(getOrder(means.db, stranger, first.id), code('record.not_found'))
      assert.deepEqual(await listOrders(means.db, stranger, { clientId: client.id, limit: 9 }), [])
      const elsewhere: Actor = { ...staff, brandIds: ['brd_x'] }
      await assert.rejects(getOrder(means.db, elsewhere, first.id), code('record.not_found'))
      const here: Actor = { ...staff, brandIds: [brand.id] }
      assert.deepEqual(await countOrders(means.db, here), new Map([['placed', 2]]))
      assert.equal((await listOrders(means.db, here, { statuses: ['held'], limit: 9 })).length, 0)
      const acts = [acceptOrder, holdOrder, noteOrder]
      for (const act of acts) {
        const input = {
          order_id: first.id,
          ...(act === acceptOrder ? {} : act === holdOrder ? { reason: 'x' } : { note: 'x' }),
        }
        await assert.rejects(act(means, input, elsewhere), code('record.not_found'))
      }
      const drop = { order_id: first.id, reason: 'x' }
      await assert.rejects(cancelOrder(deps, drop, elsewhere), code('record.not_found'))
      await assert.rejects(rejectOrder(deps, drop, buyer), code('actor.forbidden'))
    })

    it('are held, noted and accepted by staff', async () => {
      const { buyer, order, deps } = await shop()
      const placed = await placeOrder(deps, order(), buyer)
      await holdOrder(means, { order_id: placed.id, reason: 'card from elsewhere' }, staff)
      await noteOrder(means, { order_id: placed.id, note: 'called them' }, staff)
      const held = await getOrder(means.db, staff, placed.id)
      assert.deepEqual(
        [held.status, held.hold_reason, held.note],
        ['held', 'card from elsewhere', 'called them'],
      )
      assert.deepEqual(heldMails(placed.id), [
        { url: `/portal/orders/${placed.id}`, order: held.number, key: `${placed.id}/held` },
      ])
      await acceptOrder(means, { order_id: placed.id }, staff)
      await assert.rejects(acceptOrder(means, { order_id: placed.id }, staff), code('state.illegal'))
      const told = await means.db.get<{ body: string }>(
        sql`select body from events where type = 'order.accepted' and subject = ${placed.id}`,
      )
      assert.deepEqual((JSON.parse(told!.body) as { service_ids: string[] }).service_ids, placed.service_ids)
    })

    it('give stock, coupon and invoice back when they fall through', async () => {
      const { brand, game, buyer, wish, order, deps } = await shop({ stock: 3 })
      await makeCoupon(means, brand.id, {})
      const placed = await placeOrder(
        deps,
        order({ items: [{ ...wish, quantity: 2 }], coupon_code: 'SUMMER' }),
        buyer,
      )
      await rejectOrder(deps, { order_id: placed.id, reason: 'fraud' }, staff)
      assert.equal((await getOrder(means.db, staff, placed.id)).status, 'rejected')
      assert.deepEqual(deps.acts, [`take back ${placed.invoice_id}`, `end ${placed.service_ids.join(' ')}`])
      assert.equal((await loadProduct(means.db, brand.id, game.slug))?.stock, 3)
      assert.equal((await findCoupon(means.db, brand.id, 'SUMMER'))?.uses, 0)
      const drop = { order_id: placed.id, reason: 'again' }
      await assert.rejects(cancelOrder(deps, drop, staff), code('state.illegal'))
      assert.equal((await loadProduct(means.db, brand.id, game.slug))?.stock, 3)
    })

    it('that are paid are dropped only with the refund', async () => {
      const { buyer, order, deps } = await shop()
      const placed = await placeOrder(deps, order(), buyer)
      deps.standings.set(placed.invoice_id, { status: 'paid', paidMinor: 979n })
      const drop = { order_id: placed.id, reason: 'asked for it' }
      await assert.rejects(cancelOrder(deps, drop, staff), code('order.paid'))
      assert.equal((await getOrder(means.db, staff, placed.id)).status, 'placed')
      await cancelOrder(deps, { ...drop, refund: true }, staff)
      assert.equal(deps.acts[0], `refund ${placed.invoice_id}`)
    })

    it('go on by themselves when they are paid, and are done when all is live', async () => {
      const { buyer, wish, order, deps } = await shop()
      const placed = await placeOrder(deps, order({ items: [{ ...wish, quantity: 2 }] }), buyer)
      const status = async () => (await getOrder(means.db, staff, placed.id)).status
      await hear(event('invoice.paid', { id: placed.invoice_id, origin: 'renewal', origin_id: placed.id }))
      assert.equal(await status(), 'placed')
      await hear(event('invoice.paid', { id: placed.invoice_id, origin: 'order', origin_id: placed.id }))
      assert.equal(await status(), 'accepted')
      const [first, second] = placed.service_ids as [string, string]
      const live = async (id: string) => {
        await means.db.run(sql`update services set delivery_status = 'live' where id = ${id}`)
        await hear(event('service.live', { id }))
      }
      await live(first)
      assert.equal(await status(), 'accepted')
      await live(second)
      assert.equal(await status(), 'done')
    })

    it('wait for a person when a product says so or somebody holds them', async () => {
      const careful = await shop({ delivery_on: 'acceptance' })
      const waiting = await placeOrder(careful.deps, careful.order(), careful.buyer)
      await hear(event('invoice.paid', { origin: 'order', origin_id: waiting.id }))
      assert.equal((await getOrder(means.db, staff, waiting.id)).status, 'placed')
      const held = await placeOrder(careful.deps, careful.order(), careful.buyer)
      await holdOrder(means, { order_id: held.id, reason: 'look at it' }, staff)
      await hear(event('invoice.paid', { origin: 'order', origin_id: held.id }))
      assert.equal((await getOrder(means.db, staff, held.id)).status, 'held')
    })

    it('are held when a plugin refuses them once they are paid, and their buyer is told', async () => {
      const { buyer, order, deps } = await shop()
      const placed = await placeOrder(deps, order(), buyer)
      const refusal = { plugin: 'fraud', hook: 'order.accept:check', subject: placed.id, message: 'Odd card' }
      const hooks = {
        ...noHooks,
        listens: (hook: string) => hook === refusal.hook,
        check: () => Promise.resolve({ allowed: false as const, error: CheckRefused(refusal) }),
      }
      const paid = event('invoice.paid', { origin: 'order', origin_id: placed.id })
      await hear(paid, { ...means, hooks })
      await hear(paid, { ...means, hooks })
      const held = await getOrder(means.db, staff, placed.id)
      assert.deepEqual([held.status, held.hold_reason], ['held', 'Odd card'])
      assert.equal(heldMails(placed.id).length, 1)
    })

    it('free the stock of a service that ends, once', async () => {
      const { brand, game, buyer, order, deps } = await shop({ stock: 1 })
      const placed = await placeOrder(deps, order(), buyer)
      const ended = event('service.ended', { id: placed.service_ids[0]! })
      await hear(ended)
      await hear(ended)
      assert.equal((await loadProduct(means.db, brand.id, game.slug))?.stock, 1)
    })
  })
}
