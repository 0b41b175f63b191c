import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { changePorts } from '../../core/app/wire/change-ports.ts'
import { changeSeller } from '../../core/brands/index.ts'
import { billDay, creditInvoice, recordPayment, verifyBooks } from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { cycle, isoDate } from '../../core/kernel/index.ts'
import { cancelService, previewChange, type Offer } from '../../core/services/index.ts'
import { makeServices } from '../billing/make-services.ts'
import { makeBuyer, scriptedGateway } from '../billing/support.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { openShop, seed } from './fixture.ts'

const staff = staffActor()

for (const engine of engines) {
  describe(`running services at gross prices without tax on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)

    test('a service takes what its seller sells at, and keeps it', async () => {
      await seed(db)
      const shop = openShop(db)
      const sell = (untaxed_price: 'net' | 'stated') =>
        changeSeller(shop.means, { seller_id: 'sel_a', set: { untaxed_price } }, staff)
      await sell('net')
      const first = await shop.sell()
      await sell('stated')
      const second = await shop.sell()
      const ways = [await shop.service(first), await shop.service(second)]
      assert.deepEqual(
        ways.map(({ untaxed_price }) => untaxed_price),
        ['net', 'stated'],
      )
    })

    test('renewal, change and value given back are those of the service, whatever its seller says since', async () => {
      const offer: Offer = {
        ...{ productId: '', name: 'M', taxClass: 'standard', cycle: cycle('1m'), quantity: 1, priceId: null },
        ...{ amountMinor: 1_198n, recurringMinor: 1_198n, instanceId: null, moduleSettings: {}, options: [] },
      }
      const changes = {
        ...changePorts,
        price: (_: unknown, { productId }: { productId: string }) => Promise.resolve({ ...offer, productId }),
      }
      const plugins = scriptedGateway([])
      const means = { ...testMeans(db, { now: '2026-01-15T06:00:00.000Z' }), changes, plugins }
      const { brand } = await makeBuyer(means)
      await makeServices(means, brand, { clients: 2, perClient: 1, nextPeriodOn: '2026-01-15' })
      await db.run(sql`update brands set prices_include_tax = 1 where id = ${brand.id}`)
      await db.run(sql`update clients set country = 'US' where brand_id = ${brand.id}`)
      const services = await db.all<{ id: string; client_id: string; product_id: string }>(
        sql`select id, client_id, product_id from services where brand_id = ${brand.id} order by id`,
      )
      const [net, stated] = services
      await db.run(sql`update services set untaxed_price = 'net', instance_id = null where id = ${net!.id}`)
      await db.run(sql`update services set instance_id = null where id = ${stated!.id}`)
      await db.insert('settings', [
        {
          ...{ key: 'services.unused_on_cancel', scope: 'product', scope_id: net!.product_id },
          ...{ value: '"credit"', version: 1, updated_by: 'test', updated_at: means.business.now() },
        },
      ])
      const bought = () =>
        db.all<{ total_minor: bigint }>(sql`
          select i.total_minor from invoices i join invoice_lines l on l.invoice_id = i.id
          where i.brand_id = ${brand.id} order by l.source_id, i.issued_on, i.id`)
      const totals = async () => (await bought()).map(({ total_minor }) => total_minor)

      await billDay(billingDeps(means), isoDate('2026-01-15'))
      // 5.99 less 19 % of home is 5.03.
      assert.deepEqual(await totals(), [503n, 599n])
      for (const { id, total_minor } of await db.all<{ id: string; total_minor: bigint }>(
        sql`select id, total_minor from invoices where brand_id = ${brand.id}`,
      ))
        await recordPayment(
          means,
          { invoice_id: id, amount_minor: String(total_minor), reference: id, instance_id: null },
          staff,
        )

      means.business.set('2026-01-25T10:00:00.000Z')
      const change = async (id: string) =>
        (await previewChange(means, { service_id: id, options: [] }, staff)).sums.totalMinor
      // 21 of 31 days: credit 4.06, charge 8.12. Net of it 4.06 ÷ 1.19.
      assert.deepEqual([await change(net!.id), await change(stated!.id)], [341n, 406n])
      const cancel = async (id: string) =>
        (await cancelService(means, { service_id: id, at: 'now', reason: 'Moving' }, staff)).returnedMinor
      assert.deepEqual([await cancel(net!.id), await cancel(stated!.id)], [341n, 406n])
      assert.deepEqual(await verifyBooks(db, isoDate('2026-01-25')), [])
    })

    /** A service of 30.00 with tax for a month, from today on and paid, of a client who has paid less the tax of home or not. */
    const paid = async (country: string) => {
      const plugins = scriptedGateway([])
      const means = { ...testMeans(db, { now: '2026-03-01T06:00:00.000Z' }), changes: changePorts, plugins }
      const { brand } = await makeBuyer(means)
      await makeServices(means, brand, { clients: 1, perClient: 1, nextPeriodOn: '2026-03-01' })
      await db.run(sql`update brands set prices_include_tax = 1 where id = ${brand.id}`)
      await db.run(sql`update clients set country = ${country} where brand_id = ${brand.id}`)
      await db.run(sql`
        update services set untaxed_price = 'net', instance_id = null, amount_minor = 3000, recurring_minor = 3000 where brand_id = ${brand.id}`)
      const service = (await db.get<{ id: string; client_id: string; product_id: string }>(
        sql`select id, client_id, product_id from services where brand_id = ${brand.id}`,
      ))!
      await db.insert('settings', [
        {
          ...{ key: 'services.unused_on_cancel', scope: 'product', scope_id: service.product_id },
          ...{ value: '"credit"', version: 1, updated_by: 'test', updated_at: means.business.now() },
        },
      ])
      await billDay(billingDeps(means), isoDate('2026-03-01'))
      const invoice = (await db.get<{ id: string; total_minor: bigint }>(
        sql`select id, total_minor from invoices where client_id = ${service.client_id}`,
      ))!
      const money = { amount_minor: String(invoice.total_minor), reference: invoice.id, instance_id: null }
      await recordPayment(means, { invoice_id: invoice.id, ...money }, staff)
      const cancel = async () => {
        await cancelService(means, { service_id: service.id, at: 'now', reason: 'Moving' }, staff)
        return db.get<{ subtotal_minor: bigint; tax_minor: bigint }>(sql`
          select subtotal_minor, tax_minor from invoices where client_id = ${service.client_id} and kind = 'credit_note' order by id desc limit 1`)
      }
      return { means, brandId: brand.id, clientId: service.client_id, invoice, cancel }
    }
    const clean = async () => assert.deepEqual(await verifyBooks(db, isoDate('2026-03-01')), [])

    test('whoever owes no tax any more gets back what was paid with it', async () => {
      const { clientId, invoice, cancel } = await paid('DE')
      assert.equal(invoice.total_minor, 3_000n)
      await db.run(sql`update clients set tax_exempt = 1 where id = ${clientId}`)
      assert.deepEqual(await cancel(), { subtotal_minor: -2_521n, tax_minor: -479n })
      await clean()
    })

    test('whoever owes tax since gets back what was paid without it', async () => {
      const { clientId, invoice, cancel } = await paid('US')
      assert.equal(invoice.total_minor, 2_521n)
      await db.run(sql`update clients set country = 'DE' where id = ${clientId}`)
      assert.deepEqual(await cancel(), { subtotal_minor: -2_521n, tax_minor: 0n })
      await clean()
    })

    test('what a credit note left of a reduced price is given back whole', async () => {
      const { means, invoice, cancel } = await paid('US')
      const part = { invoice_id: invoice.id, lines: [{ position: 1, amount_minor: '1000' }], reason: 'Sorry' }
      await creditInvoice(means, part, staff)
      assert.deepEqual(await cancel(), { subtotal_minor: -1_521n, tax_minor: 0n })
      await clean()
    })

    test('another rate at home shifts nothing of what was paid before', async () => {
      const { brandId, cancel } = await paid('US')
      await db.run(sql`
        update tax_rules set rate_ppm = 70000 where seller_id = (select seller_id from brands where id = ${brandId})`)
      assert.deepEqual(await cancel(), { subtotal_minor: -2_521n, tax_minor: 0n })
      await clean()
    })
  })
}
