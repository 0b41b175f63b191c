import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { orderDeps } from '../../core/app/wire/orders-area.ts'
import { billDay, recordPayment, verifyBooks } from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { addDays, isoDate } from '../../core/kernel/index.ts'
import { addCartItem, placeOrder, readCart } from '../../core/orders/index.ts'
import type { ServiceRow } from '../../core/services/index.ts'
import { scriptedGateway } from '../billing/support.ts'
import { makeCoupon } from '../catalog/make-product.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { makeShop } from './support.ts'

for (const engine of engines) {
  describe(`orders with a fixed renewal day on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-20T10:00:00.000Z' })
    const deps = orderDeps(means)
    beforeEach(async () => {
      means.business.set('2026-01-20T10:00:00.000Z')
      await db.run(sql`delete from settings`)
    })

    const set = (key: string, scope: string, scopeId: string, value: unknown) =>
      db.insert('settings', [
        {
          ...{ key, scope, scope_id: scopeId, value: JSON.stringify(value), version: 1 },
          ...{ updated_by: 'test', updated_at: means.business.now() },
        },
      ])
    const placed = async (shop: Awaited<ReturnType<typeof makeShop>>, more: object = {}) => {
      const { invoice_id, service_ids } = await placeOrder(deps, shop.order(more), shop.buyer)
      const lines = await db.all<{ text: string; trace: string }>(sql`
        select kind || ' ' || period_start || '–' || coalesce(period_end, '') || ' ' || cast(amount_minor as text) as text, trace
        from invoice_lines where invoice_id = ${invoice_id} order by position`)
      const service = await db.get<ServiceRow>(sql`select * from services where id = ${service_ids[0]!}`)
      return { invoiceId: invoice_id, lines, service: service! }
    }
    const texts = (lines: readonly { text: string }[]) => lines.map(({ text }) => text)

    test('are charged up to it, options in the same way, set-up once', async () => {
      const shop = await makeShop(means)
      await set('billing.anchor_day', 'product', shop.game.productId, 1)
      const { lines, service } = await placed(shop)
      // 12 of 31 days of 4.90 and of 4.00.
      assert.deepEqual(texts(lines), [
        'recurring 2026-01-20–2026-02-01 190',
        'option 2026-01-20–2026-02-01 155',
        'setup 2026-01-20– 500',
      ])
      const trace = JSON.parse(lines[0]!.trace) as Record<string, unknown>
      assert.deepEqual([trace.of, trace.days, trace.length, trace.part], ['490', 12, 31, 'charge'])
      assert.deepEqual(
        [service.anchor_on, service.period_index, service.next_period_on, service.charged_through],
        ['2026-02-01', 0, '2026-02-01', '2026-02-01'],
      )
      assert.deepEqual([service.amount_minor, service.recurring_minor], [490n, 890n])
    })

    test('hold the next month too from the cut-off day on, and the run goes on from there', async () => {
      const shop = await makeShop(means)
      await set('billing.anchor_day', 'brand', shop.brand.id, 1)
      await set('billing.charge_next_from', 'brand', shop.brand.id, 20)
      await makeCoupon(means, shop.brand.id, { cycles: 1 })
      const { lines, service, invoiceId } = await placed(shop, { coupon_code: 'SUMMER' })
      assert.deepEqual(texts(lines), [
        'recurring 2026-01-20–2026-02-01 190',
        'option 2026-01-20–2026-02-01 155',
        'recurring 2026-02-01–2026-03-01 490',
        'option 2026-02-01–2026-03-01 400',
        'setup 2026-01-20– 500',
        // A tenth of each line, half up.
        'discount 2026-01-20–2026-03-01 -174',
      ])
      assert.deepEqual([service.recurring_minor, service.next_period_on], [890n, '2026-03-01'])
      const invoice = await db.get<{ total_minor: bigint }>(
        sql`select total_minor from invoices where id = ${invoiceId}`,
      )
      await recordPayment(
        { ...means, plugins: scriptedGateway([]) },
        {
          ...{ invoice_id: invoiceId, amount_minor: String(invoice!.total_minor) },
          reference: `ref-${invoiceId}`,
        },
        staffActor(),
      )
      await db.run(sql`update services set billing_status = 'active' where id = ${service.id}`)
      for (let on = isoDate('2026-02-20'); on <= isoDate('2026-02-23'); on = addDays(on, 1)) {
        means.business.set(`${on}T06:00:00.000Z`)
        await billDay(billingDeps(means), on)
      }
      const renewals = await db.all<{ text: string }>(sql`
        select kind || ' ' || period_start || '–' || period_end || ' ' || cast(amount_minor as text) as text from charges
        where source_id = ${service.id} and period_start >= '2026-03-01' order by kind desc`)
      assert.deepEqual(texts(renewals), [
        'recurring 2026-03-01–2026-04-01 490',
        'option 2026-03-01–2026-04-01 400',
      ])
      assert.deepEqual(await verifyBooks(db, isoDate('2026-02-23')), [])
    })

    test('follow the one day of a client, also in what the cart says', async () => {
      const shop = await makeShop(means)
      await set('billing.anchor_day', 'client', shop.client.id, 25)
      const added = await addCartItem(means, { ...shop.wish, brand_id: shop.brand.id }, shop.buyer)
      // 5 of 31 days of 8.90, and the set-up.
      assert.equal(added.cart.first.totalMinor, 79n + 65n + 500n)
      assert.equal(added.cart.renewals[0]!.sums.totalMinor, 890n)
      means.business.set('2026-01-21T10:00:00.000Z')
      const cart = await readCart(means, { brand_id: shop.brand.id }, shop.buyer)
      // A day later it costs less, and nobody is asked to accept that.
      assert.deepEqual([cart.first.totalMinor, cart.notices], [63n + 52n + 500n, []])
      const { lines } = await placed(shop, { items: undefined })
      assert.deepEqual(texts(lines), [
        'recurring 2026-01-21–2026-01-25 63',
        'option 2026-01-21–2026-01-25 52',
        'setup 2026-01-21– 500',
      ])
    })
  })
}
