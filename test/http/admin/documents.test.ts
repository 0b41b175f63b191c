import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql, type Sql } from '../../../core/db/index.ts'
import { recordMany, refundPayment, verifyBooks } from '../../../core/billing/index.ts'
import { isoDate } from '../../../core/kernel/index.ts'
import { actor, carrySum, scriptedGateway } from '../../billing/support.ts'
import { engines } from '../../support/databases.ts'
import { makeClient } from '../../support/make.ts'
import type { Reply, WebBrowser } from '../../support/web.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

for (const engine of engines)
  describe(`documents in the hands of staff (${engine})`, () => {
    let world: AdminWorld
    let staff: WebBrowser
    before(async () => {
      world = await openAdmin(engine)
      staff = world.staff
    })
    after(() => world.close())

    const one = async <R extends object>(statement: Sql): Promise<R> => {
      const row = await world.means.db.get<R>(statement)
      assert.ok(row)
      return row
    }
    const send = async (
      page: string,
      action: string,
      fields: Record<string, string> = {},
    ): Promise<Reply> => {
      assertStatus(await staff.get(page), 200)
      return staff.post(action, fields)
    }
    const follow = async (reply: Reply): Promise<string> => {
      assertStatus(reply, 303)
      const shown = await staff.get(reply.location!)
      assertStatus(shown, 200)
      return shown.text.replace(/\s+/g, ' ')
    }
    const clientOf = async () =>
      (await one<{ id: string }>(sql`select client_id as id from invoices where id = ${world.ids.overdue}`))
        .id
    const write = async (amount: string): Promise<string> => {
      const client = await clientOf()
      const made = await send(`/admin/invoices/new?client=${client}`, '/admin/invoices', {
        ...{ client_id: client, due_on: '2026-02-01', 'description[0]': 'Work', 'quantity[0]': '1' },
        ...{ 'unit[0]': amount, 'tax_class[0]': 'standard' },
      })
      await follow(await send(made.location!, `${made.location!}/issue`))
      return made.location!.split('/').at(-1)!
    }

    it('says that documents were refunded which one payment had paid, on their page and wherever they are listed', async () => {
      const ids = [await write('10'), await write('20')]
      const client = await clientOf()
      const payments = { ...world.means, plugins: scriptedGateway([]) }
      const wish = { invoice_ids: ids, amount_minor: '3570', reference: 'BANK-TWO' }
      const { id } = await recordMany(payments, wish, actor)
      const shown = async () => {
        const rows = [`/admin/invoices?client=${client}`, `/admin/clients/${client}`]
        const texts = []
        for (const page of rows)
          for (const one of ids) {
            const { text } = await staff.get(page)
            texts.push(text.slice(text.indexOf(`id="row-${one}"`)).split('</tr>')[0]!)
          }
        for (const one of ids) {
          const { text } = await staff.get(`/admin/invoices/${one}`)
          texts.push(text.slice(text.indexOf('<main'), text.indexOf('id="invoice-')))
        }
        return texts.map((text) =>
          /\bRefunded\b/.test(text) ? 'refunded' : /\bPaid\b/.test(text) ? 'paid' : text,
        )
      }
      assert.deepEqual(await shown(), Array<string>(6).fill('paid'))
      const back = { payment_id: id, amount_minor: '3570', destination: 'recorded', reason: 'Returned' }
      await refundPayment(payments, back, actor)
      assert.deepEqual(await shown(), Array<string>(6).fill('refunded'))
    })

    it('calls a document partly paid, on its page and wherever it is listed, as its client reads it', async () => {
      const id = await write('100')
      const client = await clientOf()
      const at = `/admin/invoices/${id}/payment`
      await follow(await send(at, at, { amount: '19.00', reference: 'B-PART' }))
      for (const page of [`/admin/invoices?client=${client}`, `/admin/clients/${client}`]) {
        const { text } = await staff.get(page)
        assertShows(text.slice(text.indexOf(`id="row-${id}"`)).split('</tr>')[0]!, /Partly paid/)
      }
      assertShows((await staff.get(`/admin/invoices/${id}`)).text, /<h1>[^<]*<\/h1>.{0,300}Partly paid/s)
    })

    it('refunds one document of a payment for several, by its name and no more than it got', async () => {
      const ids = [await write('10'), await write('20')]
      const wish = { invoice_ids: ids, amount_minor: '3570', reference: 'BANK-TWO-AGAIN' }
      const { id } = await recordMany({ ...world.means, plugins: scriptedGateway([]) }, wish, actor)
      const { number } = await one<{ number: string }>(sql`select number from invoices where id = ${ids[0]!}`)
      const at = `/admin/payments/${id}`
      const page = await staff.get(`${at}/refund`)
      assertShows(page.text, new RegExp(`<option value="${ids[0]!}"[^>]*>${number}: at most €11\\.90`))
      const fields = { invoice_id: ids[0]!, destination: 'recorded', reason: 'Returned' }
      const refused = await send(`${at}/refund`, `${at}/refund`, { ...fields, amount: '11.91' })
      assertStatus(refused, 422)
      assertShows(
        refused.text,
        /Of what this payment paid of the document 11\.90 EUR can be refunded at most/,
      )
      const shown = await follow(await send(`${at}/refund`, `${at}/refund`, { ...fields, amount: '11.90' }))
      assertShows(shown, new RegExp(`-refunds".*href="/admin/invoices/${ids[0]!}"[^>]*>${number}<`))
      assertShows((await staff.get(`/admin/invoices/${ids[0]!}`)).text, /-ledger".*>refunds</s)
    })

    it('adds a billable item by hours, shows it, and stops another', async () => {
      const client = await clientOf()
      const page = `/admin/billables/new?client=${client}`
      const item = {
        ...{ client_id: client, name: 'Debugging', timing: 'now', 'description[0]': 'Debugging of a shop' },
        ...{ 'basis[0]': 'hours', 'quantity[0]': '2.5', 'unit[0]': '80', 'tax_class[0]': 'standard' },
      }
      assertStatus(await send(page, '/admin/billables', { ...item, 'quantity[0]': '0' }), 422)
      const made = await send(page, '/admin/billables', item)
      assertShows(await follow(made), /Debugging was added.*2\.5 h.*€200\.00/)
      const again = await send(page, '/admin/billables', {
        ...item,
        ...{ name: 'Retainer', timing: 'day', on: '2026-02-01', cycle: '1m', times: '12', apart: 'on' },
      })
      assertShows(await follow(again), /0 of 12/)
      const at = again.location!
      assertShows(await follow(await send(`${at}/stop`, `${at}/stop`, { reason: 'Over' })), /Stopped/)
      assertStatus(await send(at, `${at}/stop`, { reason: 'Over' }), 409)
      assertShows((await staff.get('/admin/billables?status=stopped')).text, /Retainer/)
    })

    it('merges and splits invoices with links between them', async () => {
      const [first, second] = [await write('10'), await write('20')]
      const client = await clientOf()
      const at = `/admin/clients/${client}/merge`
      assertStatus(await send(at, at, { [`pick[${first}]`]: 'on', reason: 'One' }), 422)
      const merged = await send(at, at, {
        ...{ [`pick[${first}]`]: 'on', [`pick[${second}]`]: 'on', reason: 'One payment' },
      })
      assertShows(await follow(merged), /Stands for.*Stands for/)
      assertShows((await staff.get(`/admin/invoices/${first}`)).text.replace(/\s+/g, ' '), /Replaced by/)
      const split = `${merged.location!}/split`
      assertShows(
        await follow(await send(split, split, { 'pick[2]': 'on', reason: 'Two payers' })),
        /It is INV-\d{4}-\d+ and INV-\d{4}-\d+ now/,
      )
      assert.deepEqual(await verifyBooks(world.means.db, isoDate('2026-01-15')), [])
    })

    it('invoices what waits for a larger sum once staff say so, at the sum that the page shows', async () => {
      const client = await clientOf()
      const at = `/admin/clients/${client}/carried`
      const isOffered = async () =>
        (await staff.get(`/admin/clients/${client}`)).text.includes(`href="${at}"`)
      assert.equal(await isOffered(), false)
      assertShows((await staff.get(at)).text, /Nothing waits for an invoice/)
      await carrySum(
        world.means,
        await one(sql`select id, brand_id, currency from clients where id = ${client}`),
      )
      assert.equal(await isOffered(), true)
      assertShows((await staff.get(at)).text, /7\.14/)
      assertShows(await follow(await send(at, at)), /Issued as INV-.*7\.14/)
      assert.equal(await isOffered(), false)
      assertStatus(await staff.post(at, {}), 409)
      assert.deepEqual(await verifyBooks(world.means.db, isoDate('2026-01-15')), [])
    })

    it('leads from a service that such a sum keeps with its client to the page that invoices it', async () => {
      const { id: client, ...columns } = await one<{ id: string; brand_id: string; currency: string }>(
        sql`select id, brand_id, currency from clients where id = ${await clientOf()}`,
      )
      const receiver = await makeClient(world.means, columns)
      await carrySum(world.means, { id: client, ...columns }, world.ids.service)
      const at = `/admin/clients/${client}/carried`
      const move = `/admin/services/${world.ids.service}/transfer?to=${receiver.id}`
      const leads = async () => (await staff.get(move)).text.includes(`href="${at}"`)
      assert.equal(await leads(), true)
      await follow(await send(at, at))
      assert.equal(await leads(), false)
    })

    it('records one payment for several', async () => {
      const [first, second] = [await write('10'), await write('20')]
      const at = `/admin/clients/${await clientOf()}/payment`
      const fields = {
        [`pick[${first}]`]: 'on',
        [`pick[${second}]`]: 'on',
        amount: '35.70',
        reference: 'B-MANY',
      }
      assertStatus(await send(at, at, { ...fields, amount: 'x' }), 422)
      await follow(await send(at, at, fields))
      const paid = await one<{ n: number }>(
        sql`select count(*) as n from invoices where id in (${first}, ${second}) and status = 'paid'`,
      )
      assert.equal(paid.n, 2)
    })

    it('gives a client terms and switches of its own', async () => {
      const client = await clientOf()
      const at = `/admin/clients/${client}/terms`
      const terms = {
        'values[own.billing__payment_days]': 'on',
        'values[billing__payment_days]': '30',
        'values[own.billing__late_fee]': 'on',
        'values[billing__late_fee.kind]': 'fixed',
        'values[billing__late_fee.amount.EUR]': '7.50',
        'values[billing__late_fee.grace_days]': '5',
        'values[billing__late_fee.every_days]': '0',
        'values[billing__late_fee.times]': '1',
        'values[billing__late_fee.tax_class]': 'none',
      }
      assertStatus(await send(at, at, { ...terms, 'values[billing__payment_days]': '-1' }), 422)
      assertStatus(await send(at, at, { ...terms, 'values[billing__late_fee.grace_days]': '0' }), 422)
      const cents = await send(at, at, { ...terms, 'values[billing__late_fee.amount.EUR]': '7.505' })
      assertStatus(cents, 422)
      assertShows(cents.text, /takes no more than 2 decimals in EUR/)
      assert.match(cents.text, /value="7\.505"/, 'what was typed stands there')
      await follow(await send(at, at, terms))
      const rows = await world.means.db.all<{ key: string; value: string }>(
        sql`select key, value from settings where scope = 'client' and scope_id = ${client} order by key`,
      )
      assert.deepEqual(
        rows.map(({ key }) => key),
        ['billing.late_fee', 'billing.payment_days'],
      )
      assert.deepEqual((JSON.parse(rows[0]!.value) as { amount: object }).amount, { EUR: '7.50' })
      await follow(await send(at, at, {}))
      assert.deepEqual(await world.means.db.all(sql`select key from settings where scope = 'client'`), [])
      const page = `/admin/clients/${client}`
      await follow(await send(page, `${page}/switches`, { auto_charge: 'on', overdue_notices: 'on' }))
      const row = await one<{ late_fees: number; overdue_notices: number; auto_close: number }>(
        sql`select late_fees, overdue_notices, auto_close from clients where id = ${client}`,
      )
      assert.deepEqual({ ...row }, { late_fees: 0, overdue_notices: 1, auto_close: 0 })
    })

    it('makes a pay link that is shown once, and revokes it', async () => {
      const at = `/admin/invoices/${world.ids.overdue}/links`
      const made = await send(at, at, { days: '10', send: 'on' })
      assertStatus(made, 200)
      assertShows(made.text, /\/pay\/[\w-]{43}/)
      const list = await staff.get(at)
      assert.ok(!/\/pay\/[\w-]{43}/.test(list.text))
      const link = await one<{ id: string }>(sql`select id from invoice_links`)
      assertShows(await follow(await send(at, `${at}/${link.id}/revoke`)), /Revoked/)
      assertStatus(await send(at, at, { days: '0' }), 422)
    })

    it('shows a statement of account, as a page and as files, and sends it', async () => {
      const at = `/admin/clients/${await clientOf()}/statement`
      assertShows((await staff.get(`${at}?from=2026-01-01&to=2026-01-31`)).text, /Closing balance/)
      const csv = await staff.get(`${at}.csv?from=2025-01-01&to=2026-12-31`)
      assertStatus(csv, 200)
      assert.match(csv.text, /"opening_balance"[^]*"closing_balance"/)
      assertStatus(await staff.get(`${at}.pdf?from=2025-01-01&to=2026-12-31`), 200)
      assertShows(
        await follow(await send(at, `${at}/send`, { from: '2026-01-01', to: '2026-01-31' })),
        /The statement was sent/,
      )
      assertStatus(await staff.get(`${at}?from=2026-02-30`), 422)
    })

    it('writes texts for documents', async () => {
      const fields = {
        ...{ brand_id: world.ids.brand, name: 'Thanks', kind: 'invoice', situation: 'any', country: '' },
        ...{ locale: '', body: 'Thank you for your trust.', position: '1' },
      }
      assertStatus(
        await send('/admin/document-texts/new', '/admin/document-texts', { ...fields, body: '' }),
        422,
      )
      assertShows(
        await follow(await send('/admin/document-texts/new', '/admin/document-texts', fields)),
        /Thanks was added/,
      )
      const id = await write('5')
      assertShows((await staff.get(`/admin/invoices/${id}`)).text, /Thank you for your trust/)
      const text = await one<{ id: string }>(sql`select id from document_texts`)
      const at = `/admin/document-texts/${text.id}`
      await follow(await send(at, at, { ...fields, body: 'Thanks a lot.' }))
      await follow(await send(at, `${at}/retire`))
      assertStatus(await send(at, `${at}/retire`), 409)
    })

    it('lets nobody do what they may not', async () => {
      const clerk = await world.signedIn(['invoice.read', 'client.read', 'client.list'])
      const client = await clientOf()
      for (const path of [
        `/admin/clients/${client}/carried`,
        `/admin/clients/${client}/merge`,
        `/admin/clients/${client}/terms`,
        `/admin/clients/${client}/statement`,
        `/admin/invoices/${world.ids.overdue}/links`,
        '/admin/billables',
        '/admin/document-texts',
      ])
        assertStatus(await clerk.get(path), 403)
    })
  })
