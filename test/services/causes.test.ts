import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { orderDeps } from '../../core/app/wire/orders-area.ts'
import { billingConsumers, grantCredit, recordPayment } from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { causesOf, CAUSES_MAX, deliverEvents, type StoredEvent } from '../../core/events/index.ts'
import { isoDate, type Actor } from '../../core/kernel/index.ts'
import { orderConsumers, placeOrder } from '../../core/orders/index.ts'
import {
  cancelService,
  deliver,
  endCancelled,
  markDelivered,
  placePluginHold,
  powerService,
  reinstallService,
  releaseService,
  requestChange,
  serviceConsumers,
  suspendService,
  terminateService,
  type ChangeMeans,
  type ProviderMeans,
} from '../../core/services/index.ts'
import { changePorts } from '../../core/app/wire/change-ports.ts'
import { makeGateway, scriptedGateway } from '../billing/support.ts'
import { makeShop } from '../orders/support.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { fakePlugins, openShop, owner, seed, staff } from './fixture.ts'

type Means = TestMeans & ProviderMeans & ChangeMeans
type Payload = { ids: string[]; delivery_id: string }

for (const engine of engines)
  describe(`what led to what in a sale (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means: Means = { ...testMeans(db), plugins: fakePlugins(), changes: changePorts }
    const consumers = [...billingConsumers(means), ...serviceConsumers(means), ...orderConsumers(means)]
    let done = 0
    const work = async () => {
      for (; done < means.jobs.entered.length; done++) {
        const { task, payload } = means.jobs.entered[done]!
        const of = payload as unknown as Payload
        if (task === 'events.deliver') await deliverEvents(means, consumers, of.ids)
        if (task === 'services.deliver') await deliver(means, of.delivery_id)
      }
    }
    let references = 0
    const buy = async ({ onCredit }: { onCredit: boolean }) => {
      const shop = await makeShop(means)
      const instance = await makeGateway(means)
      await db.insert('servers', [
        {
          ...{ id: means.newId('srv'), instance_id: instance.id, name: 'One', settings: '{}', capacity: 5 },
          ...{ status: 'active', created_at: means.business.now(), updated_at: means.business.now() },
        },
      ])
      await db.run(sql`update products set instance_id = ${instance.id} where brand_id = ${shop.brand.id}`)
      const gift = { amount_minor: '999999', origin: 'goodwill', priority: 500, reason: 'Because' } as const
      if (onCredit) await grantCredit(means, { client_id: shop.client.id, ...gift }, staff)
      const { invoice_id, service_ids, total_minor } = await placeOrder(
        orderDeps(means),
        shop.order(),
        shop.buyer,
      )
      await work()
      if (!onCredit) {
        const reference = `CARD-${++references}`
        const money = { invoice_id, instance_id: instance.id, amount_minor: total_minor, reference }
        await recordPayment({ ...means, plugins: scriptedGateway([]) }, money, staff)
        await work()
      }
      return { client: shop.client.id, service: service_ids[0]! }
    }
    /** Of each type the first one for the client, with what led to it, the nearest first. */
    const chains = async (client: string) => {
      const rows = await db.all<StoredEvent>(
        sql`select * from events where client_id = ${client} order by id`,
      )
      const told = new Map<string, string[]>()
      for (const { type, cause } of rows)
        if (!told.has(type))
          told.set(
            type,
            (await causesOf(db, cause)).map((one) => one.type),
          )
      return Object.fromEntries(told)
    }

    const ORDERED = ['invoice.issued', 'order.placed']
    const PAID = ['invoice.paid', 'payment.succeeded', ...ORDERED]
    const SOLD = ['service.creating', 'service.activated']
    const LIVE = ['delivery.done', ...SOLD]

    test('an order leads to its invoice and services, to its payment, and to all that is delivered on it', async () => {
      const { client } = await buy({ onCredit: false })
      assert.deepEqual(await chains(client), {
        'order.placed': [],
        'service.created': ['order.placed'],
        'invoice.issued': ['order.placed'],
        'payment.succeeded': ORDERED,
        'invoice.paid': ['payment.succeeded', ...ORDERED],
        'service.activated': PAID,
        'service.creating': ['service.activated', ...PAID],
        'order.accepted': PAID,
        'delivery.done': [...SOLD, ...PAID],
        'service.live': [...LIVE, ...PAID],
        'order.done': ['order.accepted', ...PAID],
      })
    })

    test('what credit pays at once, the order itself leads to', async () => {
      const { client } = await buy({ onCredit: true })
      const told = await chains(client)
      assert.deepEqual(told['service.activated'], ['invoice.paid', 'order.placed'])
      assert.deepEqual(told['service.live'], [...LIVE, 'invoice.paid', 'order.placed'])
    })

    test('a hold, its lifting and an end lead to what is done at the provider', async () => {
      const { client, service } = await buy({ onCredit: false })
      await suspendService(means, { service_id: service, reason: 'abuse' }, staff)
      await work()
      await releaseService(means, { service_id: service, reason: 'abuse' }, staff)
      await work()
      await terminateService(means, { service_id: service, reason: 'Over' }, staff)
      await work()
      const told = await chains(client)
      assert.deepEqual(told['service.suspended'], ['delivery.done', 'service.held'])
      assert.deepEqual(told['service.released'], ['delivery.done', 'service.lifted'])
      assert.deepEqual(told['service.ended'], [])
      assert.deepEqual(told['service.terminating'], ['service.ended'])
      assert.deepEqual(told['service.terminated'], ['delivery.done', 'service.terminating', 'service.ended'])
    })

    test('a cancellation leads to its end, also when a run brings that later', async () => {
      const { client, service } = await buy({ onCredit: false })
      await cancelService(means, { service_id: service, at: 'end', reason: 'Moving' }, staff)
      await work()
      const { cancel_on } = (await db.get<{ cancel_on: string }>(
        sql`select cancel_on from services where id = ${service}`,
      ))!
      await endCancelled(means, { on: isoDate(cancel_on), brandIds: null })
      await work()
      const told = await chains(client)
      assert.deepEqual(told['service.ending'], ['cancellation.planned'])
      assert.deepEqual(told['cancellation.done'], ['cancellation.planned'])
      assert.deepEqual(told['service.ended'], ['cancellation.done', 'cancellation.planned'])
      const ended = ['delivery.done', 'service.terminating', 'service.ended']
      assert.deepEqual(told['service.terminated'], [...ended, 'cancellation.done', 'cancellation.planned'])
    })

    test('nothing that core does by itself comes near the end of a chain', async () => {
      const rows = await db.all<StoredEvent>(sql`select * from events`)
      const lengths = await Promise.all(rows.map(async ({ cause }) => (await causesOf(db, cause)).length))
      assert.ok(rows.length > 50)
      assert.ok(Math.max(...lengths) <= CAUSES_MAX / 2, String(Math.max(...lengths)))
    })
  })

for (const engine of engines)
  describe(`what led to work at the provider (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    await seed(db)
    const shop = openShop(db)
    shop.plugins.script('create', { outcome: 'done', remote_id: 'r1' })
    const live = async () => {
      const id = await shop.sold()
      await shop.work()
      return id
    }
    const causes = async (type: string) => {
      const row = await db.get<StoredEvent>(
        sql`select * from events where type = ${type} order by id desc limit 1`,
      )
      return causesOf(db, row!.cause)
    }
    const types = async (type: string) => (await causes(type)).map((one) => one.type)

    test('a plugin finds its own hold behind the suspension that it led to', async () => {
      const own: Actor = { ...staff, kind: 'plugin', id: 'plg_own', permissions: ['service.*'] }
      await placePluginHold(shop.means, { service_id: await live(), note: 'Too much mail' }, own)
      await shop.work()
      assert.deepEqual(
        (await causes('service.suspended')).map(({ type, actor }) => [type, actor]),
        [
          ['delivery.done', 'system:delivery'],
          ['service.held', 'plg_own'],
        ],
      )
    })

    test('what a person has delivered was led to by what asked for it', async () => {
      const id = await shop.sold({ instanceId: null, serverGroupId: null })
      await markDelivered(shop.means, { delivery_id: (await shop.delivery(id)).id, access: [] }, staff)
      const begun = ['service.creating', 'service.activated']
      assert.deepEqual(await types('service.live'), ['delivery.done', ...begun])
    })

    test('a change leads to what is changed at the provider', async () => {
      const offer = { ...shop.means.changes, ...unchanged }
      const wish = { service_id: await live(), product_id: 'prd_big' }
      await requestChange({ ...shop.means, changes: offer }, wish, staff)
      await shop.work()
      assert.deepEqual(await types('service.changing'), ['service_change.applied'])
      assert.deepEqual(await types('service.changed'), [
        ...['delivery.done', 'service.changing', 'service_change.applied'],
      ])
    })

    test('an act leads to its end, also when the provider says later that it is done', async () => {
      await powerService(shop.means, { service_id: await live(), signal: 'restart' }, owner())
      assert.deepEqual(await types('service_act.done'), ['service_act.begun'])
      shop.plugins.script('reinstall', { outcome: 'pending', reference: 'job_1' })
      shop.plugins.script('list_images', { images: [{ key: 'debian', label: 'Debian' }] })
      const wish = { service_id: await live(), image: 'debian', confirmed: true }
      await reinstallService(shop.means, wish, owner())
      await shop.work(10)
      assert.deepEqual(await types('service_act.done'), ['service_act.waiting', 'service_act.begun'])
    })
  })

/** Another product at the same price: nothing is owed, so it happens at once. */
const unchanged: Partial<ChangeMeans['changes']> = {
  price: (_queries, { productId, cycle, quantity }) =>
    Promise.resolve({
      ...{ productId, cycle, quantity, name: productId, taxClass: 'standard', priceId: 'prc_small' },
      ...{
        amountMinor: 1_000n,
        recurringMinor: 1_000n,
        instanceId: 'plg_a',
        moduleSettings: {},
        options: [],
      },
    }),
  added: () => Promise.resolve([]),
  sums: () => Promise.resolve({ subtotalMinor: 0n, taxMinor: 0n, totalMinor: 0n, promotionalMinor: 0n }),
}
