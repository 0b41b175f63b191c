import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import {
  chargeDueInvoice,
  chargeMany,
  chargeMethod,
  listGateways,
  previewBilling,
  listWaysFor,
  setGatewayRules,
  startDeposit,
  startMany,
  startPayment,
  type GatewayRules,
  type Payments,
} from '../../core/billing/index.ts'
import { chargeDue } from '../../core/billing/run/charge-due.ts'
import { sql } from '../../core/db/index.ts'
import type { IsoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { clientActor, staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { makeProduct, serviceRow } from './make-services.ts'
import { draft, issue, makeBuyer, makeMethod, scriptedGateway } from './support.ts'

const back = { return_url: 'http://shop.example/r', cancel_url: 'http://shop.example/c' }
const PENDING = { outcome: 'pending', reference: 'p_1' }

for (const engine of engines)
  describe(`a gateway for some clients and products (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let buyer: Awaited<ReturnType<typeof makeBuyer>>
    let products: { id: string; group_id: string }[]
    let method: string
    let gateway: string
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db)
      buyer = await makeBuyer(means)
      products = [await makeProduct(means, buyer.brand), await makeProduct(means, buyer.brand)]
      const { brand, client } = buyer
      method = await makeMethod(means, client.id)
      const row = await means.db.get<{ instance_id: string }>(
        sql`select instance_id from payment_methods where id = ${method}`,
      )
      gateway = row!.instance_id
      const now = means.business.now()
      const group = { ...{ id: 'cgr_1', brand_id: brand.id, name: 'Resellers' }, price_list_id: null }
      await means.db.insert('client_groups', [
        { ...group, note: null, retired_at: null, version: 1, created_at: now, updated_at: now },
      ])
    })
    after(() => database.remove())
    beforeEach(async () => {
      await set({})
      await means.db.run(sql`update clients set client_group_id = null`)
    })

    const set = (rules: GatewayRules) => setGatewayRules(means, { instance_id: gateway, rules }, staffActor())
    const using = (...answers: object[]): Payments => ({ ...means, plugins: scriptedGateway(answers) })
    const previewed = async () => {
      const { charges } = await previewBilling(means, billingDeps(means), { days: 30 })
      return charges.map(({ id }) => id)
    }
    const me = () => clientActor(buyer.client.id)
    /** A document over a new service of each of these products, or over something else. */
    const bill = async (...of: readonly ({ id: string } | null)[]) => {
      const { brand, client } = buyer
      const rows = of.map((product, index) =>
        product ? serviceRow(means, { brand, product, client, index }, '2026-02-01') : null,
      )
      await means.db.insert(
        'services',
        rows.filter((row) => row !== null),
      )
      const written = draft(client, { amounts: of.map(() => 1_000n) })
      const lines = written.lines.map((line, i) => ({ ...line, sourceId: rows[i]?.id ?? null }))
      return issue(means, { ...written, lines })
    }
    const refusal = (field: string, name = 'Cards') => ({
      code: 'gateway.not_offered',
      params: { gateway: name, field },
    })
    const offered = async (...invoiceIds: string[]) => {
      const paid = { clientId: buyer.client.id, currency: 'EUR', invoiceIds }
      const of = { brandId: buyer.brand.id, clientId: buyer.client.id }
      const { gateways, methods } = await listWaysFor(means.db, of, [paid])
      return [gateways.length, methods.length]
    }

    test('is offered for a document only when each of its products is allowed', async () => {
      const [both, first, none] = [await bill(...products), await bill(products[0]!), await bill(null)]
      await set({ products: [products[0]!.id] })
      assert.deepEqual(await offered(first.id), [1, 1])
      assert.deepEqual(await offered(none.id), [1, 1], 'of no product')
      assert.deepEqual(await offered(both.id), [0, 0])
      assert.deepEqual(await offered(first.id, both.id), [0, 0])
      await set({ products: [products[0]!.id], product_groups: [products[1]!.group_id] })
      assert.deepEqual(await offered(both.id), [1, 1])
    })

    test('is offered to clients of its groups, and to nobody who is none yet', async () => {
      await set({ client_groups: ['cgr_1'] })
      assert.deepEqual(await offered(), [0, 0])
      assert.deepEqual(await listGateways(means.db, buyer.brand.id, { clientId: null }), [])
      await means.db.run(sql`update clients set client_group_id = 'cgr_1'`)
      assert.deepEqual(await offered(), [1, 1])
    })

    test('every way of paying refuses what a page of before offers; staff may use any', async () => {
      const { id } = await bill(products[1]!)
      const other = await bill(products[0]!)
      await set({ products: [products[0]!.id] })
      const both = { invoice_ids: [id, other.id] }
      const start = { invoice_id: id, instance_id: gateway, ...back }
      const payments = using(PENDING)
      await assert.rejects(startPayment(payments, start, me()), refusal('product'))
      await assert.rejects(
        startMany(payments, { ...both, instance_id: gateway, ...back }, me()),
        refusal('product'),
      )
      const charge = { invoice_id: id, method_id: method }
      await assert.rejects(chargeMethod(payments, charge, me()), refusal('product', 'Card'))
      await assert.rejects(
        chargeMany(payments, { ...both, method_id: method }, me()),
        refusal('product', 'Card'),
      )
      await set({ client_groups: ['cgr_1'] })
      const deposit = { client_id: buyer.client.id, instance_id: gateway, amount_minor: '1000', ...back }
      await assert.rejects(startDeposit(payments, deposit, me()), refusal('client'))
      assert.deepEqual(await means.db.all(sql`select id from payments`), [], 'nothing half-written')
      assert.equal((await chargeMethod(payments, charge, staffActor())).status, 'pending')
    })

    test('no rule names what is not there, or another brand’s', async () => {
      for (const rules of [{ products: ['prd_none'] }, { client_groups: [products[0]!.id] }])
        await assert.rejects(set(rules), { code: 'input.invalid' })
      const other = await makeBuyer(means)
      await means.db.run(sql`update plugin_instances set brand_id = ${other.brand.id} where id = ${gateway}`)
      await assert.rejects(set({ products: [products[0]!.id] }), { code: 'input.invalid' })
      await means.db.run(sql`update plugin_instances set brand_id = null where id = ${gateway}`)
    })

    test('the run enters no charge that does not fit, and the job charges none that no longer does', async () => {
      const [fits, not] = [await bill(products[0]!), await bill(products[1]!)]
      await set({ products: [products[0]!.id] })
      await means.db.run(sql`update invoices set owed_on = null, due_on = '2026-01-20'`)
      const ahead = await previewed()
      // The document of the next period, which is issued by then, holds both products.
      assert.deepEqual(
        [ahead.includes(fits.id), ahead.includes(not.id), ahead.includes(null)],
        [true, false, false],
      )
      await set({ products: products.map(({ id }) => id) })
      const all = await previewed()
      assert.deepEqual([all.includes(fits.id), all.includes(not.id), all.includes(null)], [true, true, true])
      await set({ products: [products[0]!.id] })
      await chargeDue(means, { on: '2026-01-20' as IsoDate, brandIds: null } as Parameters<
        typeof chargeDue
      >[1])
      const entered = means.jobs.of('billing.charge') as { invoice_id: string; attempt: number }[]
      const ids = entered.map(({ invoice_id }) => invoice_id)
      assert.deepEqual([ids.includes(fits.id), ids.includes(not.id)], [true, false])
      await set({ products: [products[1]!.id] })
      const job = entered.find(({ invoice_id }) => invoice_id === fits.id)!
      await chargeDueInvoice(using(), job)
      const made = () => means.db.all(sql`select status from payments where invoice_id = ${fits.id}`)
      assert.deepEqual(await made(), [])
      await set({ products: [products[0]!.id] })
      await chargeDueInvoice(using(PENDING), job)
      assert.deepEqual(await made(), [{ status: 'pending' }])
    })
  })
