import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { overrideSetting, startDeposit, voidInvoice } from '../../../core/billing/index.ts'
import { sql } from '../../../core/db/index.ts'
import { formatMoney } from '../../../core/i18n/index.ts'
import { draft, issue, scriptedGateway } from '../../billing/support.ts'
import { engines } from '../../support/databases.ts'
import { clientActor, makeBrand, makeClient, staffActor } from '../../support/make.ts'
import { assertShows, assertStatus, elementOf, openAdmin, type AdminWorld } from './support.ts'

for (const engine of engines)
  describe(`the board (${engine})`, () => {
    let world: AdminWorld
    before(async () => {
      world = await openAdmin(engine)
      const dollars = await makeClient(world.means, { brand_id: world.ids.brand, currency: 'USD' })
      await issue(world.means, draft(dollars, { amounts: [12_345n] }))
      const wrong = await issue(world.means, draft(dollars, { amounts: [99_900n] }))
      await voidInvoice(world.means, { invoice_id: wrong.id, reason: 'Twice' }, staffActor())
      await deposit(world)
      await proforma(world)
    })
    after(() => world.close())

    /** Its receipt is a document, and no revenue: the money is the client's still. */
    const deposit = async ({ means, ids }: AdminWorld) => {
      const payer = await makeClient(means, { brand_id: ids.brand, currency: 'USD' })
      const urls = { return_url: 'http://shop.example/r', cancel_url: 'http://shop.example/c' }
      const money = { minor: '70000', currency: 'USD' }
      const plugins = scriptedGateway([{ outcome: 'succeeded', reference: 'D-1', amount: money }])
      const wish = { client_id: payer.id, amount_minor: money.minor, instance_id: ids.instance, ...urls }
      await startDeposit({ ...means, plugins }, wish, clientActor(payer.id))
    }

    /** Nothing is owed on it. */
    const proforma = async ({ means, ids }: AdminWorld) => {
      const asked = await makeClient(means, { brand_id: ids.brand, currency: 'USD' })
      const of = { key: 'billing.proforma_first', scope: 'client', scope_id: asked.id, value: true }
      await overrideSetting(means, of, staffActor())
      const { proforma: isProforma } = await issue(means, draft(asked, { amounts: [44_400n] }))
      assert.equal(isProforma, 1)
    }

    /** What the postings say, which the board does not read. */
    const inLedger = async (accounts: string) => {
      const rows = await world.means.db.all<{ currency: string; sum_minor: bigint }>(sql`
        select currency, sum(amount_minor) as sum_minor from postings where account like ${accounts}
        group by currency order by currency`)
      return new Map(rows.map((row) => [row.currency, row.sum_minor]))
    }

    it('says by currency what the ledger says: revenue of the month and what clients owe', async () => {
      const page = await world.staff.get('/admin')
      assertStatus(page, 200)
      const [revenue, owed] = [await inLedger('revenue%'), await inLedger('receivable')]
      assert.deepEqual([...revenue.keys()], ['EUR', 'USD'])
      for (const [currency, minor] of revenue) {
        const row = elementOfRow(page.text, `money-${currency}`)
        const amount = (sum: bigint) => formatMoney({ minor: sum, currency }, 'en')
        assert.equal(row[1], amount(-minor), `revenue in ${currency}`)
        assert.ok(
          elementOf(page.text, 'board-figures').includes(amount(owed.get(currency)!)),
          `owed in ${currency}`,
        )
      }
      assert.equal(elementOfRow(page.text, 'money-USD')[1], '$123.45')
    })

    it('counts what the lists show', async () => {
      const figures = elementOf((await world.staff.get('/admin')).text, 'board-figures').replace(
        /<[^>]+>/g,
        ' ',
      )
      const count = (label: string) => Number(new RegExp(`${label}\\s+(\\d+)`).exec(figures)?.[1])
      assert.equal(count('Unpaid invoices'), 3)
      assert.equal(count('Overdue'), 1)
      assert.equal(count('Orders this month'), 1)
      assert.equal(count('Active clients'), 5)
      const shown = async (status: string) =>
        (await world.staff.get(`/admin/invoices?status=${status}`)).text.split('id="row-').length - 1
      assert.deepEqual([await shown('unpaid'), await shown('overdue'), await shown('proforma')], [3, 1, 1])
    })

    it('calls a proforma whose day has passed not paid in time, since nothing is owed on it', async () => {
      const { means, staff } = world
      const [{ id, client_id } = { id: '', client_id: '' }] = await means.db.all<{
        id: string
        client_id: string
      }>(sql`select id, client_id from invoices where proforma = 1`)
      const due = (day: string) => means.db.run(sql`update invoices set due_on = ${day} where id = ${id}`)
      const [{ due_on } = { due_on: '' }] = await means.db.all<{ due_on: string }>(
        sql`select due_on from invoices where id = ${id}`,
      )
      await due('2026-01-01')
      for (const at of [
        '/admin/invoices?status=proforma',
        `/admin/invoices/${id}`,
        `/admin/clients/${client_id}`,
      ]) {
        const { text } = await staff.get(at)
        assertShows(text, /Not paid in time/)
      }
      const list = (await staff.get('/admin/invoices?status=proforma')).text
      assert.doesNotMatch(list.slice(list.indexOf(`id="row-${id}"`)).split('</tr>')[0]!, /Overdue/)
      await due(due_on)
    })

    it('counts of the clients whom the run set aside those of the own brands alone', async () => {
      const other = await makeBrand(world.means)
      const clients = [
        await makeClient(world.means, { brand_id: world.ids.brand }),
        await makeClient(world.means, { brand_id: other.id }),
      ]
      const set = {
        run_id: 'run_x',
        reason: 'no tax rule',
        parked_at: world.means.business.now(),
        attempts: 1,
      }
      await world.means.db.insert(
        'parked_clients',
        clients.map(({ id }) => ({ ...set, client_id: id })),
      )
      const [{ parked }] = (await world.means.db.all<{ parked: number }>(
        sql`select count(*) as parked from parked_clients`,
      )) as [{ parked: number }]
      const browser = await world.signedIn(['*'])
      const waiting = async () =>
        Number(elementOfRow((await browser.get('/admin')).text, 'waiting-parked')[1])
      const page = await browser.get('/admin/billing/runs')
      for (const { id } of clients) assert.ok(page.text.includes(`/admin/clients/${id}`), id)
      assert.equal(await waiting(), parked)
      const ahead = /<a [^>]*href="\/admin\/billing"[^>]*>Look ahead/
      const boardRun = async () => elementOf((await browser.get('/admin')).text, 'board-run')
      assert.match(await boardRun(), ahead)
      const leads = async (path: string) =>
        /<nav id="nav".*?<\/nav>/s.exec((await browser.get(path)).text)![0].match(/\/admin\/billing[^"]*/g)
      assert.deepEqual(await leads('/admin'), ['/admin/billing'])
      const tab = /<nav class="b-tabs"[^>]*><a href="\/admin\/billing"/
      assert.match(page.text, tab)
      const start = 'action="/admin/billing/run"'
      assert.ok(page.text.includes(start))
      await world.means.db.run(sql`
        update staff set brand_ids = ${JSON.stringify([world.ids.brand])} where id = (select max(id) from staff)`)
      assert.equal(await waiting(), parked - 1)
      // They look ahead at their own brands; the run itself is of all.
      assert.match(await boardRun(), ahead)
      assertStatus(await browser.get('/admin/billing'), 200)
      assertStatus(await browser.get(`/admin/billing?brand=${world.ids.brand}`), 200)
      assertStatus(await browser.get(`/admin/billing?brand=${other.id}`), 404)
      assertStatus(await browser.get(`/admin/billing?client=${clients[1]!.id}`), 404)
      assert.deepEqual(await leads('/admin'), ['/admin/billing'])
      const own = await browser.get('/admin/billing/runs')
      assertStatus(own, 200)
      assert.match(own.text, tab)
      assert.ok(!own.text.includes(start))
      const refused = await browser.post('/admin/billing/run', {})
      assertStatus(refused, 409)
      assert.match(refused.text, /only staff of all brands may start it/)
    })
  })

function elementOfRow(html: string, id: string): string[] {
  const row = new RegExp(`<tr id="${id}">(.*?)</tr>`, 's').exec(html)
  assert.ok(row, `the row ${id} is there`)
  return [...row[1]!.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell]) =>
    cell!
      .replace(/<[^>]+>/g, '')
      .replaceAll('&nbsp;', ' ')
      .trim(),
  )
}
