import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { changePorts } from '../../core/app/wire/change-ports.ts'
import { orderDeps } from '../../core/app/wire/orders-area.ts'
import { createProduct, linkAddon, publishProduct, setPrice } from '../../core/catalog/index.ts'
import { billDay, verifyBooks } from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { placeOrder, priceExtra } from '../../core/orders/index.ts'
import { applyPaidChanges, requestChange, type ServiceRow } from '../../core/services/index.ts'
import { system } from '../services/fixture.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, makeClient, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { makeShop } from './support.ts'

const staff = staffActor()

for (const engine of engines) {
  describe(`add-ons of a running service on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = { ...testMeans(db, { now: '2026-01-15T10:00:00.000Z' }), changes: changePorts }
    const deps = orderDeps(means)
    let shop: Awaited<ReturnType<typeof makeShop>>
    let serviceId: string
    let addonId: string
    beforeEach(async () => {
      means.business.set('2026-01-15T10:00:00.000Z')
      await db.run(sql`delete from automated_acts where task = 'billing.day'`)
      await db.run(sql`update services set billing_status = 'ended', next_period_on = null`)
      shop = await makeShop(means)
      const base = {
        group_id: shop.groupId,
        slug: `ip-${shop.brand.id.slice(-8).toLowerCase()}`,
        kind: 'addon',
      }
      addonId = await createProduct(means, { ...base, name: 'Extra address' }, staff)
      const price = { owner_id: addonId, currency: 'EUR' }
      await setPrice(means, { ...price, cycle: '1m', amount: '3.10' }, staff)
      await setPrice(means, { ...price, cycle: '1y', amount: '31.00' }, staff)
      await publishProduct(means, { id: addonId }, staff)
      await linkAddon(means, { product_id: shop.game.productId, addon_id: addonId, position: 1 }, staff)
      serviceId = (await placeOrder(deps, shop.order(), shop.buyer)).service_ids[0]!
      await db.run(sql`update services set billing_status = 'active' where id = ${serviceId}`)
      means.business.set('2026-01-20T10:00:00.000Z')
    })
    const wish = (over: object = {}) => ({
      product_id: addonId,
      cycle: '1m',
      quantity: 2,
      service_id: serviceId,
      ...over,
    })
    const order = (over: object = {}, actor = shop.buyer) =>
      placeOrder(deps, shop.order({ items: [wish(over)] }), actor)
    const service = async (id: string) =>
      (await db.get<ServiceRow>(sql`select * from services where id = ${id}`))!
    const lines = async (invoiceId: string) =>
      (
        await db.all<{ text: string }>(sql`
          select description || ' ' || period_start || '–' || period_end || ' ' || cast(amount_minor as text) as text
          from invoice_lines where invoice_id = ${invoiceId} order by position`)
      ).map(({ text }) => text)

    test('are charged until the renewal of their whole and renew with it', async () => {
      const { item } = await priceExtra(means, wish(), shop.buyer)
      // 26 of 31 days of two times 3.10.
      assert.deepEqual([item.errors, item.first.totalMinor, item.renewal?.totalMinor], [{}, 520n, 620n])
      const placed = await order()
      assert.deepEqual(await lines(placed.invoice_id), ['Extra address 2026-01-20–2026-02-15 520'])
      const row = await service(placed.service_ids[0]!)
      assert.deepEqual(
        [row.parent_id, row.quantity, row.recurring_minor, row.next_period_on, row.anchor_on],
        [serviceId, 2, 620n, '2026-02-15', '2026-01-15'],
      )
      await db.run(sql`update services set billing_status = 'active' where id = ${row.id}`)
      means.business.set('2026-02-10T06:00:00.000Z')
      await billDay(billingDeps(means), isoDate('2026-02-10'))
      const renewal = await db.all<{ id: string }>(
        sql`select id from invoices where origin = 'renewal' and client_id = ${shop.client.id}`,
      )
      assert.equal(renewal.length, 1)
      assert.deepEqual(await lines(renewal[0]!.id), [
        'Minecraft 2026-02-15–2026-03-15 490',
        'memory: 8 GB 2026-02-15–2026-03-15 400',
        'Extra address 2026-02-15–2026-03-15 620',
      ])
      assert.deepEqual(await verifyBooks(db, isoDate('2026-02-10')), [])
    })

    test('by another cycle keep the days of their whole', async () => {
      const placed = await order({ cycle: '1y', quantity: 1 })
      // 360 of 365 days of 31.00.
      assert.deepEqual(await lines(placed.invoice_id), ['Extra address 2026-01-20–2027-01-15 3058'])
    })

    test('have more units later, for the rest of the period', async () => {
      const { service_ids } = await order()
      const [id] = service_ids
      await db.run(sql`update services set billing_status = 'active' where id = ${id!}`)
      means.business.set('2026-01-31T10:00:00.000Z')
      const change = await requestChange(means, { service_id: id, quantity: 5 }, shop.buyer)
      assert.deepEqual(await lines(change.invoiceId!), [
        // 15 of 31 days of 6.20 and of 15.50.
        'Extra address 2026-01-31–2026-02-15 -300',
        'Extra address 2026-01-31–2026-02-15 750',
      ])
      await db.transaction((trx) => applyPaidChanges(means, trx, change.invoiceId!, system))
      const row = await service(id!)
      assert.deepEqual([row.quantity, row.recurring_minor], [5, 1_550n])
      assert.deepEqual(await verifyBooks(db, isoDate('2026-01-31')), [])
    })

    test('are refused for what they do not go with, for others’ services and for what does not run', async () => {
      const refused = async (over: object, fields: object) =>
        assert.rejects(order(over), { code: 'input.invalid', fields })
      const other = { 'items.0.service': 'is not a service of this client' }
      await refused({ service_id: means.newId('svc') }, other)
      const stranger = await makeClient(means, { brand_id: shop.brand.id })
      await assert.rejects(priceExtra(means, wish(), clientActor(stranger.id, { id: means.newId('usr') })), {
        code: 'record.not_found',
      })
      await refused(
        { product_id: shop.game.productId, options: { memory: 8 } },
        { 'items.0.service': 'is not one that "Minecraft" goes with' },
      )
      await assert.rejects(order({ quantity: 51 }), { code: 'input.invalid' })
      await db.run(sql`update services set billing_status = 'ending' where id = ${serviceId}`)
      await refused({}, { 'items.0.service': 'does not run, so nothing can be added to it' })
      const services = await db.all(sql`select id from services where parent_id = ${serviceId}`)
      assert.equal(services.length, 0)
    })
  })
}
