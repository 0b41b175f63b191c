import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  confirmMethodSetup,
  confirmPayment,
  getInvoice,
  listMethods,
  lookUp,
  startMethodSetup,
  startPayment,
  verifyBooks,
  type DocumentMeans,
  type PaymentRow,
  type Payments,
  type PluginCalls,
} from '../../core/billing/index.ts'
import { words } from '../../core/app/wire/words.ts'
import { sql } from '../../core/db/index.ts'
import { BerthError, isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, makeClient } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

const translator = (locale: string) => words().translator(locale)
const amount = { minor: '1190', currency: 'EUR' }
const embed = { data: 'pk_1', height: 90 }
/** Each attempt has a reference of its own, as at a gateway. */
const paid = (payment: PaymentRow) => ({ outcome: 'succeeded', reference: payment.reference, amount })
const urls = { return_url: 'http://shop.example/r', cancel_url: 'http://shop.example/c' }

for (const engine of engines) {
  describe(`fields of a gateway in a frame on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const { brand, client } = await makeBuyer(means)
    const gateway = await makeGateway(means)
    const browser = { file: 'browser/fields.js' }
    await db.run(
      sql`update plugins set manifest = ${JSON.stringify({
        name: 'Fields',
        kinds: { gateway: ['start_payment', 'confirm_payment', 'look_up', 'start_setup', 'confirm_setup'] },
        permissions: { browser },
      })} where id = ${gateway.plugin_id}`,
    )
    const using = (plugins: PluginCalls): Payments & DocumentMeans => ({ ...means, plugins, translator })
    const owner = clientActor(client.id)
    const clean = async () => assert.deepEqual(await verifyBooks(db, isoDate('2026-01-15')), [])

    let begun = 0
    const begin = async (
      can_embed = true,
    ): Promise<{ payment: PaymentRow; plugins: PluginCalls; asked: object }> => {
      const invoice = await issue(means, draft(client))
      const reference = `pi_${++begun}`
      const plugins = scriptedGateway([{ outcome: 'needs_client', reference, embed }])
      const wish = { invoice_id: invoice.id, instance_id: gateway.id, ...urls, can_embed }
      const payment = await startPayment(using(plugins), wish, owner)
      return { payment, plugins, asked: plugins.asked[0]!.input }
    }
    const confirm = (plugins: PluginCalls, payment: PaymentRow, as = owner) =>
      confirmPayment(
        using(plugins),
        { invoice_id: payment.invoice_id!, payment_id: payment.id, token: 'tok_1' },
        as,
      )
    const statusOf = async (id: string) =>
      (await db.get<{ status: string }>(sql`select status from payments where id = ${id}`))!.status

    test('only a page that can show a frame says so, and only to a plugin that has one', async () => {
      const { asked, payment } = await begin()
      assert.equal((asked as { can_embed?: boolean }).can_embed, true)
      assert.deepEqual(JSON.parse(payment.needs!), { embed })
      assert.equal('can_embed' in (await begin(false)).asked, false)
      const plain = await makeGateway(means)
      const plugins = scriptedGateway([{ outcome: 'needs_client', reference: 'cs_1' }])
      const { id } = await issue(means, draft(client))
      await startPayment(
        using(plugins),
        { invoice_id: id, instance_id: plain.id, ...urls, can_embed: true },
        owner,
      )
      assert.equal('can_embed' in plugins.asked[0]!.input, false)
    })

    test('the token goes out once and pays the invoice', async () => {
      const { payment } = await begin()
      const plugins = scriptedGateway([paid(payment)])
      assert.equal((await confirm(plugins, payment)).status, 'succeeded')
      const [{ operation, input }] = plugins.asked as [(typeof plugins.asked)[0]]
      assert.equal(operation, 'confirm_payment')
      assert.deepEqual(
        { ...input, idempotency_key: '' },
        { payment_id: payment.id, idempotency_key: '', reference: payment.reference, amount, token: 'tok_1' },
      )
      assert.match(String(input['idempotency_key']), new RegExp(`^start/${payment.id}/confirm/\\d+$`))
      assert.equal((await getInvoice(db, payment.invoice_id!, owner)).status, 'paid')
      await assert.rejects(confirm(plugins, payment), { code: 'payment.under_way' })
      assert.equal(plugins.asked.length, 1)
      await clean()
    })

    test('two forms at once are one token at the gateway', async () => {
      const { payment } = await begin()
      const plugins = scriptedGateway([paid(payment), paid(payment)])
      const both = await Promise.allSettled([confirm(plugins, payment), confirm(plugins, payment)])
      assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
      assert.equal(plugins.asked.length, 1)
      await clean()
    })

    test('a lost answer is asked about, and nothing is sent again', async () => {
      const { payment } = await begin()
      const gone = new BerthError('plugin.timeout', 504, 'no answer', { params: { outcome_unknown: true } })
      const plugins = scriptedGateway([gone, paid(payment)])
      assert.equal((await confirm(plugins, payment)).status, 'unknown')
      await assert.rejects(confirm(plugins, payment), { code: 'payment.under_way' })
      const unknown = (await db.get<PaymentRow>(sql`select * from payments where id = ${payment.id}`))!
      assert.equal((await lookUp(using(plugins), unknown, owner)).status, 'succeeded')
      assert.deepEqual(
        plugins.asked.map(({ operation }) => operation),
        ['confirm_payment', 'look_up'],
      )
      await clean()
    })

    test('whoever dies between claim and call leaves an attempt that is asked about', async () => {
      const { payment } = await begin()
      const stuck = { call: () => new Promise<never>(() => undefined) }
      void confirm(stuck, payment)
      while ((await statusOf(payment.id)) !== 'pending') await new Promise((done) => setTimeout(done, 5))
      const timer = await db.get(sql`select id from timers where timer_key = ${`check/${payment.id}`}`)
      assert.ok(timer)
      await assert.rejects(confirm(scriptedGateway([paid(payment)]), payment), { code: 'payment.under_way' })
    })

    test('nothing left, and the attempt fails: it may be tried again', async () => {
      const { payment } = await begin()
      const busy = new BerthError('plugin.busy', 503, 'busy', { params: { outcome_unknown: false } })
      await assert.rejects(confirm(scriptedGateway([busy]), payment), { code: 'gateway.failed' })
      assert.equal(await statusOf(payment.id), 'failed')
    })

    test('a bank that wants to see its customer leads to its page, and a second frame has a key of its own', async () => {
      const { payment } = await begin()
      const plugins = scriptedGateway([
        { outcome: 'needs_client', reference: payment.reference, embed: { data: 'second' } },
        paid(payment),
      ])
      const again = await confirm(plugins, payment)
      assert.equal(again.status, 'needs_client')
      await confirm(plugins, payment)
      const keys = plugins.asked.map(({ input }) => input['idempotency_key'])
      assert.equal(new Set(keys).size, 2)
      await clean()
    })

    test('no token for what is paid, waits elsewhere, shows no frame or is of another client', async () => {
      const { payment } = await begin()
      const other = await makeClient(means, { brand_id: brand.id })
      await assert.rejects(confirm(scriptedGateway([]), payment, clientActor(other.id)), {
        code: 'record.not_found',
      })
      await db.run(sql`update invoices set status = 'paid' where id = ${payment.invoice_id}`)
      await assert.rejects(confirm(scriptedGateway([]), payment), { code: 'invoice.nothing_to_pay' })
      await db.run(sql`update invoices set status = 'issued' where id = ${payment.invoice_id}`)
      const { id: foreign } = await issue(means, draft(client))
      await assert.rejects(confirm(scriptedGateway([]), { ...payment, invoice_id: foreign }), {
        code: 'payment.under_way',
      })
      await db.run(sql`update payments set needs = '{"url":"https://pay.example"}' where id = ${payment.id}`)
      await assert.rejects(confirm(scriptedGateway([]), payment), { code: 'payment.under_way' })
    })

    test('a method is saved by its token, once however often the form is sent', async () => {
      const method = { reference: 'card_1', kind: 'card', label: 'Card 4242', last4: '4242' }
      const plugins = scriptedGateway([
        { outcome: 'needs_client', reference: 'seti_1', embed },
        { outcome: 'saved', method },
        { outcome: 'saved', method },
        { outcome: 'declined', message: 'No.' },
      ])
      const wish = { client_id: client.id, instance_id: gateway.id }
      const started = await startMethodSetup(using(plugins), { ...wish, ...urls, can_embed: true }, owner)
      assert.equal(started.outcome, 'needs_client')
      assert.equal(plugins.asked[0]!.input['can_embed'], true)
      const given = { ...wish, reference: 'seti_1', key: 'setup/1', token: 'tok_1' }
      for (let time = 0; time < 2; time++)
        assert.equal((await confirmMethodSetup(using(plugins), given, owner)).outcome, 'saved')
      assert.equal(plugins.asked[2]!.input['idempotency_key'], 'setup/1')
      assert.equal((await confirmMethodSetup(using(plugins), given, owner)).outcome, 'declined')
      const saved = await listMethods(db, client.id)
      assert.deepEqual(
        saved.map(({ reference, label }) => [reference, label]),
        [['card_1', 'Card 4242']],
      )
      const other = await makeClient(means, { brand_id: brand.id })
      await assert.rejects(confirmMethodSetup(using(plugins), given, clientActor(other.id)), {
        code: 'record.not_found',
      })
    })
  })
}
