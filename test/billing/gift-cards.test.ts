import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  account,
  createDraft,
  creditBalance,
  creditInvoice,
  expireGiftCards,
  giftCardConsumers,
  issueDraft,
  issueGiftCard,
  recordPayment,
  redeemGiftCard,
  replaceGiftCardCode,
  useCredit,
  verifyBooks,
  voidGiftCard,
} from '../../core/billing/index.ts'
import { createProduct, publishProduct, setPrice } from '../../core/catalog/index.ts'
import { name, sql } from '../../core/db/index.ts'
import { isoDate, type BerthError } from '../../core/kernel/index.ts'
import { placeOrder } from '../../core/orders/index.ts'
import { makeCoupon } from '../catalog/make-product.ts'
import { invoiceLines, makeRealShop } from '../orders/real-shop.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { clientActor, makeClient, staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'

const staff = staffActor()
const code = (expected: string) => (error: unknown) => (error as BerthError).code === expected

for (const engine of engines) {
  describe(`gift cards on ${engine}`, () => {
    let database: TestDatabase
    let means: TestMeans
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db, { now: '2026-01-31T10:00:00.000Z' })
    })
    after(() => database.remove())

    /** Hands the events of a type to the consumers of gift cards, as the outbox would; again and again if asked. */
    async function hear(type: string): Promise<void> {
      const events = await means.db.all<{ id: string; type: string; subject: string; body: string }>(
        sql`select * from events where type = ${type} order by id`,
      )
      for (const consumer of giftCardConsumers(means).filter(({ types }) => types.includes(type)))
        for (const event of events)
          await means.db.transaction((trx) =>
            consumer.handle(trx, { ...event, body: JSON.parse(event.body) as object } as never),
          )
    }
    const owed = async (currency = 'EUR') =>
      (await means.db.get<{ owed_minor: bigint | null }>(
        sql`select -sum(amount_minor) as owed_minor from postings where account = ${account.giftCards} and currency = ${currency}`,
      ))!.owed_minor ?? 0n
    const booksAreRight = async () => assert.deepEqual(await verifyBooks(means.db, isoDate('2026-01-31')), [])
    const issue = (brand_id: string, amount_minor = '5000', more: object = {}) =>
      issueGiftCard(means, { brand_id, currency: 'EUR', amount_minor, ...more }, staff)

    it('that staff give are an expense and a debt, and keep no code that could be read', async () => {
      const { brand } = await makeRealShop(means)
      const before = await owed()
      const card = await issue(brand.id)
      assert.match(card.code, /^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/)
      assert.equal((await owed()) - before, 5_000n)
      const plain = card.code.replaceAll('-', '')
      for (const table of ['gift_cards', 'gift_card_movements', 'audit', 'events']) {
        const rows = JSON.stringify(await means.db.all(sql`select * from ${name(table)}`), bigints)
        assert.ok(!rows.includes(card.code) && !rows.includes(plain), table)
      }
      await booksAreRight()
    })

    it('are redeemed in parts, typed as people do, and never for more than is left', async () => {
      const { brand, client, buyer } = await makeRealShop(means)
      const card = await issue(brand.id)
      const redeem = (amount_minor?: string, typed = card.code) =>
        redeemGiftCard(
          means,
          { client_id: client.id, code: typed, ...(amount_minor ? { amount_minor } : {}) },
          buyer,
        )
      const part = await redeem('1999', card.code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o'))
      assert.deepEqual([part.amountMinor, part.leftMinor], [1_999n, 3_001n])
      await assert.rejects(redeem('3002'), (error: BerthError) => {
        assert.deepEqual([error.code, error.params.field], ['gift_card.too_small', 'amount_minor'])
        return true
      })
      await assert.rejects(redeem('0'), code('input.invalid'))
      await assert.rejects(redeem('-5'), code('input.invalid'))
      assert.equal((await redeem()).amountMinor, 3_001n)
      await assert.rejects(redeem(), code('gift_card.unknown'))
      await assert.rejects(redeem(undefined, 'AAAA-BBBB-CCCC-DDDD'), code('gift_card.unknown'))
      assert.equal(await creditBalance(means.db, client.id, 'EUR'), 5_000n)
      await booksAreRight()
    })

    it('16 who redeem at once get it once between them, whole or in parts', async () => {
      const { brand } = await makeRealShop(means)
      const people = await Promise.all(
        Array.from({ length: 16 }, () => makeClient(means, { brand_id: brand.id })),
      )
      const whole = await issue(brand.id, '777')
      const tries = await Promise.allSettled(
        people.map(({ id }) => redeemGiftCard(means, { client_id: id, code: whole.code }, clientActor(id))),
      )
      assert.equal(tries.filter(({ status }) => status === 'fulfilled').length, 1)
      const parts = await issue(brand.id, '1000')
      const input = (id: string) => ({ client_id: id, code: parts.code, amount_minor: '300' })
      const some = await Promise.allSettled(
        people.map(({ id }) => redeemGiftCard(means, input(id), clientActor(id))),
      )
      assert.equal(some.filter(({ status }) => status === 'fulfilled').length, 3)
      const credits = await Promise.all(people.map(({ id }) => creditBalance(means.db, id, 'EUR')))
      assert.equal(
        credits.reduce((a, b) => a + b, 0n),
        777n + 900n,
      )
      await booksAreRight()
    })

    it('fit the currency and the brand, and nobody redeems into another’s account', async () => {
      const { brand, buyer } = await makeRealShop(means)
      const card = await issue(brand.id)
      const dollars = await makeClient(means, { brand_id: brand.id, currency: 'USD' })
      await assert.rejects(
        redeemGiftCard(means, { client_id: dollars.id, code: card.code }, staff),
        (error: BerthError) => error.code === 'gift_card.wrong_currency' && error.params.field === 'currency',
      )
      await assert.rejects(
        redeemGiftCard(means, { client_id: dollars.id, code: card.code }, buyer),
        code('record.not_found'),
      )
      const other = await makeRealShop(means)
      await assert.rejects(
        redeemGiftCard(means, { client_id: other.client.id, code: card.code }, other.buyer),
        code('gift_card.unknown'),
      )
      await assert.rejects(issue(brand.id, '0'), code('input.invalid'))
      await assert.rejects(issue(brand.id, '100', { currency: 'JPY' }), code('input.invalid'))
      await assert.rejects(issue(brand.id, '100', { expires_on: '2026-01-30' }), code('input.invalid'))
    })

    it('a new code opens the card, the old one no more; a void one opens nothing', async () => {
      const { brand, client, buyer } = await makeRealShop(means)
      const card = await issue(brand.id)
      const again = await replaceGiftCardCode(means, { id: card.id }, staff)
      const redeem = (typed: string) =>
        redeemGiftCard(means, { client_id: client.id, code: typed, amount_minor: '100' }, buyer)
      await assert.rejects(redeem(card.code), code('gift_card.unknown'))
      await redeem(again.code)
      const before = await owed()
      await voidGiftCard(means, { id: card.id, reason: 'Given twice' }, staff)
      assert.equal((await owed()) - before, -4_900n)
      await assert.rejects(redeem(again.code), code('gift_card.unknown'))
      await assert.rejects(
        voidGiftCard(means, { id: card.id, reason: 'Again' }, staff),
        code('state.illegal'),
      )
      await assert.rejects(replaceGiftCardCode(means, { id: card.id }, staff), code('gift_card.spent'))
      await booksAreRight()
    })

    it('what nobody redeems in time becomes income on the day after', async () => {
      const { brand, client, buyer } = await makeRealShop(means)
      const card = await issue(brand.id, '5000', { expires_on: '2026-02-28' })
      const input = { client_id: client.id, code: card.code, amount_minor: '2000' }
      means.business.set('2026-02-28T22:30:00.000Z')
      assert.equal(await expireGiftCards(means), 0, 'the last day counts, by the brand’s zone')
      await redeemGiftCard(means, input, buyer)
      means.business.set('2026-02-28T23:30:00.000Z')
      await assert.rejects(redeemGiftCard(means, input, buyer), code('gift_card.unknown'))
      assert.equal(await expireGiftCards(means), 1)
      assert.equal(await expireGiftCards(means), 0)
      const income = await means.db.get<{ income_minor: bigint }>(
        sql`select -sum(amount_minor) as income_minor from postings where account = 'revenue:breakage' and brand_id = ${brand.id}`,
      )
      assert.equal(income!.income_minor, 3_000n)
      means.business.set('2026-01-31T10:00:00.000Z')
      await booksAreRight()
    })

    it('are bought like a product: owed from the sale on, issued once when paid, no revenue, no tax, no coupon', async () => {
      const of = await makeRealShop(means)
      const { brand, client, buyer, deps, order } = of
      const facts = { group_id: of.groupId, slug: 'card', name: 'Gift card', kind: 'gift_card' }
      const product = await createProduct(means, facts, staff)
      await setPrice(means, { owner_id: product, cycle: 'once', currency: 'EUR', amount: '25.00' }, staff)
      await publishProduct(means, { id: product }, staff)
      await makeCoupon(means, brand.id, { code: 'HALF', percent: '50' })
      const items = [{ product_id: product, cycle: 'once', quantity: 2 }]
      await assert.rejects(
        placeOrder(deps, order({ items, coupon_code: 'HALF' }), buyer),
        code('coupon.refused'),
      )
      const before = await owed()
      const placed = await placeOrder(deps, order({ items }), buyer)
      assert.deepEqual(await invoiceLines(means, placed.invoice_id), [
        ['gift_card', 'Gift card', 2_500n],
        ['gift_card', 'Gift card', 2_500n],
      ])
      assert.equal((await owed()) - before, 5_000n)
      await booksAreRight()
      const pay = {
        invoice_id: placed.invoice_id,
        amount_minor: '5000',
        reference: 'bank',
        instance_id: null,
      }
      await recordPayment({ ...means, plugins: noPlugins }, pay, staff)
      await hear('invoice.paid')
      await hear('invoice.paid')
      const cards = () =>
        means.db.all<{ id: string; balance_minor: bigint; origin: string }>(
          sql`select * from gift_cards where invoice_id = ${placed.invoice_id} order by id`,
        )
      assert.deepEqual(
        (await cards()).map((card) => [card.balance_minor, card.origin]),
        [
          [2_500n, 'bought'],
          [2_500n, 'bought'],
        ],
      )
      assert.equal((await owed()) - before, 5_000n)
      const revenue = await means.db.all(
        sql`select * from postings where brand_id = ${brand.id} and account like 'revenue:%'`,
      )
      assert.equal(revenue.length, 0)
      await booksAreRight()
      const [first] = await cards()
      await assert.rejects(
        voidGiftCard(means, { id: first!.id, reason: 'no' }, staff),
        code('gift_card.was_bought'),
      )
      await creditInvoice(means, { invoice_id: placed.invoice_id, reason: 'Returned' }, staff)
      await hear('credit_note.issued')
      assert.deepEqual(
        (await cards()).map((card) => card.balance_minor),
        [0n, 0n],
      )
      assert.equal((await owed()) - before, 0n)
      assert.equal(await creditBalance(means.db, client.id, 'EUR'), 5_000n)
      await booksAreRight()
    })

    it('pay an invoice as credit does', async () => {
      const { brand, client, buyer } = await makeRealShop(means)
      const card = await issue(brand.id, '3000')
      const lines = [{ description: 'Work', quantity: 1, unit_minor: '2500', tax_class: 'standard' }]
      const draft = await createDraft(means, { client_id: client.id, due_on: '2026-02-10', lines }, staff)
      await issueDraft(means, { invoice_id: draft }, staff)
      await redeemGiftCard(means, { client_id: client.id, code: card.code }, buyer)
      const paid = await useCredit(means, { invoice_id: draft }, buyer)
      assert.equal(paid.status, 'paid')
      assert.equal(await creditBalance(means.db, client.id, 'EUR'), 500n)
      await booksAreRight()
    })
  })
}

const bigints = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)

const noPlugins = { call: () => Promise.reject(new Error('no plugin is called here')) }
