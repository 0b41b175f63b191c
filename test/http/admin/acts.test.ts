import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { engines } from '../../support/databases.ts'
import type { Reply, WebBrowser } from '../../support/web.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

for (const engine of engines)
  describe(`acts of staff (${engine})`, () => {
    let world: AdminWorld
    let staff: WebBrowser
    before(async () => {
      world = await openAdmin(engine)
      staff = world.staff
    })
    after(() => world.close())

    const one = <R extends object>(statement: ReturnType<typeof sql>) => world.means.db.get<R>(statement)
    const count = async (
      table: 'invoices' | 'coupons' | 'tax_rules' | 'client_notes' | 'refunds' | 'payments',
    ) =>
      (await one<{ n: number }>(
        {
          invoices: sql`select count(*) as n from invoices`,
          coupons: sql`select count(*) as n from coupons`,
          tax_rules: sql`select count(*) as n from tax_rules`,
          client_notes: sql`select count(*) as n from client_notes`,
          refunds: sql`select count(*) as n from refunds`,
          payments: sql`select count(*) as n from payments`,
        }[table],
      ))!.n

    /** Opens the form, sends it, and follows to where it leads. */
    const send = async (page: string, action: string, fields: Record<string, string>): Promise<Reply> => {
      assertStatus(await staff.get(page), 200)
      return staff.post(action, fields)
    }
    const follow = async (reply: Reply): Promise<string> => {
      assertStatus(reply, 303)
      return (await staff.get(reply.location!)).text.replace(/\s+/g, ' ')
    }
    const refused = (reply: Reply, reason: RegExp) => {
      assertStatus(reply, 422)
      assert.match(reply.text.replace(/\s+/g, ' '), reason)
    }

    it('drafts an invoice, changes it and issues it under the same address', async () => {
      const { client } = world.ids
      const lines = {
        'description[0]': 'Migration',
        'quantity[0]': '2',
        'unit[0]': '12.50',
        'tax_class[0]': 'standard',
      }
      const page = `/admin/invoices/new?client=${client}`
      const reply = await send(page, '/admin/invoices', { client_id: client, due_on: '2026-02-01', ...lines })
      assert.match(await follow(reply), /The draft was saved\..*€29\.75/)
      const address = reply.location!
      const id = address.split('/').at(-1)!
      await follow(
        await send(`${address}/edit`, address, { due_on: '2026-02-03', ...lines, 'unit[0]': '10' }),
      )
      assert.match(
        await follow(await send(address, `${address}/issue`, {})),
        /Invoice INV-2026-00004 was issued\./,
      )
      const row = await one<{ status: string; total_minor: bigint; due_on: string }>(
        sql`select status, total_minor, due_on from invoices where id = ${id}`,
      )
      assert.deepEqual({ ...row }, { status: 'issued', total_minor: 2_380n, due_on: '2026-02-03' })
    })

    it('refuses an invoice whose line has no price, keeps what was typed, writes nothing', async () => {
      const { client } = world.ids
      const known = await count('invoices')
      const fields = {
        client_id: client,
        due_on: '2026-02-01',
        'description[0]': 'Half a line',
        'unit[0]': 'free',
      }
      const reply = await send(`/admin/invoices/new?client=${client}`, '/admin/invoices', fields)
      refused(reply, /value="Half a line"/)
      assert.match(reply.text, /aria-invalid="true"/)
      assert.equal(await count('invoices'), known)
    })

    it('records a payment and refuses one that is no amount', async () => {
      const at = `/admin/invoices/${world.ids.orderInvoice}`
      const known = await count('payments')
      refused(await send(`${at}/payment`, `${at}/payment`, { amount: 'much', reference: 'B-2' }), /amount/i)
      assert.equal(await count('payments'), known)
      const paid = await send(`${at}/payment`, `${at}/payment`, { amount: '16.54', reference: 'B-2' })
      assert.match(await follow(paid), /The payment was recorded\./)
      assert.equal(
        (await one<{ status: string }>(
          sql`select status from invoices where id = ${world.ids.orderInvoice}`,
        ))!.status,
        'paid',
      )
    })

    it('voids only with a reason, and never what was paid', async () => {
      const at = `/admin/invoices/${world.ids.overdue}`
      assertStatus(await send(`${at}/void`, `${at}/void`, { reason: '' }), 422)
      assert.equal(
        (await one<{ status: string }>(sql`select status from invoices where id = ${world.ids.overdue}`))!
          .status,
        'issued',
      )
      assert.match(
        await follow(await send(`${at}/void`, `${at}/void`, { reason: 'Sent twice' })),
        /INV-2026-00002 was voided/,
      )
      const paid = `/admin/invoices/${world.ids.paid}`
      const reply = await send(`${paid}/void`, `${paid}/void`, { reason: 'Wrong' })
      assertStatus(reply, 409)
      assert.match(reply.text, /has payments/)
    })

    it('refunds a part into credit and refuses more than came in', async () => {
      const at = `/admin/payments/${world.ids.payment}`
      const much = { amount: '500', destination: 'credit', reason: 'Goodwill' }
      assertStatus(await send(`${at}/refund`, `${at}/refund`, much), 422)
      assert.equal(await count('refunds'), 0)
      const reply = await send(`${at}/refund`, `${at}/refund`, { ...much, amount: '9.75' })
      assert.match(await follow(reply), /The refund was made\./)
      assert.match((await staff.get(`/admin/clients/${world.ids.client}/credit`)).text, /€9\.75/)
    })

    it('sends a document as its PDF', async () => {
      const reply = await staff.get(`/admin/invoices/${world.ids.paid}.pdf`)
      assertStatus(reply, 200)
      assert.equal(reply.headers.get('content-type'), 'application/pdf')
      assert.equal(reply.text.slice(0, 5), '%PDF-')
    })

    it('adds, pins and removes a note, and refuses an empty one', async () => {
      const at = `/admin/clients/${world.ids.client}`
      assertStatus(await send(at, `${at}/notes`, { body: '' }), 422)
      assert.equal(await count('client_notes'), 0)
      assert.match(
        await follow(await send(at, `${at}/notes`, { body: 'Pays by the end of the month' })),
        /Pays by the end/,
      )
      const note = (await one<{ id: string }>(sql`select id from client_notes`))!.id
      await follow(await staff.post(`${at}/notes/${note}/pin`))
      assert.equal(
        (await one<{ pinned: number }>(sql`select pinned from client_notes where id = ${note}`))!.pinned,
        1,
      )
      await follow(await staff.post(`${at}/notes/${note}/remove`))
      assert.equal(await count('client_notes'), 0)
    })

    it('changes a client, its switches and its state, and names a wrong field', async () => {
      const at = `/admin/clients/${world.ids.otherClient}`
      const profile = {
        'profile[name]': 'Otto Quist',
        'profile[email]': 'otto@quist.example',
        'profile[city]': 'Kiel',
      }
      refused(
        await send(`${at}/edit`, at, { ...profile, 'profile[country]': 'Germany' }),
        /f-profile-country--error/,
      )
      await follow(await send(`${at}/edit`, at, { ...profile, 'profile[country]': 'DK' }))
      await follow(await send(at, `${at}/switches`, { tax_exempt: 'on' }))
      assertStatus(await send(`${at}/suspend`, `${at}/suspend`, { reason: '' }), 422)
      await follow(await send(`${at}/suspend`, `${at}/suspend`, { reason: 'Stolen card' }))
      const row = await one<{
        country: string
        city: string
        tax_exempt: number
        auto_charge: number
        status: string
      }>(
        sql`select country, city, tax_exempt, auto_charge, status from clients where id = ${world.ids.otherClient}`,
      )
      assert.deepEqual(
        { ...row },
        { country: 'DK', city: 'Kiel', tax_exempt: 1, auto_charge: 0, status: 'suspended' },
      )
    })

    it('changes the currency of a client until a document is issued in it', async () => {
      const at = `/admin/clients/${world.ids.otherClient}`
      const stored = async () =>
        (await one<{ currency: string }>(
          sql`select currency from clients where id = ${world.ids.otherClient}`,
        ))!.currency
      const fix = (fixed: 0 | 1) =>
        world.means.db.run(
          sql`update clients set currency_fixed = ${fixed} where id = ${world.ids.otherClient}`,
        )
      await fix(0)
      assertShows((await staff.get(at)).text, new RegExp(`href="${at}/currency"`))
      refused(await send(`${at}/currency`, `${at}/currency`, { currency: 'JPY' }), /f-currency-error/)
      await follow(await send(`${at}/currency`, `${at}/currency`, { currency: 'USD' }))
      assert.equal(await stored(), 'USD')
      await follow(await send(`${at}/currency`, `${at}/currency`, { currency: 'EUR' }))
      await fix(1)
      assert.doesNotMatch((await staff.get(at)).text, new RegExp(`href="${at}/currency"`))
      const late = await send(`${at}/currency`, `${at}/currency`, { currency: 'USD' })
      assertStatus(late, 409)
      assertShows(late.text, /The currency stays EUR, because documents were issued in it/)
      assert.equal(await stored(), 'EUR')
      const clerk = await world.signedIn(['client.read', 'client.list'])
      assertStatus(await clerk.get(`${at}/currency`), 403)
    })

    it('edits a service, and keeps what was typed beside the reason', async () => {
      const at = `/admin/services/${world.ids.service}`
      const stored = () =>
        one<object>(sql`select label, auto_charge from services where id = ${world.ids.service}`)
      refused(await send(at, `${at}/edit`, { label: '' }), /f-label-error/)
      await follow(await send(at, `${at}/edit`, { label: 'Castle' }))
      assert.deepEqual({ ...(await stored()) }, { label: 'Castle', auto_charge: 0 })
      await follow(await send(at, `${at}/edit`, { label: 'Castle', auto_charge: 'on' }))
      assert.deepEqual({ ...(await stored()) }, { label: 'Castle', auto_charge: 1 })
      refused(await send(at, `${at}/spare`, { until_on: 'soon' }), /value="Castle"/)
    })

    it('sets prices in the grid, and refuses all of them for one that is no amount', async () => {
      const at = `/admin/catalog/products/${world.ids.product}`
      const price = () =>
        one<{ amount_minor: bigint }>(sql`
        select amount_minor from prices where owner_id = ${world.ids.product} and cycle = '3m' and currency = 'EUR' and retired_at is null`)
      const grid = {
        valid_from: '2026-01-15',
        'amount[1m:EUR]': '4.90',
        'setup[1m:EUR]': '5.00',
        'amount[1y:EUR]': '49.00',
      }
      refused(
        await send(`${at}?tab=prices`, `${at}/prices`, {
          ...grid,
          'amount[3m:EUR]': '13.50',
          'amount[6m:EUR]': 'x',
        }),
        /aria-invalid="true"/,
      )
      refused(
        await send(`${at}?tab=prices`, `${at}/prices`, {
          ...grid,
          'amount[3m:EUR]': '13.50',
          'amount[6m:EUR]': '',
          'setup[6m:EUR]': '5.00',
        }),
        /needs a price beside it/,
      )
      assert.equal(await price(), undefined)
      assert.match(
        await follow(await send(`${at}?tab=prices`, `${at}/prices`, { ...grid, 'amount[3m:EUR]': '13.50' })),
        /One price was changed\./,
      )
      assert.equal((await price())!.amount_minor, 1_350n)
    })

    it('adds coupons and tax rules, and refuses them by field', async () => {
      const { brand } = world.ids
      assertStatus(
        await send('/admin/coupons/new', '/admin/coupons', { brand_id: brand, code: 'SPRING' }),
        422,
      )
      assert.equal(await count('coupons'), 0)
      const coupon = { brand_id: brand, code: 'SPRING', percent: '12.5', cycles: '3' }
      assert.match(await follow(await send('/admin/coupons/new', '/admin/coupons', coupon)), /12\.5%/)
      const seller = (await one<{ seller_id: string }>(
        sql`select seller_id from brands where id = ${brand}`,
      ))!.seller_id
      const rule = {
        seller_id: seller,
        country: 'fr',
        tax_class: 'standard',
        name: 'TVA',
        starts_on: '2026-02-01',
      }
      const known = await count('tax_rules')
      refused(await send('/admin/tax', '/admin/tax', { ...rule, rate: 'a lot' }), /f-rate-error/)
      assert.equal(await count('tax_rules'), known)
      assert.match(
        await follow(await send('/admin/tax', '/admin/tax', { ...rule, rate: '20' })),
        /TVA for FR was added/,
      )
      assert.equal(
        (await one<{ rate_ppm: number }>(sql`select rate_ppm from tax_rules where name = 'TVA'`))!.rate_ppm,
        200_000,
      )
      const twice = { ...rule, name: 'TVA', rate: '20' }
      const second = await send('/admin/tax', '/admin/tax', twice)
      assertStatus(second, 409)
      assert.match(second.text, /f-starts-on-error/)
      const set = {
        seller_id: seller,
        preset: 'eu',
        tax_class: 'standard',
        starts_on: '2026-01-01',
        oss: 'on',
      }
      assert.match(await follow(await send('/admin/tax/sets', '/admin/tax/sets', set)), /rules were added/)
      const reversed = await one<{ notes: string }>(
        sql`select notes from tax_rules where country = 'AT' and treatment = 'reverse_charge'`,
      )
      assert.match(reversed!.notes, /"de":"Steuerschuldnerschaft/)
      const wrong = { ...set, preset: 'india' }
      refused(await send('/admin/tax/sets', '/admin/tax/sets', wrong), /f-preset-error/)
      const place = { seller_id: seller, tax_rounding: 'line' }
      assert.match(await follow(await send('/admin/tax/sets', '/admin/tax/rounding', place)), /was changed/)
      await send('/admin/tax/sets', '/admin/tax/rounding', { ...place, tax_rounding: 'document' })
      const untaxed = { seller_id: seller, untaxed_price: 'net' }
      assert.match(await follow(await send('/admin/tax/sets', '/admin/tax/untaxed', untaxed)), /was changed/)
      const way = await one<{ untaxed_price: string }>(
        sql`select untaxed_price from sellers where id = ${seller}`,
      )
      assert.equal(way!.untaxed_price, 'net')
      await send('/admin/tax/sets', '/admin/tax/untaxed', { ...untaxed, untaxed_price: 'stated' })
    })

    it('tries a delivery again, holds and accepts an order', async () => {
      await follow(
        await send(
          `/admin/deliveries/${world.ids.delivery}`,
          `/admin/deliveries/${world.ids.delivery}/retry`,
          {},
        ),
      )
      assert.equal(
        (await one<{ status: string }>(sql`select status from deliveries where id = ${world.ids.delivery}`))!
          .status,
        'open',
      )
      const at = `/admin/orders/${world.ids.order}`
      assertStatus(await send(`${at}/hold`, `${at}/hold`, { reason: '' }), 422)
      assert.match(
        await follow(await send(`${at}/hold`, `${at}/hold`, { reason: 'Country differs' })),
        /Country differs/,
      )
      assert.match(await follow(await send(at, `${at}/accept`, {})), /The order was accepted\./)
    })

    it('refuses an act without its permission by name, and unknown records', async () => {
      const clerk = await world.signedIn(['invoice.read', 'invoice.list'])
      await clerk.get(`/admin/invoices/${world.ids.paid}`)
      const reply = await clerk.post(`/admin/invoices/${world.ids.paid}/void`, { reason: 'x' })
      assertStatus(reply, 403)
      assert.match(reply.text, /invoice\.void/)
      await staff.get('/admin/invoices')
      assertStatus(await staff.post('/admin/invoices/inv_x/void', { reason: 'x' }), 404)
    })
  })
