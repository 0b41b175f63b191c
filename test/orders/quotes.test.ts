import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createTaxRule } from '../../core/brands/index.ts'
import { setPrice } from '../../core/catalog/index.ts'
import { sql } from '../../core/db/index.ts'
import { verifyBooks } from '../../core/billing/index.ts'
import { guestActor, isoDate, type BerthError } from '../../core/kernel/index.ts'
import {
  acceptQuote,
  changeQuote,
  createQuote,
  declineQuote,
  expireQuotes,
  followUpQuote,
  getOrder,
  getQuote,
  getQuoteByKey,
  quoteHref,
  reviseQuote,
  sendQuote,
  verifyQuotes,
  withdrawQuote,
} from '../../core/orders/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { clientActor, makeClient, staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { chargedValue } from './charged-value.ts'
import { chargeUntil, invoiceLines, makeRealShop } from './real-shop.ts'

const staff = staffActor()
const code = (expected: string) => (error: unknown) => (error as BerthError).code === expected

for (const engine of engines) {
  describe(`quotes on ${engine}`, () => {
    let database: TestDatabase
    let means: TestMeans
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db, { now: '2026-01-31T10:00:00.000Z' })
    })
    after(() => database.remove())

    async function shop() {
      const of = await makeRealShop(means)
      const content = {
        ...{ title: 'Two game servers', expires_on: '2026-02-14', discount_label: 'Agreed price' },
        products: [{ ...of.wish, quantity: 2, unit_minor: '400', percent: '10', lasts: true }],
        lines: [{ description: 'Moving in', quantity: 3, unit_minor: '5000' }],
      }
      const draft = () => createQuote(means, { client_id: of.client.id, ...content }, staff)
      const sent = async () => {
        const id = await draft()
        await sendQuote(means, { quote_id: id }, staff)
        return id
      }
      const keyOf = async (id: string) =>
        new URLSearchParams(quoteHref(means, await getQuote(means.db, staff, id)).split('?')[1]).get('key')!
      const accept = (id: string, more: object = {}) => ({
        ...{ brand_id: of.brand.id, quote_id: id, version_number: 1, name: 'Ada Quay' },
        ...{ terms: { version: '1', accepted: true }, ...more },
      })
      return { ...of, content, draft, sent, keyOf, accept }
    }

    it('are priced as a draft, keep the price at which they were sent, and become order and invoice', async () => {
      const { draft, game, accept, deps, buyer, client } = await shop()
      const id = await draft()
      const before = await getQuote(means.db, staff, id)
      // 4.00 instead of 4.90, 4.00 for memory, 5.00 set-up, less 10 %: 11.70 a unit. Twice, and 3 × 50.00.
      assert.deepEqual([before.status, before.number, before.total_minor], ['draft', null, 17_340n])
      const { number } = await sendQuote(means, { quote_id: id }, staff)
      assert.match(number, /^QUO-2026-\d{5}$/)
      const dear = { owner_id: game.productId, cycle: '1m', currency: 'EUR', amount: '99.00', setup: '99' }
      await setPrice(means, dear, staff)
      const answer = await acceptQuote(deps, accept(id), buyer)
      const order = await getOrder(means.db, buyer, answer.order_id)
      assert.deepEqual([order.status, order.total_minor, order.items.length], ['placed', 17_340n, 2])
      assert.deepEqual(await invoiceLines(means, answer.invoice_id), [
        ['recurring', 'Minecraft', 490n],
        ['option', 'memory: 8 GB', 400n],
        ['setup', 'Minecraft', 500n],
        ['discount', 'Agreed price', -90n],
        ['discount', 'Agreed price', -130n],
        ['recurring', 'Minecraft', 490n],
        ['option', 'memory: 8 GB', 400n],
        ['setup', 'Minecraft', 500n],
        ['discount', 'Agreed price', -90n],
        ['discount', 'Agreed price', -130n],
        ['manual', 'Moving in', 15_000n],
      ])
      const quote = await getQuote(means.db, staff, id)
      assert.deepEqual([quote.status, quote.order_id], ['accepted', answer.order_id])
      assert.equal((JSON.parse(quote.answer) as { name: string }).name, 'Ada Quay')
      // 8.90 less 0.90 that were agreed on, less 10 %.
      const renewed = await chargeUntil(means, client.id, '2026-02-28')
      assert.deepEqual(renewed.slice(0, 4), [
        ['recurring', '2026-02-28', 490n],
        ['option', '2026-02-28', 400n],
        ['discount', '2026-02-28', -90n],
        ['discount', '2026-02-28', -80n],
      ])
      assert.deepEqual(await verifyQuotes(means.db), [])
      assert.deepEqual(await verifyBooks(means.db, isoDate('2026-01-31')), [])
    })

    it('are accepted at the sum that they print, however the seller sells since to those who owe no tax', async () => {
      const { brand, client, draft, accept, deps, buyer } = await shop()
      const sell = (way: 'net' | 'stated') =>
        means.db.run(sql`update sellers set untaxed_price = ${way} where id = ${brand.seller_id}`)
      const rule = { ...{ tax_class: 'standard', name: 'VAT', rate_ppm: 190_000 }, starts_on: '2020-01-01' }
      await createTaxRule(means, { seller_id: brand.seller_id, country: 'DE', ...rule }, staff)
      await means.db.run(sql`update brands set prices_include_tax = 1 where id = ${brand.id}`)
      await means.db.run(sql`update clients set country = 'US' where id = ${client.id}`)
      await sell('net')
      const id = await draft()
      await sendQuote(means, { quote_id: id }, staff)
      const { total_minor } = await getQuote(means.db, staff, id)
      // 173.40 less 19 %.
      assert.equal(total_minor, 14_571n)
      await sell('stated')
      const { order_id } = await acceptQuote(deps, accept(id), buyer)
      assert.equal((await getOrder(means.db, buyer, order_id)).total_minor, total_minor)
      const ways = await means.db.all(
        sql`select distinct untaxed_price from services where client_id = ${client.id}`,
      )
      assert.deepEqual(ways, [{ untaxed_price: 'net' }])
    })

    it('with a price for the first period alone are worth that price while it runs', async () => {
      const { client, content, accept, deps, buyer } = await shop()
      const products = [{ ...content.products[0]!, quantity: 1, lasts: false }]
      const id = await createQuote(means, { client_id: client.id, ...content, products }, staff)
      await sendQuote(means, { quote_id: id }, staff)
      await acceptQuote(deps, accept(id), buyer)
      const rows = await means.db.all<{ id: string }>(
        sql`select id from services where client_id = ${client.id}`,
      )
      const ids = rows.map((row) => row.id)
      assert.deepEqual(await chargedValue(means.db, ids), [720n])
      const renewed = await chargeUntil(means, client.id, '2026-02-28')
      assert.deepEqual(renewed, [
        ['recurring', '2026-02-28', 490n],
        ['option', '2026-02-28', 400n],
      ])
    })

    it('are accepted exactly once, also by eight at the same moment and again later', async () => {
      const { sent, accept, deps, buyer, client } = await shop()
      const id = await sent()
      const answers = await Promise.all(Array.from({ length: 8 }, () => acceptQuote(deps, accept(id), buyer)))
      assert.equal(new Set(answers.map((answer) => answer.order_id)).size, 1)
      assert.equal(answers.filter((answer) => answer.access_key !== null).length, 1)
      const again = await acceptQuote(deps, accept(id), buyer)
      assert.deepEqual([again.order_id, again.access_key], [answers[0]!.order_id, null])
      const orders = await means.db.all(sql`select id from orders where client_id = ${client.id}`)
      const invoices = await means.db.all(sql`select id from invoices where client_id = ${client.id}`)
      assert.deepEqual([orders.length, invoices.length], [1, 1])
    })

    it('open by their link alone, for nobody with another key, and not for another client', async () => {
      const { sent, brand, keyOf, accept, deps } = await shop()
      const id = await sent()
      const key = await keyOf(id)
      const access = { brandId: brand.id, quoteId: id }
      assert.equal((await getQuoteByKey(means.db, { ...access, key })).id, id)
      await assert.rejects(getQuoteByKey(means.db, { ...access, key: `${key}x` }), code('record.not_found'))
      const guest = guestActor(brand.id)
      await assert.rejects(acceptQuote(deps, accept(id), guest), code('record.not_found'))
      await assert.rejects(acceptQuote(deps, accept(id, { key: 'guessed' }), guest), code('record.not_found'))
      const other = await makeClient(means, { brand_id: brand.id })
      const stranger = clientActor(other.id, { id: means.newId('usr') })
      await assert.rejects(acceptQuote(deps, accept(id), stranger), code('record.not_found'))
      const kept = await means.db.get<{ key_hash: string; key_sealed: string }>(
        sql`select key_hash, key_sealed from quotes where id = ${id}`,
      )
      assert.ok(!`${kept!.key_hash} ${kept!.key_sealed}`.includes(key))
      const answer = await acceptQuote(deps, accept(id, { key }), guest)
      assert.ok(answer.access_key)
    })

    it('a version that was sent is frozen; a change makes the next, and the old one cannot be accepted', async () => {
      const { sent, content, accept, deps, buyer } = await shop()
      const id = await sent()
      const first = (await getQuote(means.db, staff, id)).versions[0]!
      await assert.rejects(changeQuote(means, { quote_id: id, ...content }, staff), code('quote.not_a_draft'))
      await assert.rejects(
        means.db.run(sql`update quote_versions set total_minor = 1 where id = ${first.id}`),
        /never changes/,
      )
      await reviseQuote(means, { quote_id: id }, staff)
      await assert.rejects(acceptQuote(deps, accept(id), buyer), code('quote.expired'))
      await changeQuote(means, { quote_id: id, ...content, products: [] }, staff)
      const { number } = await sendQuote(means, { quote_id: id }, staff)
      const quote = await getQuote(means.db, staff, id)
      assert.deepEqual(
        quote.versions.map((version) => [version.number, version.total_minor]),
        [
          [2, 15_000n],
          [1, 17_340n],
        ],
      )
      assert.equal(quote.number, number, 'one number through all versions')
      await assert.rejects(acceptQuote(deps, accept(id), buyer), code('quote.expired'))
      const answer = await acceptQuote(deps, accept(id, { version_number: 2 }), buyer)
      assert.equal((await getOrder(means.db, buyer, answer.order_id)).total_minor, 15_000n)
      assert.deepEqual(await verifyQuotes(means.db), [])
    })

    it('can be declined with a reason, withdrawn, and are over after their day', async () => {
      const { sent, accept, deps, buyer, brand } = await shop()
      const [no, gone, late] = [await sent(), await sent(), await sent()]
      const decline = { brand_id: brand.id, quote_id: no, version_number: 1, reason: 'Too dear' }
      await declineQuote(deps, decline, buyer)
      const declined = await getQuote(means.db, staff, no)
      assert.deepEqual([declined.status, JSON.parse(declined.answer).reason], ['declined', 'Too dear'])
      await assert.rejects(acceptQuote(deps, accept(no), buyer), code('state.illegal'))
      await withdrawQuote(means, { quote_id: gone, reason: 'Out of stock' }, staff)
      await assert.rejects(acceptQuote(deps, accept(gone), buyer), code('state.illegal'))
      means.business.set('2026-02-14T22:00:00.000Z')
      assert.equal(await expireQuotes(means), 0, 'the last day counts')
      means.business.set('2026-02-14T23:30:00.000Z')
      await assert.rejects(acceptQuote(deps, accept(late), buyer), code('quote.expired'))
      assert.ok((await expireQuotes(means)) >= 1)
      assert.equal((await getQuote(means.db, staff, late)).status, 'expired')
      means.business.set('2026-01-31T10:00:00.000Z')
    })

    it('refuse what cannot be: no lines, a day that is over, a product that is not sold, below zero', async () => {
      const { content, client, draft } = await shop()
      const make = (more: object) => createQuote(means, { client_id: client.id, ...content, ...more }, staff)
      const field = (name: string) => (error: unknown) => name in (error as BerthError).fields
      await assert.rejects(make({ products: [], lines: [] }), field('lines'))
      await assert.rejects(make({ expires_on: '2026-01-30' }), field('expires_on'))
      await assert.rejects(make({ expires_on: '2026-02-30' }), code('input.invalid'))
      await assert.rejects(
        make({ products: [{ product_id: 'prd_x', cycle: '1m' }] }),
        field('products.0.product'),
      )
      const less = { description: 'Less', quantity: 1, unit_minor: '-100' }
      await assert.rejects(make({ products: [], lines: [less] }), field('lines'))
      await assert.rejects(make({ lines: [{ ...less, quantity: -1 }] }), field('lines.0.quantity'))
      const much = { description: 'Much', quantity: 100_000, unit_minor: '9'.repeat(15) }
      await assert.rejects(make({ products: [], lines: [much] }), field('lines'))
      const id = await draft()
      await followUpQuote(means, { quote_id: id, follow_up_on: '2026-02-05', staff_note: 'Call Ada' }, staff)
      assert.equal((await getQuote(means.db, staff, id)).follow_up_on, '2026-02-05')
    })
  })
}
