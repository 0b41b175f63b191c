import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { handleWebhook, receiveWebhook, startPayment } from '../../core/billing/index.ts'
import { name, sql } from '../../core/db/index.ts'
import { actor, draft, issue, makeBuyer, makeGateway, scriptedGateway } from '../billing/support.ts'
import { engines } from '../support/databases.ts'
import { assertStatus, openAdmin, type AdminWorld } from './admin/support.ts'
import { watchDatabase } from './routes/whole-database.ts'

interface Refusal {
  what: string
  /** Where the form is, and where it goes. */
  page: string
  to: string
  fields: Record<string, string>
  status: number
  verb: string
  code: string
  named: string
}

const RATE = { base: 'EUR', currency: 'USD', valid_on: '2026-01-14', rate: '1,10' }
const LINE = { 'description[0]': 'Work', 'quantity[0]': '1', 'unit[0]': '10', 'tax_class[0]': 'standard' }
const INVALID = { status: 422, code: 'input.invalid' }

for (const engine of engines)
  describe(`bad input (${engine})`, () => {
    let world: AdminWorld
    before(async () => {
      world = await openAdmin(engine)
    })
    after(() => world.close())

    interface Entry {
      actor: string
      subject: string
      after_state: string
    }
    const entries = () =>
      world.means.db.all<Entry>(
        sql`select actor, subject, after_state from audit where action = 'act.refuse' order by id`,
      )
    const said = ({ after_state }: Entry) =>
      JSON.parse(after_state) as { verb: string; code: string; fields?: string[] }

    const formsOfStaff = (): Refusal[] => {
      const { client, payment, orderInvoice } = world.ids
      const rate = { page: '/admin/exchange-rates', to: '/admin/exchange-rates', verb: 'exchange_rate.enter' }
      const invoice = {
        page: `/admin/invoices/new?client=${client}`,
        to: '/admin/invoices',
        verb: 'invoice.create',
      }
      const lines = (over: object) => ({ client_id: client, due_on: '2026-02-01', ...LINE, ...over })
      const refund = `/admin/payments/${payment}/refund`
      const paid = `/admin/invoices/${orderInvoice}/payment`
      return [
        {
          what: 'a currency that there is not',
          ...rate,
          fields: { ...RATE, currency: 'ZZZ' },
          ...INVALID,
          named: 'currency',
        },
        {
          what: 'a rate of the wrong scale',
          ...rate,
          fields: { ...RATE, rate: '1,1234567890123' },
          ...INVALID,
          named: 'rate',
        },
        {
          what: 'a date that does not exist',
          ...rate,
          fields: { ...RATE, valid_on: '2026-02-30' },
          ...INVALID,
          named: 'valid_on',
        },
        {
          what: 'an amount that overflows',
          ...invoice,
          fields: lines({ 'quantity[0]': '9000', 'unit[0]': '9999999999999' }),
          ...INVALID,
          named: 'lines',
        },
        {
          what: 'a negative quantity',
          ...invoice,
          fields: lines({ 'quantity[0]': '-1' }),
          ...INVALID,
          named: 'lines.0.quantity',
        },
        {
          what: 'a refund above what was paid',
          page: refund,
          to: refund,
          verb: 'payment.refund',
          fields: { amount: '99999', destination: 'recorded', reason: 'Too much' },
          status: 422,
          code: 'refund.too_large',
          named: 'amount_minor',
        },
        {
          what: 'a change on a closed period',
          page: paid,
          to: paid,
          verb: 'payment.record',
          fields: { amount: '1', reference: 'CLOSED' },
          status: 409,
          code: 'ledger.month_closed',
          named: 'effective_on',
        },
      ]
    }

    it('of staff is refused by field, writes nothing, and stands in the audit log', async () => {
      const { staff, means } = world
      await means.db.run(
        sql`insert into closed_books (brand_id, until_on) values (${world.ids.brand}, '2026-01-31')`,
      )
      for (const { what, page, to, fields, status, verb, code, named } of formsOfStaff()) {
        assertStatus(await staff.get(page), 200)
        const known = (await entries()).length
        const changed = await watchDatabase(means.db)
        const reply = await staff.post(to, fields)
        assert.equal(reply.status, status, what)
        assert.deepEqual(await changed(), [], `${what} writes nothing`)
        const [entry, ...more] = (await entries()).slice(known)
        assert.deepEqual(more, [])
        assert.deepEqual(
          { ...said(entry!), fields: said(entry!).fields?.[0] },
          { verb, code, fields: named },
          what,
        )
        assert.match(entry!.actor, /^usr_/)
      }
      await means.db.run(sql`delete from closed_books`)
    })

    it('of a callback: a currency that is not that of the attempt', async () => {
      const { means } = world
      const { client } = await makeBuyer(means)
      const gateway = await makeGateway(means)
      const { id: invoice_id } = await issue(means, draft(client))
      const urls = { return_url: 'http://shop.example/r', cancel_url: 'http://shop.example/c' }
      const payment = await startPayment(
        { ...means, plugins: scriptedGateway([{ outcome: 'pending', reference: 'cur_1' }]) },
        { invoice_id, instance_id: gateway.id, ...urls },
        actor,
      )
      const event = { instanceId: gateway.id, headers: {}, body: '{}', address: '127.0.0.1' }
      await receiveWebhook(means, event, { verdict: 'accepted', verified: true, eventKey: 'evt_currency' })
      const job = means.jobs.of('billing.webhook').at(-1) as { id: string }
      const amount = { minor: '1190', currency: 'USD' }
      const fact = {
        fact: 'payment',
        payment_id: payment.id,
        result: { outcome: 'succeeded', reference: 'cur_1', amount },
      }
      const money = async () =>
        Promise.all(
          ['payments', 'transactions', 'journals', 'postings', 'allocations', 'invoices'].map((table) =>
            means.db.all(sql`select * from ${name(table)}`),
          ),
        )
      const before = await money()
      await handleWebhook({ ...means, plugins: scriptedGateway([{ facts: [fact] }]) }, job)
      assert.deepEqual(await money(), before)
      const entry = await means.db.get<{ after_state: string; reason: string }>(
        sql`select after_state, reason from audit where action = 'webhook.refuse' and subject = ${job.id}`,
      )
      assert.deepEqual(JSON.parse(entry!.after_state), {
        code: 'payment.wrong_currency',
        fields: ['amount.currency'],
      })
    })

    it('names no field that the verb does not have, and no robot fills the log', async () => {
      const { staff, means } = world
      await staff.get('/admin/me/keys')
      const made = await staff.post('/admin/me/keys', { name: 'all', scopes: '*', days: '' })
      const key = /berth_[\w-]+/.exec(made.text)![0]
      const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' }
      const ask = (id: string) =>
        fetch(`${world.web.address}/api/v1/payments/${id}/refunds`, {
          ...{ method: 'POST', headers, body: JSON.stringify({ amount_minor: '-1', hunter2: 'hunter2' }) },
        })
      const known = (await entries()).length
      assert.equal((await ask(world.ids.payment)).status, 422)
      const fresh = (await entries()).slice(known)
      assert.equal(fresh.length, 1)
      assert.ok(said(fresh[0]!).fields!.includes('amount_minor'))
      assert.doesNotMatch(JSON.stringify(fresh), /hunter2/)
      await Promise.all(Array.from({ length: 80 }, () => ask(means.newId('pay'))))
      assert.ok((await entries()).length - known <= 60)
    })
  })
