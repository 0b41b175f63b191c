import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import {
  billDay,
  creditInvoice,
  lateFee,
  overrideSetting,
  previewBilling,
  taxPlugin,
  verifyBooks,
  type InvoiceRow,
} from '../../core/billing/index.ts'
import { sql, type Db } from '../../core/db/index.ts'
import { isoDate, type BerthError } from '../../core/kernel/index.ts'
import { makeServices } from '../billing/make-services.ts'
import { draft, issue, makeBuyer } from '../billing/support.ts'
import { MINECRAFT, openShopFront, orderForm } from '../http/storefront/shop-front.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeClient, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { openHookHouse } from './support/hook-house.ts'
import { loadExample, loadWritten } from './support/setup.ts'

const INSTANCE = 'plg_example-us-tax'
/** Texas is taxed and has no rates in the table: the plugin throws. */
const settings = { 'example-us-tax': { nexus: ['CA', 'TX'] } }
const plugin = await loadExample('example-us-tax')
const choose = (db: Db, brandId: string, instance: string) =>
  db.insert('settings', [
    {
      ...{ key: taxPlugin.key, scope: 'brand', scope_id: brandId, value: JSON.stringify(instance) },
      ...{ updated_by: 'system:test', updated_at: '2026-01-01T00:00:00.000Z' },
    },
  ])
const taxesOf = async (db: Db, invoiceId: string) => {
  const rows = await db.all<{ tax_name: string; net_minor: bigint; tax_minor: bigint }>(sql`
    select tax_name, net_minor, tax_minor from invoice_taxes where invoice_id = ${invoiceId} order by level, tax_name`)
  return rows.map((row) => [row.tax_name, row.net_minor, row.tax_minor])
}
const undetermined = (reason: RegExp) => (error: unknown) => {
  assert.equal((error as BerthError).code, 'tax.undetermined')
  assert.match((error as Error).message, reason)
  return true
}

for (const engine of engines) {
  describe(`taxes by a plugin on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const { hooks, close } = await openHookHouse(db, [plugin], settings)
    after(async () => {
      close()
      await remove()
    })
    const means = { ...testMeans(db, { now: '2026-01-15T06:00:00.000Z' }), hooks }
    const { brand } = await makeBuyer(means)
    await choose(db, brand.id, INSTANCE)
    const buyer = (region: string, more: object = {}) =>
      makeClient(means, { brand_id: brand.id, country: 'US', region, postcode: '90210', ...more })
    const staff = staffActor()
    const clean = async (on = '2026-01-15') => assert.deepEqual(await verifyBooks(db, isoDate(on)), [])

    test('each line bears what the plugin says, not the rules; its credit note bears the same', async () => {
      const client = await buyer('CA')
      const lines = draft(client, { amounts: [1_000n, 333n] }).lines
      const free = { ...lines[0]!, taxClass: 'hosting' }
      const none = { ...lines[0]!, taxClass: 'none' }
      const invoice = await issue(means, { ...draft(client), lines: [...lines, free, none] })
      const taxes = [
        ['CA sales tax', 1_333n, 80n],
        ['exempt', 1_000n, 0n],
        ['Los Angeles', 1_333n, 47n],
      ]
      assert.deepEqual(await taxesOf(db, invoice.id), taxes)
      assert.deepEqual([invoice.tax_minor, invoice.total_minor], [127n, 3_460n])
      const note = await creditInvoice(means, { invoice_id: invoice.id, reason: 'Mistake' }, staff)
      assert.equal(note.tax_minor, -127n)
      await clean()
    })

    test('whoever owes no tax is not asked about: a state without rates is none to fail for', async () => {
      const client = await buyer('TX', { tax_exempt: 1 })
      const invoice = await issue(means, draft(client))
      assert.deepEqual(await taxesOf(db, invoice.id), [['exempt', 1_000n, 0n]])
    })

    test('where the plugin fails, or is off, nothing is issued and nothing is guessed', async () => {
      const client = await buyer('TX')
      await assert.rejects(issue(means, draft(client)), undetermined(/example-us-tax/))
      await db.run(sql`update plugin_instances set status = 'disabled' where id = ${INSTANCE}`)
      await hooks.refresh()
      const known = await buyer('CA')
      await assert.rejects(issue(means, draft(known)), undetermined(/it is not active/))
      await db.run(sql`update plugin_instances set status = 'active' where id = ${INSTANCE}`)
      await hooks.refresh()
      const written = await db.all(
        sql`select id from invoices where client_id in (${client.id}, ${known.id})`,
      )
      assert.deepEqual(written, [])
      await clean()
    })

    test('a run taxes by the plugin as its preview does, and postpones the one that cannot be taxed', async () => {
      await makeServices(means, brand, { clients: 5, perClient: 2, nextPeriodOn: '2026-01-20' })
      await db.run(sql`update clients set country = 'US', region = 'CA', postcode = '94016'
        where id in (select client_id from services)`)
      const [texan] = await db.all<{ client_id: string }>(
        sql`select client_id from services order by client_id limit 1`,
      )
      await db.run(sql`update clients set region = 'TX' where id = ${texan!.client_id}`)
      const deps = billingDeps(means)
      await billDay(deps, isoDate('2026-01-15'))
      const parked = await db.all<{ client_id: string; reason: string; postponed: number }>(
        sql`select client_id, reason, postponed from parked_clients`,
      )
      assert.deepEqual(
        parked.map((row) => row.postponed),
        [1],
      )
      assert.equal(parked[0]!.client_id, texan!.client_id)
      assert.match(parked[0]!.reason, /^The tax was not determined by the plugin plg_example-us-tax/)
      const invoices = await db.all<InvoiceRow>(sql`select * from invoices where origin = 'renewal'`)
      // Two services of 5.99 and 6 % of both, rounded once.
      assert.deepEqual(
        invoices.map((row) => [row.subtotal_minor, row.tax_minor]),
        Array.from({ length: 4 }, () => [1_198n, 72n]),
      )
      await db.run(sql`update clients set region = 'CA' where id = ${texan!.client_id}`)
      const preview = await previewBilling(means, deps, { today: isoDate('2026-01-15'), days: 0 })
      assert.deepEqual(
        preview.invoices.map((plan) => plan.totalMinor),
        [1_270n],
      )
      await clean()
    })

    test('a late fee whose tax is not known waits; the others are charged', async () => {
      const value = {
        ...(lateFee.preset as object),
        ...{ kind: 'fixed', amount: { EUR: '10' }, grace_days: 2, tax_class: 'standard' },
      }
      await overrideSetting(means, { key: lateFee.key, scope: 'brand', scope_id: brand.id, value }, staff)
      const [known, other] = [await buyer('CA'), await buyer('CA')]
      const dueOn = isoDate('2026-01-16')
      for (const client of [known, other]) await issue(means, { ...draft(client), dueOn })
      await db.run(sql`update clients set region = 'TX' where id = ${other.id}`)
      const fees = () =>
        db.all<{ client_id: string; tax_minor: bigint }>(
          sql`select client_id, tax_minor from invoices where origin = 'late_fee' and client_id in (${known.id}, ${other.id}) order by id`,
        )
      const bill = async (on: string) => {
        means.business.set(`${on}T06:00:00.000Z`)
        await billDay(billingDeps(means), isoDate(on))
      }
      await bill('2026-01-18')
      assert.deepEqual(
        (await fees()).map((row) => [row.client_id, row.tax_minor]),
        [[known.id, 95n]],
      )
      await db.run(sql`update clients set region = 'CA' where id = ${other.id}`)
      await bill('2026-01-19')
      assert.equal((await fees())[1]?.client_id, other.id)
      await clean('2026-01-19')
    })

    for (const [what, answer, reason] of [
      ['leaves a line out', '[]', /did not answer each line once/],
      [
        'names two taxes alike',
        `lines.map(({ key }, i) => ({ key, taxes: [{ name: 'A', rate_ppm: 0, compound: false }],
          treatment: i ? 'exempt' : 'zero_rated' }))`,
        /"A" stands for two taxes/,
      ],
    ] as const)
      test(`an answer that ${what} is refused`, async () => {
        const id = what.replaceAll(' ', '-')
        const wrong = await loadWritten(id, {
          code: `export default { tax: () => ({ determine: async ({ lines }) => ({ lines: ${answer}, notes: [] }) }) }`,
          manifest: { kinds: { tax: ['determine'] } },
        })
        const other = await makeDatabase(engine)
        const house = await openHookHouse(other.db, [wrong])
        try {
          const own = { ...testMeans(other.db), hooks: house.hooks }
          const sold = await makeBuyer(own)
          await choose(other.db, sold.brand.id, `plg_${id}`)
          const two = draft(sold.client, { amounts: [100n, 200n] })
          await assert.rejects(issue(own, two), undetermined(reason))
        } finally {
          house.close()
          await other.remove()
        }
      })

    test('a brand without the choice is taxed by its rules', async () => {
      const { client } = await makeBuyer(means)
      assert.equal((await issue(means, draft(client))).tax_minor, 190n)
    })
  })

  describe(`taxes by a plugin in a shop on ${engine}`, () => {
    test('the checkout shows the tax that the invoice bears; where it is not known nobody orders', async (t) => {
      const { db, remove } = await makeDatabase(engine)
      const { hooks, close } = await openHookHouse(db, [plugin], settings)
      const shop = await openShopFront({ ...testMeans(db), hooks })
      t.after(async () => {
        await shop.close()
        close()
        await remove()
      })
      await choose(db, shop.brand.id, INSTANCE)
      const browser = shop.web.browser()
      await browser.get('/products/minecraft')
      await browser.post('/cart/items', MINECRAFT)
      const unknown = await browser.get('/checkout?country=US&region=TX')
      assert.equal(unknown.status, 503)
      const checkout = await browser.get('/checkout?country=US&region=CA')
      assert.match(checkout.text, /CA sales tax[^]*?€0\.41/)
      const pay = `gateway:${shop.gateways.hosted}`
      const place = { country: 'US', postcode: '94016', city: 'Colma', pay }
      const texan = orderForm(checkout.text, { ...place, email: 't@x.test', region: 'TX' })
      await browser.post('/checkout', texan)
      assert.deepEqual(await db.all(sql`select id from orders`), [])
      const other = shop.web.browser()
      await other.get('/products/minecraft')
      await other.post('/cart/items', MINECRAFT)
      const page = await other.get('/checkout?country=US&region=CA')
      const form = orderForm(page.text, { ...place, email: 'c@x.test', region: 'CA' })
      const placed = await other.post('/checkout', form)
      assert.equal(placed.status, 303, placed.text)
      const orders = await db.all<{ tax_minor: bigint; total_minor: bigint }>(
        sql`select tax_minor, total_minor from orders`,
      )
      assert.deepEqual(
        orders.map((row) => [row.tax_minor, row.total_minor]),
        [[41n, 731n]],
      )
    })
  })
}
