import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql, type Sql } from '../../../core/db/index.ts'
import { engines } from '../../support/databases.ts'
import type { Reply, WebBrowser } from '../../support/web.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

for (const engine of engines)
  describe(`further acts of staff (${engine})`, () => {
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
      return (await staff.get(reply.location!)).text.replace(/\s+/g, ' ')
    }

    it('rejects an order with its money back: the sale is credited whole', async () => {
      const pay = `/admin/invoices/${world.ids.orderInvoice}/payment`
      await follow(await send(pay, pay, { amount: '16.54', reference: 'B-9' }))
      const at = `/admin/orders/${world.ids.order}`
      assertStatus(await send(`${at}/reject`, `${at}/reject`, { reason: '', refund: 'on' }), 422)
      assertShows(
        await follow(await send(`${at}/reject`, `${at}/reject`, { reason: 'Fraud', refund: 'on' })),
        /The order was rejected/,
      )
      const order = await one<{ status: string }>(
        sql`select status from orders where id = ${world.ids.order}`,
      )
      assert.equal(order.status, 'rejected')
      const note = await one<{ total_minor: bigint; n: number }>(sql`
        select min(total_minor) as total_minor, count(*) as n from invoices where kind = 'credit_note'`)
      assert.deepEqual([BigInt(note.total_minor), note.n], [-1_654n, 1], 'the sale is credited, once')
      const again = await send(`${at}/reject`, `${at}/reject`, { reason: 'Fraud', refund: 'on' })
      assertStatus(again, 409)
    })

    it('hands a claim to collections, takes it back, and writes it off with what stood open', async () => {
      const at = `/admin/invoices/${world.ids.overdue}`
      assertStatus(await send(`${at}/collections`, `${at}/collections`, { reason: '' }), 422)
      await follow(await send(`${at}/collections`, `${at}/collections`, { reason: 'No answer' }))
      const row = () =>
        one<{ status: string; there: string | null }>(
          sql`select status, in_collections_at as there from invoices where id = ${world.ids.overdue}`,
        )
      assert.ok((await row()).there)
      assertStatus(await send(`${at}/collections`, `${at}/collections`, { reason: 'Again' }), 409)
      await follow(await send(`${at}/recall`, `${at}/recall`, { reason: 'Promised to pay' }))
      assert.equal((await row()).there, null)
      assertShows(
        await follow(await send(`${at}/write-off`, `${at}/write-off`, { reason: 'Insolvent' })),
        /The invoice was written off/,
      )
      assert.equal((await row()).status, 'written_off')
      const loss = await one<{ sum: bigint }>(
        sql`select sum(amount_minor) as sum from postings where account like 'write_offs%'`,
      )
      assert.equal(BigInt(loss.sum), 4_760n)
    })

    it('credits a paid invoice, and nothing that is credited already', async () => {
      const at = `/admin/invoices/${world.ids.paid}`
      assertShows(
        await follow(await send(`${at}/credit`, `${at}/credit`, { reason: 'Wrong product' })),
        /The credit note was issued/,
      )
      const notes = () =>
        one<{ n: number; sum: bigint }>(
          sql`select count(*) as n, sum(total_minor) as sum from invoices where kind = 'credit_note' and total_minor = -2975`,
        )
      assert.deepEqual([(await notes()).n, BigInt((await notes()).sum)], [1, -2_975n])
      const again = await send(`${at}/credit`, `${at}/credit`, { reason: 'Again' })
      assert.ok([409, 422].includes(again.status), String(again.status))
      assert.equal((await notes()).n, 1)
    })

    it('makes a coupon of any form with its limits, and says at which field a limit is wrong', async () => {
      const fields = {
        ...{ brand_id: world.ids.brand, code: 'EXACT', kind: 'price', amount: '3.00', currency: 'EUR' },
        ...{ cycles: '', only_cycles: '1m, 1y', only_currencies: 'eur', buyers: 'new', stackable: 'on' },
        ...{ minimum: '20.00', minimum_currency: 'EUR' },
      }
      const wrong = await send('/admin/coupons/new', '/admin/coupons', {
        ...fields,
        product_ids: 'nothing-such',
      })
      assertStatus(wrong, 422)
      assertShows(wrong.text, /names what this brand does not have: nothing-such/)
      const made = await send('/admin/coupons/new', '/admin/coupons', fields)
      assertShows(await follow(made), /Own price/)
      const kept = await one<{
        kind: string
        cycles: number | null
        minimum_minor: bigint
        stackable: number
      }>(sql`select kind, cycles, minimum_minor, stackable from coupons where code = 'EXACT'`)
      assert.deepEqual(
        [kept.kind, kept.cycles, BigInt(kept.minimum_minor), kept.stackable],
        ['price', null, 2_000n, 1],
      )
      const at = made.location!
      assertStatus(await send(at, at, { minimum: '20.00', minimum_currency: '' }), 422)
      await follow(await send(at, at, { uses_max: '7', buyers: 'anyone' }))
      const after = await one<{ uses_max: number; minimum_minor: bigint | null; only_cycles: string }>(
        sql`select uses_max, minimum_minor, only_cycles from coupons where code = 'EXACT'`,
      )
      assert.deepEqual([after.uses_max, after.minimum_minor, after.only_cycles], [7, null, '[]'])
    })

    it('turns a coupon off and on again', async () => {
      const made = await send('/admin/coupons/new', '/admin/coupons', {
        ...{ brand_id: world.ids.brand, code: 'AUTUMN', percent: '10', cycles: '1' },
      })
      await follow(made)
      const at = made.location!
      const retired = async () =>
        (await one<{ status: string }>(sql`select status from coupons where code = 'AUTUMN'`)).status
      await follow(await send(at, `${at}/retire`))
      assert.equal(await retired(), 'retired')
      assertStatus(await send(at, `${at}/retire`), 409)
      await follow(await send(at, `${at}/restore`))
      assert.equal(await retired(), 'active')
    })

    it('finds audit entries by act, record and day, and exports exactly those', async () => {
      const list = await staff.get('/admin/audit?action=coupon.retire&from_day=2026-01-15&to_day=2026-01-15')
      assertStatus(list, 200)
      assert.equal((list.text.match(/<tr id="row-aud_/g) ?? []).length, 1)
      assert.match(list.text, /href="\/admin\/audit\.csv\?action=coupon\.retire&amp;from_day=2026-01-15/)
      const file = await staff.get('/admin/audit.csv?action=coupon.retire&from_day=2026-01-15')
      assertStatus(file, 200)
      const lines = file.text.trim().split('\r\n')
      assert.equal(lines.length, 2)
      assert.match(lines[0]!, /^"occurred_at","action","subject"/)
      assert.match(lines[1]!, /"coupon\.retire","cpn_/)
      assert.match(lines[1]!, /"127\.0\.0\.1"/)
      assert.equal(
        (await staff.get('/admin/audit.csv?from_day=2027-01-01')).text.trim().split('\r\n').length,
        1,
      )
      const entry = await one<{ id: string }>(sql`select id from audit where action = 'coupon.retire'`)
      const page = await staff.get(`/admin/audit/${entry.id}`)
      assertShows(page.text, /status[^]*active[^]*retired/)
      const clerk = await world.signedIn(['audit.read'])
      assertStatus(await clerk.get('/admin/audit.csv'), 403)
    })

    it('lets an event be heard again, on record', async () => {
      const event = await one<{ id: string }>(sql`select id from events where type = 'order.placed'`)
      const at = `/admin/events/${event.id}`
      assertShows(await follow(await send(at, `${at}/replay`)), /order\.placed/)
      const audited = await one<{ n: number }>(
        sql`select count(*) as n from audit where action = 'event.replay' and subject = ${event.id}`,
      )
      assert.equal(audited.n, 1)
      const clerk = await world.signedIn(['event.read'])
      await clerk.get(at)
      assertStatus(await clerk.post(`${at}/replay`), 403)
    })

    it('makes a role, gives it to a new member of staff, and removes it only when nobody has it', async () => {
      const wrong = await send('/admin/roles/new', '/admin/roles', { name: 'Desk', patterns: 'invoce.read' })
      assertStatus(wrong, 422)
      assert.match(wrong.text, /value="Desk"/)
      const made = await send('/admin/roles/new', '/admin/roles', {
        ...{ name: 'Desk', patterns: 'invoice.read\ninvoice.list' },
      })
      assertShows(await follow(made), /invoice\.list/)
      const role = made.location!.split('/').at(-1)!
      const invited = await send('/admin/staff/new', '/admin/staff', {
        ...{ name: 'Dana Desk', email: 'dana@kontor.example', role_id: role },
      })
      assertShows(await follow(invited), /dana@kontor\.example was invited/)
      assertStatus(await send(made.location!, `${made.location!}/remove`), 409)
      const off = await send(invited.location!, `${invited.location!}/disable`)
      assertShows(await follow(off), /can no longer sign in/)
      const row = await one<{ status: string; permissions: string }>(sql`
        select s.status, r.permissions from staff s join roles r on r.id = s.role_id where r.id = ${role}`)
      assert.deepEqual({ ...row }, { status: 'disabled', permissions: '["invoice.read","invoice.list"]' })
    })

    it('adds a server group and switches the maintenance of a server', async () => {
      await follow(
        await send('/admin/servers', '/admin/server-groups', { name: 'North', fill: 'least_used' }),
      )
      assert.equal(
        (await one<{ fill: string }>(sql`select fill from server_groups where name = 'North'`)).fill,
        'least_used',
      )
      assertStatus(
        await send('/admin/servers', '/admin/server-groups', { name: '', fill: 'least_used' }),
        422,
      )
      const at = `/admin/servers/${world.ids.server}`
      await follow(await send(at, `${at}/status/maintain`))
      const status = () =>
        one<{ status: string }>(sql`select status from servers where id = ${world.ids.server}`)
      assert.equal((await status()).status, 'maintenance')
      assertStatus(await send(at, `${at}/status/maintain`), 409)
    })
  })
