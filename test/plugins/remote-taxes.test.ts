import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { changePorts } from '../../core/app/wire/change-ports.ts'
import {
  billDay,
  createDraft,
  creditInvoice,
  forgetTaxAnswers,
  issueDraft,
  previewBilling,
  recordPayment,
  taxPlugin,
  verifyBooks,
} from '../../core/billing/index.ts'
import { execute, sql, type Db } from '../../core/db/index.ts'
import { addDays, isoDate, type BerthError } from '../../core/kernel/index.ts'
import { cancelService, type ServiceRow } from '../../core/services/index.ts'
import { taxService } from '../../examples/example-remote-tax/test/tax-service.ts'
import { serveCompany } from '../../sdk/test-kit/index.ts'
import { makeServices } from '../billing/make-services.ts'
import { draft, issue, makeBuyer, scriptedGateway } from '../billing/support.ts'
import { MINECRAFT, openShopFront, orderForm } from '../http/storefront/shop-front.ts'
import { engines, makeDatabase, type Engine } from '../support/databases.ts'
import { makeClient, staffActor, makeStaff } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { openHookHouse } from './support/hook-house.ts'
import { loadExample } from './support/setup.ts'

const INSTANCE = 'plg_example-remote-tax'
const FIRST = '2026-01-15'
const plugin = await loadExample('example-remote-tax')
const staff = staffActor()

/** A brand whose taxes a service on this machine determines; `stop` is thrown before a statement that holds its text. */
async function open(engine: Engine) {
  const stop: { at: string | null } = { at: null }
  const { db, remove } = await makeDatabase(engine, {
    before(text) {
      if (stop.at === null || !text.includes(stop.at)) return
      stop.at = null
      throw Object.assign(new Error('killed'), { code: 'database.unavailable' })
    },
  })
  const service = taxService()
  const company = await serveCompany(service)
  const house = await openHookHouse(
    db,
    [plugin],
    {},
    {
      bench: { outbound: { 'tax.example.com': company.origin } },
      secrets: { 'example-remote-tax': { api_key: 'key' } },
    },
  )
  const close = async () => {
    house.close()
    await company.close()
    await remove()
  }
  return { db, hooks: house.hooks, service, company, stop, close }
}

const choose = (db: Db, brandId: string) =>
  db.insert('settings', [
    {
      ...{ key: taxPlugin.key, scope: 'brand', scope_id: brandId, value: JSON.stringify(INSTANCE) },
      ...{ updated_by: 'system:test', updated_at: '2026-01-01T00:00:00.000Z' },
    },
  ])

async function openBrand(engine: Engine) {
  const house = await open(engine)
  const means = { ...testMeans(house.db, { now: `${FIRST}T06:00:00.000Z` }), hooks: house.hooks }
  const { brand } = await makeBuyer(means)
  await choose(house.db, brand.id)
  const buyer = (region: string, postcode: string) =>
    makeClient(means, { brand_id: brand.id, country: 'US', region, postcode })
  const { db } = house
  const count = async (of: 'invoices' | 'tax_answers') =>
    (await db.get<{ n: number }>(
      of === 'invoices'
        ? sql`select count(*) as n from invoices where number is not null`
        : sql`select count(*) as n from tax_answers`,
    ))!.n
  const bill = async (on: string) => {
    means.business.set(`${on}T06:00:00.000Z`)
    await billDay(billingDeps(means), isoDate(on))
  }
  const clean = async (on = FIRST) => assert.deepEqual(await verifyBooks(db, isoDate(on)), [])
  return { ...house, means, brand, buyer, count, bill, clean }
}

/** Clients with a service each, due at once, every one of a postcode of its own: as many questions. */
async function makeDue({ means, brand, db }: Awaited<ReturnType<typeof openBrand>>, clients: number) {
  await makeServices(means, brand, { clients, perClient: 1, nextPeriodOn: '2026-01-20' })
  const rows = await db.all<{ client_id: string }>(
    sql`select distinct client_id from services order by client_id`,
  )
  for (const [i, { client_id }] of rows.entries())
    await db.run(
      sql`update clients set country = 'US', region = 'CA', postcode = ${String(90_000 + i)} where id = ${client_id}`,
    )
  return rows.map((row) => row.client_id)
}

const aside = (db: Db) =>
  db.all<{ client_id: string; postponed: number; attempts: number; reason: string }>(
    sql`select client_id, postponed, attempts, reason from parked_clients order by client_id`,
  )

for (const engine of engines) {
  describe(`taxes by an outside service on ${engine}`, () => {
    test('a document bears what was answered once; issue and credit note ask nobody again', async (t) => {
      const house = await openBrand(engine)
      t.after(house.close)
      const { means, db, service } = house
      const client = await house.buyer('TX', '73301')
      const line = { description: 'Work', quantity: 1, unit_minor: '1000', tax_class: 'standard' }
      const content = { client_id: client.id, due_on: '2026-01-30', lines: [line] }
      const id = await createDraft(means, content, staff)
      assert.deepEqual(service.requests, [1])
      service.percent['TX'] = '50'
      const invoice = await issueDraft(means, { invoice_id: id }, staff)
      assert.deepEqual([invoice.tax_minor, invoice.total_minor], [83n, 1_083n])
      const note = await creditInvoice(means, { invoice_id: invoice.id, reason: 'Mistake' }, staff)
      assert.equal(note.tax_minor, -83n)
      assert.deepEqual(service.requests, [1])
      const [answer] = await db.all<{ id: string; used_at: string | null }>(
        sql`select id, used_at from tax_answers`,
      )
      assert.equal((JSON.parse(invoice.evidence) as { tax_answer: string }).tax_answer, answer!.id)
      assert.ok(answer!.used_at)
      await house.clean()
    })

    test('another place, class, day or sum is another question', async (t) => {
      const house = await openBrand(engine)
      t.after(house.close)
      const { means, service } = house
      const client = await house.buyer('CA', '94016')
      const of = (amount: bigint, taxClass = 'standard') => {
        const one = draft(client, { amounts: [amount] })
        return issue(means, { ...one, lines: one.lines.map((line) => ({ ...line, taxClass })) })
      }
      const taxes = [await of(1_000n), await of(1_000n), await of(2_000n), await of(1_000n, 'hosting')]
      assert.deepEqual(
        taxes.map((row) => row.tax_minor),
        [60n, 60n, 120n, 0n],
      )
      assert.deepEqual(service.requests, [1, 1, 1])
      service.percent['CA'] = '7'
      means.business.set('2026-01-16T06:00:00.000Z')
      assert.equal((await of(1_000n)).tax_minor, 70n)
      await house.clean('2026-01-16')
    })

    test('a run asks in batches; who has no answer is postponed, and billed by the next run', async (t) => {
      const house = await openBrand(engine)
      t.after(house.close)
      const { db, service } = house
      const clients = await makeDue(house, 30)
      await db.run(sql`update clients set region = 'ZZ' where id = ${clients[3]!}`)
      await house.bill(FIRST)
      assert.equal(await house.count('invoices'), 29)
      // The first chunk has 20 clients, the next one the rest.
      assert.deepEqual(service.requests, [20, 10])
      const [waiting, ...others] = await aside(db)
      assert.deepEqual(others, [])
      assert.deepEqual([waiting!.client_id, waiting!.postponed, waiting!.attempts], [clients[3], 1, 1])
      assert.match(waiting!.reason, /no place ZZ/)
      await house.clean()
      await house.bill('2026-01-16')
      assert.equal((await aside(db))[0]!.attempts, 2)
      await db.run(sql`update clients set region = 'CA' where id = ${clients[3]!}`)
      await house.bill('2026-01-17')
      assert.deepEqual(await aside(db), [])
      assert.equal(await house.count('invoices'), 30)
      await house.clean('2026-01-17')
    })

    test('staff hear once that clients are postponed, and again when that is over and happens anew', async (t) => {
      const house = await openBrand(engine)
      t.after(house.close)
      const { db, company, means } = house
      await makeStaff(means, { permissions: ['billing.preview'] })
      await makeStaff(means, { permissions: ['client.read'] })
      await makeDue(house, 30)
      const told = async (on: string) => {
        means.jobs.entered.length = 0
        await house.bill(on)
        const mails = means.jobs.of('mail.send') as { template: string; data: { day: string } }[]
        return mails.filter(({ template }) => template === 'billing-postponed').map(({ data }) => data.day)
      }
      company.weather = 'errors'
      // Two chunks of one run are one word.
      assert.deepEqual(await told(FIRST), [FIRST])
      assert.deepEqual(await told('2026-01-16'), [])
      company.weather = 'well'
      assert.deepEqual(await told('2026-01-17'), [])
      assert.deepEqual(await aside(db), [])
      company.weather = 'errors'
      assert.deepEqual(await told('2026-02-14'), ['2026-02-14'])
      assert.deepEqual(await told('2026-02-15'), [])
    })

    test('while the service is away nothing is issued, and it is not asked for each client', async (t) => {
      const house = await openBrand(engine)
      t.after(house.close)
      const { db, company, service, means } = house
      const clients = await makeDue(house, 30)
      company.weather = 'errors'
      await house.bill(FIRST)
      assert.equal(await house.count('invoices'), 0)
      assert.deepEqual(
        (await aside(db)).map((row) => [row.client_id, row.postponed]),
        clients.map((id) => [id, 1]),
      )
      // Two chunks of a run, each tried twice.
      assert.equal(company.seen, 4)
      const client = await house.buyer('CA', '94016')
      await assert.rejects(issue(means, draft(client)), (error) => {
        assert.equal((error as BerthError).code, 'tax.undetermined')
        return true
      })
      const preview = await previewBilling(means, billingDeps(means), { today: isoDate(FIRST), days: 0 })
      assert.deepEqual([preview.invoices.length, preview.problems.length], [0, 30])
      await house.clean()
      company.weather = 'well'
      await house.bill('2026-01-16')
      assert.equal(await house.count('invoices'), 30)
      assert.deepEqual(await aside(db), [])
      assert.equal(
        service.requests.reduce((sum, documents) => sum + documents, 0),
        30,
      )
      await house.clean('2026-01-16')
    })

    test('killed between the answers and the issue, the run goes on with the same answers', async (t) => {
      const house = await openBrand(engine)
      t.after(house.close)
      const { service, stop } = house
      await makeDue(house, 30)
      for (const at of ['insert into tax_answers', 'set used_at', 'invoice_taxes']) {
        stop.at = at
        await assert.rejects(house.bill(FIRST), /killed/, at)
      }
      assert.equal(await house.count('invoices'), 0)
      const asked = [...service.requests]
      service.percent['CA'] = '9'
      await house.bill(FIRST)
      // Only the answers that were lost before they were kept were asked for again.
      assert.deepEqual(asked, [20, 20])
      assert.deepEqual(service.requests, [20, 20, 10])
      assert.equal(await house.count('invoices'), 30)
      const rates = await house.db.all<{ rate_ppm: number; documents: number }>(
        sql`select rate_ppm, count(*) as documents from invoice_taxes group by rate_ppm order by rate_ppm`,
      )
      assert.deepEqual(
        rates.map((row) => [row.rate_ppm, row.documents]),
        [
          [60_000, 20],
          [90_000, 10],
        ],
      )
      await house.clean()
    })

    test('an answer that a document was issued by stays as it is; one that nobody used is forgotten', async (t) => {
      const house = await openBrand(engine)
      t.after(house.close)
      const { db, means } = house
      const client = await house.buyer('CA', '94016')
      const invoice = await issue(means, draft(client))
      const line = { description: 'Work', quantity: 1, unit_minor: '7', tax_class: 'standard' }
      await createDraft(means, { client_id: client.id, due_on: '2026-01-30', lines: [line] }, staff)
      assert.equal(await house.count('tax_answers'), 2)
      await assert.rejects(db.run(sql`update tax_answers set answer = '{}' where used_at is not null`))
      await assert.rejects(db.run(sql`delete from tax_answers where used_at is not null`))
      means.business.set(`${addDays(isoDate(FIRST), 31)}T06:00:00.000Z`)
      assert.equal(await forgetTaxAnswers(means), 1)
      const undo = new Error('undo')
      const found = async (spoil: string) => {
        let problems: string[] = []
        await db
          .transaction(async (trx) => {
            const trigger = 'drop trigger tax_answers_no_update'
            await execute(trx, engine === 'sqlite' ? trigger : `${trigger} on tax_answers`)
            await execute(trx, spoil)
            const findings = await verifyBooks(trx, isoDate(FIRST))
            problems = findings.flatMap(({ check, id, problem }) =>
              check === 'tax of an outside service is what it answered' && id === invoice.id ? [problem] : [],
            )
            throw undo
          })
          .catch((error: unknown) => assert.equal(error, undo))
        return problems.join()
      }
      assert.match(
        await found(`update tax_answers set answer = replace(answer, '60000', '50000')`),
        /bears CA sales tax at 60000, the answer says CA sales tax at 50000/,
      )
      assert.match(
        await found(`update tax_answers set question = replace(question, '94016', '94017')`),
        /not the one that was asked/,
      )
      await house.clean()
    })

    test('time that is given back bears the tax with which it was charged; nobody is asked about it', async (t) => {
      const house = await openBrand(engine)
      t.after(house.close)
      const { db, service } = house
      const means = { ...house.means, changes: changePorts, plugins: scriptedGateway([]) }
      await makeDue(house, 1)
      await house.bill(FIRST)
      const [row] = await db.all<{ id: string; total_minor: bigint }>(
        sql`select id, total_minor from invoices`,
      )
      assert.equal(row!.total_minor, 635n)
      const paid = { invoice_id: row!.id, amount_minor: '635', reference: 'paid', instance_id: null }
      await recordPayment(means, paid, staff)
      const [running] = await db.all<ServiceRow>(sql`select * from services`)
      const value = JSON.stringify('credit')
      const scope = { key: 'services.unused_on_cancel', scope: 'product', scope_id: running!.product_id }
      await db.insert('settings', [{ ...scope, value, updated_by: 'test', updated_at: means.business.now() }])
      service.percent['CA'] = '50'
      means.business.set('2026-01-25T10:00:00.000Z')
      const { returnedMinor } = await cancelService(
        means,
        { service_id: running!.id, at: 'now', reason: 'Moving' },
        staff,
      )
      // 26 of 31 days of 5.99, and 6 % of it.
      assert.equal(returnedMinor, 532n)
      assert.deepEqual(service.requests, [1])
      await house.clean('2026-01-25')
    })

    test('a checkout whose tax is not known says so and may be tried again', async (t) => {
      const house = await open(engine)
      const { db, hooks, company } = house
      const shop = await openShopFront({ ...testMeans(db), hooks })
      t.after(async () => {
        await shop.close()
        await house.close()
      })
      await choose(db, shop.brand.id)
      const browser = shop.web.browser()
      await browser.get('/products/minecraft')
      await browser.post('/cart/items', MINECRAFT)
      const address = '/checkout?country=US&region=CA'
      const page = await browser.get(address)
      assert.match(page.text, /CA sales tax[^]*?€0\.41/)
      const pay = `gateway:${shop.gateways.hosted}`
      const place = { country: 'US', postcode: '94016', city: 'Colma', pay }
      const form = orderForm(page.text, { ...place, email: 'c@x.test', region: 'CA' })
      company.weather = 'errors'
      const away = await browser.get('/checkout?country=US&region=TX')
      assert.equal(away.status, 503)
      assert.match(away.text, /cannot be worked out just now/)
      assert.match(away.text, /href="\/checkout\?country=US&amp;region=TX"/)
      await browser.post('/checkout', form)
      assert.deepEqual(await db.all(sql`select id from orders`), [])
      company.weather = 'well'
      const again = await browser.get(address)
      const { status, text } = await browser.post(
        '/checkout',
        orderForm(again.text, { ...place, region: 'CA' }),
      )
      assert.equal(status, 303, text)
      const orders = await db.all<{ tax_minor: bigint }>(sql`select tax_minor from orders`)
      assert.deepEqual(orders, [{ tax_minor: 41n }])
    })
  })
}
