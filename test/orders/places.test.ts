import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { changePorts } from '../../core/app/wire/change-ports.ts'
import { changeOptionValue, loadProduct } from '../../core/catalog/index.ts'
import { sql } from '../../core/db/index.ts'
import { cycle, isoDate, type BerthError } from '../../core/kernel/index.ts'
import {
  acceptQuote,
  addCartItem,
  cancelOrder,
  createQuote,
  placeOrder,
  readCart,
  sendQuote,
} from '../../core/orders/index.ts'
import type { ServiceRow } from '../../core/services/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { makeClient, staffActor } from '../support/make.ts'
import { makeProvisioner, makeServers } from '../support/make-servers.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { makeRealShop } from './real-shop.ts'

const staff = staffActor()
const refused =
  (reasons: Record<string, string>) =>
  (error: unknown): boolean => {
    assert.deepEqual((error as BerthError).fields, reasons)
    return true
  }
const FULL = '"Frankfurt" is full; choose one of nyc'

for (const engine of engines) {
  describe(`places that are full, on ${engine}`, () => {
    let database: TestDatabase
    let means: TestMeans
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db, { now: '2026-03-01T10:00:00.000Z' })
    })
    after(() => database.remove())

    /** Frankfurt stands for a group of servers with so many places; New York for another one without a limit. */
    async function openShop(capacities: readonly (number | null)[]) {
      const shop = await makeRealShop(means)
      const instanceId = await makeProvisioner(means)
      const fra = await makeServers(means, instanceId, capacities)
      const nyc = await makeServers(means, instanceId, [null])
      await means.db.run(
        sql`update products set instance_id = ${instanceId} where id = ${shop.game.productId}`,
      )
      await changeOptionValue(means, { id: shop.game.fra, server_group_id: fra }, staff)
      await changeOptionValue(means, { id: shop.game.nyc, server_group_id: nyc }, staff)
      const { productId } = shop.game
      const wish = (place: string, more: object = {}) => ({
        ...{ product_id: productId, cycle: '1m', options: { memory: 8, place } },
        ...more,
      })
      const buy = (place: string, more: object = {}) =>
        placeOrder(shop.deps, shop.order({ items: [wish(place, more)] }), staff)
      const left = async () => {
        const product = await loadProduct(means.db, shop.brand.id, shop.game.slug)
        const { values } = product!.options.find(({ key }) => key === 'place')!
        return Object.fromEntries(values.map(({ key, free }) => [key, free]))
      }
      return { ...shop, instanceId, groups: { fra, nyc }, wish, buy, left }
    }
    const tell = (group: string, set: { free?: number | null; full?: object[] }) =>
      means.db.run(sql`
        update servers set told_at = ${means.business.now()}, told_free = ${set.free ?? null},
          told_full = ${JSON.stringify(set.full ?? [])} where group_id = ${group}`)

    it('are those whose servers have no place left; an order holds its place until it falls through', async () => {
      const { buy, left, deps, groups } = await openShop([1, 1])
      assert.deepEqual(await left(), { fra: 2, nyc: null })
      const first = await buy('fra')
      const service = await means.db.get<ServiceRow>(
        sql`select * from services where id = ${first.service_ids[0]!}`,
      )
      assert.deepEqual([service!.server_group_id, service!.server_id], [groups.fra, null])
      await buy('fra')
      assert.deepEqual(await left(), { fra: 0, nyc: null })
      await assert.rejects(buy('fra'), refused({ 'items.0.option.place': FULL }))
      await buy('nyc')
      await cancelOrder(deps, { order_id: first.id, reason: 'no' }, staff)
      assert.deepEqual(await left(), { fra: 1, nyc: null })
      await buy('fra')
    })

    it('are said in the cart, and are no preset', async () => {
      const { brand, game, buyer, wish, buy } = await openShop([1])
      const cart = { ...wish('fra'), brand_id: brand.id }
      const { token } = await addCartItem(means, cart, buyer)
      await buy('fra')
      const { items } = await readCart(means, { brand_id: brand.id, token }, buyer)
      assert.deepEqual(items[0]!.errors, { 'option.place': FULL })
      const unsaid = { product_id: game.productId, cycle: '1m', options: { memory: 8 }, brand_id: brand.id }
      await assert.rejects(
        addCartItem(means, unsaid, buyer),
        refused({ 'option.place': 'must be chosen; choose one of nyc' }),
      )
    })

    it('refuse more than fit, by name and number, and nothing of it is ordered', async () => {
      const { buy, left } = await openShop([2])
      await assert.rejects(buy('fra', { quantity: 3 }), (error: BerthError) => {
        assert.equal(error.code, 'order.place_full')
        assert.deepEqual(error.params, { choice: 'place: Frankfurt', free: 2, asked: 3 })
        return true
      })
      assert.deepEqual(await left(), { fra: 2, nyc: null })
      assert.equal((await buy('fra', { quantity: 2 })).service_ids.length, 2)
    })

    it('give the last places to exactly as many of 32 who order at once', async () => {
      const { brand, order, wish, deps, left } = await openShop([3, 2])
      const clients = await Promise.all(
        Array.from({ length: 32 }, () => makeClient(means, { brand_id: brand.id })),
      )
      const tries = await Promise.allSettled(
        clients.map(({ id }) => placeOrder(deps, order({ client_id: id, items: [wish('fra')] }), staff)),
      )
      assert.equal(tries.filter(({ status }) => status === 'fulfilled').length, 5)
      for (const one of tries)
        if (one.status === 'rejected')
          assert.ok(['order.place_full', 'input.invalid'].includes((one.reason as BerthError).code))
      assert.deepEqual(await left(), { fra: 0, nyc: null })
    })

    it('are also those that servers tell of, by number and by place within them', async () => {
      const { groups, left, buy } = await openShop([10])
      await tell(groups.fra, { free: 2 })
      assert.deepEqual(await left(), { fra: 2, nyc: null })
      await tell(groups.fra, { free: 0 })
      await assert.rejects(buy('fra'), refused({ 'items.0.option.place': FULL }))
      // The option's setting is "location", and New York is its "2".
      await tell(groups.fra, { free: null, full: [{ setting: 'location', value: '2' }] })
      assert.deepEqual(await left(), { fra: 10, nyc: null })
      await tell(groups.nyc, { full: [{ setting: 'location', value: '2' }] })
      assert.deepEqual(await left(), { fra: 10, nyc: 0 })
    })

    it('are open while one of several servers has a place there', async () => {
      const { groups, left, game, instanceId } = await openShop([null, null])
      await means.db.run(sql`update option_values set server_group_id = null where option_id = ${game.place}`)
      assert.deepEqual(await left(), { fra: null, nyc: null })
      await tell(groups.fra, { full: [{ setting: 'location', value: '1' }] })
      assert.deepEqual(await left(), { fra: null, nyc: null })
      await means.db.run(sql`
        update servers set status = 'maintenance' where group_id = ${groups.nyc} and instance_id = ${instanceId}`)
      assert.deepEqual(await left(), { fra: 0, nyc: null })
    })

    it('do not drive out who runs there, and a running service stays in its group', async () => {
      const { buy, game } = await openShop([1])
      const { service_ids } = await buy('fra')
      const service = (await means.db.get<ServiceRow>(
        sql`select * from services where id = ${service_ids[0]!}`,
      ))!
      const change = (options: { optionId: string; value: string }[]) =>
        changePorts.price(means.db, {
          ...{ service, productId: game.productId, cycle: cycle('1m'), quantity: 1 },
          ...{ options, onDay: isoDate('2026-03-02') },
        })
      const more = await change([{ optionId: game.memory, value: '16' }])
      assert.deepEqual(more.options.map(({ value }) => value).sort(), ['16', 'fra'])
      await assert.rejects(
        change([{ optionId: game.place, value: 'nyc' }]),
        refused({ 'option.place': 'cannot be changed: a running service stays where it is' }),
      )
    })

    it('are refused in a quote that is written, and in one that is accepted after they filled up', async () => {
      const { buy, client, buyer, brand, wish, deps } = await openShop([1])
      const content = { title: 'One', expires_on: '2026-03-14', client_id: client.id, lines: [] }
      const write = () => createQuote(means, { ...content, products: [wish('fra')] }, staff)
      const id = await write()
      await sendQuote(means, { quote_id: id }, staff)
      await buy('fra')
      await assert.rejects(write(), (error: BerthError) => JSON.stringify(error.fields).includes('is full'))
      const accept = {
        ...{ brand_id: brand.id, quote_id: id, version_number: 1, name: 'Ada Quay' },
        terms: { version: '1', accepted: true },
      }
      await assert.rejects(
        acceptQuote(deps, accept, buyer),
        (error: BerthError) => error.code === 'order.place_full' && error.params.free === 0,
      )
    })

    it('are groups that there are', async () => {
      const { game } = await openShop([1])
      await assert.rejects(
        changeOptionValue(means, { id: game.fra, server_group_id: 'svg_none' }, staff),
        refused({ server_group_id: 'is not a server group' }),
      )
    })
  })
}
