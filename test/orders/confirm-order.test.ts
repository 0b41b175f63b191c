import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { createOrderField, createProduct, publishProduct, setPrice } from '../../core/catalog/index.ts'
import { sql } from '../../core/db/index.ts'
import type { BerthError, IsoDate } from '../../core/kernel/index.ts'
import { ORDER_LINES_MAX } from '../../core/mail/index.ts'
import { confirmOrder } from '../../core/orders/confirm-order.ts'
import { placeOrder } from '../../core/orders/index.ts'
import { makeCoupon } from '../catalog/make-product.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { makeShop } from './support.ts'

interface Mail {
  template: string
  to: { address: string }
  locale: string
  key: string
  data: { items: { label: string; choices: string | null; amount: object }[]; [fact: string]: unknown }
}

const staff = staffActor()

for (const engine of engines)
  describe(`the mail that confirms an order (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-31T10:00:00.000Z' })
    const shop = await makeShop(means)
    const { brand, groupId, buyer, wish, order, deps, client } = shop
    await db.run(sql`update clients set locale = 'de' where id = ${client.id}`)

    const mails = () => means.jobs.of('mail.send') as unknown as Mail[]
    async function mailsOf(act: () => Promise<unknown>): Promise<Mail[]> {
      const known = mails().length
      await act()
      return mails().slice(known)
    }
    const eur = (minor: number) => ({ minor: String(minor), currency: 'EUR' })

    test('names what was chosen, the sums and the page, in the language of the client', async () => {
      await makeCoupon(means, brand.id, { cycles: 3 })
      const host = { product_id: wish.product_id, key: 'host', label: 'Host name', kind: 'hostname' }
      await createOrderField(means, host, staff)
      const own = { ...wish, options: { memory: 8, place: 'nyc' } }
      const items = [
        { ...own, quantity: 2 },
        { ...own, fields: { host: 'web.example.org' } },
      ]
      const input = order({ items, coupon_code: 'SUMMER' })
      const [mail, ...more] = await mailsOf(() => placeOrder(deps, input, buyer))
      assert.equal(more.length, 0)
      const { id, number } = (await db.get<{ id: string; number: string }>(
        sql`select id, number from orders where client_id = ${client.id}`,
      ))!
      const { email } = (await db.get<{ email: string }>(
        sql`select email from clients where id = ${client.id}`,
      ))!
      const { template, to, locale, key, data } = mail!
      assert.deepEqual([template, to.address, locale, key], ['order-received', email, 'de', `${id}/received`])
      // Memory for 4.00, the place for 1.00, set up for 5.00: 14.90 each, less 10 %, plus the 10 % tax of the test's invoice.
      const choices = 'memory: 8 GB · place: New York'
      assert.deepEqual(data, {
        ...{ url: `/portal/orders/${id}`, order: number },
        items: [
          { label: '2 × Minecraft', choices, amount: eur(2_980) },
          { label: 'Minecraft – web.example.org', choices, amount: eur(1_490) },
        ],
        ...{ others: null, discount: eur(-447), total: eur(4_425), tax: eur(402), due_on: '2026-01-31' },
      })
    })

    test('goes out once, however often the form is sent, and not at all for an order that is refused', async () => {
      const input = order()
      const twice = async () => [await placeOrder(deps, input, buyer), await placeOrder(deps, input, buyer)]
      assert.equal((await mailsOf(twice)).length, 1)
      const refused = () =>
        assert.rejects(
          placeOrder(deps, order({ coupon_code: 'NONE' }), buyer),
          (error: BerthError) => error.code === 'coupon.unknown',
        )
      assert.deepEqual(await mailsOf(refused), [])
    })

    test('goes out for what staff order, unless they say no; who orders for himself cannot', async () => {
      assert.equal((await mailsOf(() => placeOrder(deps, order(), staff))).length, 1)
      assert.deepEqual(await mailsOf(() => placeOrder(deps, order({ confirm: false }), staff)), [])
      assert.equal((await mailsOf(() => placeOrder(deps, order({ confirm: false }), buyer))).length, 1)
    })

    test('asks for no payment where none is due', async () => {
      const product = { slug: 'free-taste', name: 'Free taste', kind: 'other', group_id: groupId }
      const id = await createProduct(means, product, staff)
      await setPrice(means, { owner_id: id, cycle: 'free', currency: 'EUR', amount: '0' }, staff)
      await publishProduct(means, { id }, staff)
      const items = [{ product_id: id, cycle: 'free' }]
      const [mail] = await mailsOf(() => placeOrder(deps, order({ items }), buyer))
      assert.deepEqual(
        [mail!.data.due_on, mail!.data.total, mail!.data.tax, mail!.data.items[0]?.amount],
        [null, eur(0), null, eur(0)],
      )
    })

    test('sums up what is more than a mail can show', async () => {
      const freeLines = Array.from({ length: ORDER_LINES_MAX + 2 }, (_, i) => ({
        ...{
          sourceId: 'quote',
          kind: 'manual' as const,
          description: `Line ${i}`,
          quantity: 1,
          unitMinor: 100n,
          amountMinor: 100n,
        },
        ...{ taxClass: 'standard', periodStart: '2026-01-31' as IsoDate, trace: {} },
      }))
      const totalMinor = 100n * BigInt(freeLines.length)
      const facts = {
        id: means.newId('ord'),
        number: 'MANY',
        clientId: client.id,
        currency: 'EUR',
        planned: [],
      }
      const sums = { discountMinor: 0n, taxMinor: 0n, totalMinor, dueOn: null }
      const [mail] = await mailsOf(() =>
        db.transaction((trx) => confirmOrder(means, trx, { ...facts, ...sums, freeLines })),
      )
      const { items, others, total } = mail!.data
      assert.deepEqual([items.length, others, total], [ORDER_LINES_MAX, eur(200), eur(Number(totalMinor))])
    })
  })
