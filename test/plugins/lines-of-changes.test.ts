import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { changePorts } from '../../core/app/wire/change-ports.ts'
import { orderDeps } from '../../core/app/wire/orders-area.ts'
import { verifyBooks } from '../../core/billing/index.ts'
import { createProduct, linkAddon, publishProduct, setPrice } from '../../core/catalog/index.ts'
import { sql } from '../../core/db/index.ts'
import { placeOrder } from '../../core/orders/index.ts'
import { noHooks } from '../../core/records/index.ts'
import { previewChange, requestChange } from '../../core/services/index.ts'
import { makeShop } from '../orders/support.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { openHookHouse } from './support/hook-house.ts'
import { loadWritten } from './support/setup.ts'

const surcharge = await loadWritten('surcharge', {
  code: `export default { shape: ({ settings }) => ({
    'invoice.lines:shape': async ({ origin, lines }) => {
      if (origin !== 'change' || lines.some(({ kind }) => kind === 'fee')) return { add: [] }
      const sum = lines.reduce((all, { amount_minor }) => all + Number(amount_minor), 0)
      // A change of more than 10.00 is refused, one of more than 5.00 is given away.
      if (sum > 1000) return { add: [{ kind: 'discount', description: 'Too much', amount_minor: String(-sum - 1) }] }
      if (sum > 500) return { add: [{ kind: 'discount', description: 'A gift', amount_minor: String(-sum) }] }
      return { add: [{ kind: 'fee', description: 'Set-up by hand', amount_minor: '100' }] }
    },
  }) }`,
  manifest: { kinds: {}, hooks: ['invoice.lines:shape'] },
})

for (const engine of engines)
  describe(`what plugins add to a change on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const { hooks, close } = await openHookHouse(db, [surcharge])
    after(async () => {
      close()
      await remove()
    })
    const staff = staffActor()
    const means = { ...testMeans(db, { now: '2026-01-15T10:00:00.000Z' }), changes: changePorts, hooks }
    const plain = { ...means, hooks: noHooks }
    let serviceId: string
    let buyer: Awaited<ReturnType<typeof makeShop>>['buyer']
    before(async () => {
      const shop = await makeShop(plain)
      buyer = shop.buyer
      const base = { group_id: shop.groupId, slug: 'extra-address', kind: 'addon', name: 'Extra address' }
      const addonId = await createProduct(plain, base, staff)
      await setPrice(plain, { owner_id: addonId, currency: 'EUR', cycle: '1m', amount: '3.10' }, staff)
      await publishProduct(plain, { id: addonId }, staff)
      await linkAddon(plain, { product_id: shop.game.productId, addon_id: addonId, position: 1 }, staff)
      const [whole] = (await placeOrder(orderDeps(plain), shop.order(), buyer)).service_ids
      await db.run(sql`update services set billing_status = 'active'`)
      const wish = { product_id: addonId, cycle: '1m', quantity: 2, service_id: whole! }
      const placed = await placeOrder(orderDeps(plain), shop.order({ items: [wish] }), buyer)
      serviceId = placed.service_ids[0]!
      await db.run(sql`update services set billing_status = 'active'`)
    })
    const wish = (quantity: number) => ({ service_id: serviceId, quantity })
    const linesOf = (id: string) =>
      db.all<{ kind: string; amount_minor: bigint }>(
        sql`select kind, amount_minor from invoice_lines where invoice_id = ${id} order by position`,
      )

    test('is shown and issued alike, and the books add up', async () => {
      const bare = await previewChange(plain, wish(3), buyer)
      const shown = await previewChange(means, wish(3), buyer)
      assert.deepEqual(
        shown.added.map(({ description, amountMinor }) => [description, amountMinor]),
        [['Set-up by hand', 100n]],
      )
      assert.equal(shown.sums.subtotalMinor, bare.sums.subtotalMinor + 100n)
      const { invoiceId, status } = await requestChange(means, wish(3), buyer)
      assert.equal(status, 'pending')
      const invoice = await db.get<{ total_minor: bigint }>(
        sql`select total_minor from invoices where id = ${invoiceId!}`,
      )
      assert.equal(invoice!.total_minor, shown.sums.totalMinor)
      assert.deepEqual((await linesOf(invoiceId!)).at(-1), { kind: 'fee', amount_minor: 100n })
      const again = await requestChange(means, wish(3), buyer)
      assert.deepEqual((await linesOf(again.invoiceId!)).length, (await linesOf(invoiceId!)).length)
      assert.deepEqual(await verifyBooks(db, means.business.today('Europe/Berlin')), [])
    })

    test('may take all of it off, which a document says, and never more', async () => {
      const { invoiceId } = await requestChange(means, wish(4), buyer)
      const invoice = await db.get<{ total_minor: bigint; status: string }>(
        sql`select total_minor, status from invoices where id = ${invoiceId!}`,
      )
      assert.deepEqual(invoice, { total_minor: 0n, status: 'paid' })
      await assert.rejects(previewChange(means, wish(9), buyer), { code: 'hook.lines_refused' })
      const before = await db.all(sql`select id from service_changes`)
      await assert.rejects(requestChange(means, wish(9), buyer), { code: 'hook.lines_refused' })
      assert.deepEqual(await db.all(sql`select id from service_changes`), before)
    })

    test('is nothing where the client gets something back', async () => {
      const { added, sums } = await previewChange(means, wish(1), buyer)
      assert.deepEqual(added, [])
      assert.ok(sums.totalMinor < 0n)
    })
  })
