import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { recordMany, recordPayment, verifyBooks } from '../../../core/billing/index.ts'
import { sql } from '../../../core/db/index.ts'
import { isoDate } from '../../../core/kernel/index.ts'
import { draft, issue, scriptedGateway } from '../../billing/support.ts'
import { engines } from '../../support/databases.ts'
import { staffActor } from '../../support/make.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

for (const engine of engines)
  describe(`what a refund is of, on pages of staff (${engine})`, () => {
    let world: AdminWorld
    let at: string
    before(async () => {
      world = await openAdmin(engine)
      at = `/admin/payments/${world.ids.payment}`
    })
    after(() => world.close())

    const refund = async (fields: Record<string, string>) => {
      assertStatus(await world.staff.get(`${at}/refund`), 200)
      return world.staff.post(`${at}/refund`, { destination: 'recorded', reason: 'Returned', ...fields })
    }
    const newest = async () =>
      (await world.means.db.get<{ id: string; taken_from: string; credit_note_id: string | null }>(
        sql`select id, taken_from, credit_note_id from refunds where payment_id = ${world.ids.payment} order by id desc limit 1`,
      ))!
    const rows = (id: string) =>
      world.means.db.all<{ taken_from: string; amount_minor: bigint }>(
        sql`select taken_from, amount_minor from refund_parts where refund_id = ${id} order by position`,
      )

    it('lets staff choose what pays for a refund', async () => {
      assertShows((await world.staff.get(`${at}/refund`)).text, /name="from"[^>]*value="credit_note"/)
      const both = await refund({ amount: '1.00', from: 'credit', destination: 'credit' })
      assertStatus(both, 422)
      assertStatus(await refund({ amount: '1.00', from: 'goodwill' }), 303)
      assert.equal((await newest()).taken_from, 'goodwill')
    })

    it('says afterwards which document an expense belongs to, with a credit note', async () => {
      const { id } = await newest()
      const page = `${at}/refunds/${id}`
      assertShows((await world.staff.get(at)).text, new RegExp(`href="${page}"`))
      const { invoice_id: document } = (await world.means.db.get<{ invoice_id: string }>(
        sql`select invoice_id from payments where id = ${world.ids.payment}`,
      ))!
      const form = await world.staff.get(page)
      assertShows(form.text, new RegExp(`name="amount\\[${document}\\]"`))
      const wrong = await world.staff.post(`${page}/allot`, { [`amount[${document}]`]: 'much' })
      assertStatus(wrong, 422)
      const tooMuch = await world.staff.post(`${page}/allot`, {
        [`amount[${document}]`]: '1.01',
        [`from[${document}]`]: 'goodwill',
      })
      assertStatus(tooMuch, 422)
      assertShows(tooMuch.text, /value="1\.01"/)
      await world.staff.get(page)
      const none = { [`amount[${document}]`]: '0', [`from[${document}]`]: 'goodwill' }
      assertStatus(await world.staff.post(`${page}/allot`, none), 303)
      assert.deepEqual(await rows(id), [{ taken_from: 'goodwill', amount_minor: 100n }])
      assertShows((await world.staff.get(page)).text, /0 takes its goodwill back/)
      const done = await world.staff.post(`${page}/allot`, {
        [`amount[${document}]`]: '1.00',
        [`from[${document}]`]: 'credit_note',
      })
      assertStatus(done, 303)
      assert.deepEqual(await rows(id), [{ taken_from: 'credit_note', amount_minor: 100n }])
      assertShows((await world.staff.get(page)).text, /A credit note/)
      assertShows((await world.staff.get(at)).text, /Several parts/)
    })

    it('is closed to staff who may not', async () => {
      const { id } = await newest()
      const reader = await world.signedIn(['payment.read'])
      const page = `${at}/refunds/${id}`
      assertStatus(await reader.get(page), 200)
      assertStatus(await reader.post(`${page}/allot`, { 'amount[none]': '1.00' }), 403)
    })

    it('makes a credit note of the lines that were typed, at once or afterwards', async () => {
      const { means, ids, staff } = world
      const client = (await means.db.get<Parameters<typeof draft>[0]>(
        sql`select id, brand_id, currency from clients where id = ${ids.client}`,
      ))!
      const bill = await issue(means, draft(client, { amounts: [1_000n, 2_000n, 3_000n] }))
      const pays = { ...means, plugins: scriptedGateway([]) }
      const payment = await recordPayment(
        pays,
        { invoice_id: bill.id, amount_minor: '7140', reference: 'BANK-3' },
        staffActor(),
      )
      const own = `/admin/payments/${payment.id}`
      const page = (await staff.get(`${own}/refund`)).text
      assertShows(page, /Amounts of a credit note by line.*placeholder="Left: €20\.00"/s)
      const line = (position: number) => `line[${bill.id}:${position}]`
      const post = async (fields: Record<string, string>) => {
        assertStatus(await staff.get(`${own}/refund`), 200)
        return staff.post(`${own}/refund`, { destination: 'recorded', reason: 'Returned', ...fields })
      }
      const notes = () =>
        means.db.all<{ total_minor: bigint; taken: string }>(sql`
          select n.total_minor, (select min(l.trace) from invoice_lines l where l.invoice_id = n.id) as taken from invoices n
          where n.corrects_id = ${bill.id} order by n.id`)
      const none = await post({ amount: '11.90', from: 'credit_note', [line(1)]: 'much' })
      assertStatus(none, 422)
      assertShows(none.text, /value="much".*Must be an amount such as 24\.00/s)
      const other = await post({ amount: '11.90', from: 'goodwill', [line(1)]: '10.00' })
      assertStatus(other, 422)
      assertShows(other.text, /Lines are credited by a credit note/)
      const beyond = await post({ amount: '11.91', from: 'credit_note', [line(1)]: '10.00' })
      assertStatus(beyond, 422)
      assertShows(beyond.text, /11\.90 EUR/)
      assert.deepEqual(await notes(), [])
      assertStatus(await post({ amount: '11.90', from: 'credit_note', [line(1)]: '10.00' }), 303)
      assert.deepEqual(
        (await notes()).map(({ total_minor }) => total_minor),
        [-1_190n],
      )
      // Goodwill first, and afterwards half of the second line.
      assertStatus(await post({ amount: '11.90', from: 'goodwill' }), 303)
      const { id } = (await means.db.get<{ id: string }>(
        sql`select id from refunds where payment_id = ${payment.id} order by id desc limit 1`,
      ))!
      const form = (await staff.get(`${own}/refunds/${id}`)).text
      assert.ok(!form.includes(line(1)))
      assertShows(form, /placeholder="Left: €20\.00"/)
      const said = {
        ...{ [`amount[${bill.id}]`]: '11.90', [`from[${bill.id}]`]: 'credit_note' },
        [line(2)]: '10.00',
      }
      assertStatus(await staff.post(`${own}/refunds/${id}/allot`, said), 303)
      const all = await notes()
      assert.deepEqual(
        all.map(({ total_minor }) => total_minor),
        [-1_190n, -1_190n],
      )
      assert.notEqual(all[0]!.taken, all[1]!.taken)
      assert.deepEqual(await verifyBooks(means.db, isoDate('2026-01-15')), [])
    })

    /** Two documents of 59.50 each, paid by one payment. */
    const paidTogether = async (reference: string) => {
      const client = (await world.means.db.get<Parameters<typeof draft>[0]>(
        sql`select id, brand_id, currency from clients where id = ${world.ids.client}`,
      ))!
      const bill = () => issue(world.means, draft(client, { amounts: [5_000n] }))
      const [one, two] = [(await bill()).id, (await bill()).id]
      const pays = { ...world.means, plugins: scriptedGateway([]) }
      const wish = { invoice_ids: [one, two], amount_minor: '11900', reference }
      const { id } = await recordMany(pays, wish, staffActor())
      const written = async () => {
        const rows = await world.means.db.all<{ id: string }>(sql`
          select id from refunds where payment_id = ${id}
          union all select id from invoices where corrects_id in (${one}, ${two})
          union all select p.id from refund_parts p join refunds r on r.id = p.refund_id where r.payment_id = ${id}`)
        return rows.length
      }
      return { one, two, own: `/admin/payments/${id}`, paymentId: id, written }
    }

    it('refuses amounts at lines of a document that the refund is not of', async () => {
      const { one, two, own, written } = await paidTogether('BANK-4')
      const asked = async (fields: Record<string, string>) => {
        await world.staff.get(`${own}/refund`)
        const form = { destination: 'recorded', reason: 'Returned', amount: '11.90', ...fields }
        return world.staff.post(`${own}/refund`, form)
      }
      const line = { [`line[${two}:1]`]: '10.00' }
      const wrong = [
        { invoice_id: one, from: 'credit_note', ...line },
        { from: 'goodwill', ...line },
        { invoice_id: two, from: 'credit_note', [`line[${two}:9]`]: '10.00' },
      ]
      for (const fields of wrong) assertStatus(await asked(fields), 422)
      assertShows(
        (await asked(wrong[0]!)).text,
        /value="10\.00"[^>]*aria-invalid.*No credit note is issued over/s,
      )
      assert.equal(await written(), 0)
      assertStatus(await asked({ invoice_id: two, from: 'credit_note', ...line }), 303)
      const notes = await world.means.db.all(
        sql`select corrects_id, total_minor from invoices where corrects_id in (${one}, ${two})`,
      )
      assert.deepEqual(notes, [{ corrects_id: two, total_minor: -1_190n }])
    })

    it('refuses amounts at lines of a document that is left out when a refund is allotted', async () => {
      const { one, two, own, paymentId, written } = await paidTogether('BANK-5')
      await world.staff.get(`${own}/refund`)
      const goodwill = { destination: 'recorded', reason: 'Returned', amount: '11.90', from: 'goodwill' }
      assertStatus(await world.staff.post(`${own}/refund`, goodwill), 303)
      const { id } = (await world.means.db.get<{ id: string }>(
        sql`select id from refunds where payment_id = ${paymentId}`,
      ))!
      const allot = async (fields: Record<string, string>) => {
        await world.staff.get(`${own}/refunds/${id}`)
        return world.staff.post(`${own}/refunds/${id}/allot`, fields)
      }
      const line = { [`line[${two}:1]`]: '10.00' }
      const amounts = { [`amount[${one}]`]: '11.90', [`from[${one}]`]: 'credit_note' }
      const before = await written()
      const stray = await allot({ ...amounts, ...line })
      assertStatus(stray, 422)
      assertShows(stray.text, /value="10\.00"[^>]*aria-invalid.*No credit note is issued over/s)
      const empty = { [`amount[${two}]`]: '', [`from[${two}]`]: 'credit_note' }
      assertStatus(await allot({ ...empty, ...line }), 422)
      assert.equal(await written(), before)
      assertStatus(await allot({ ...empty, [`amount[${two}]`]: '11.90', ...line }), 303)
    })

    it('shows the lines of one document at a time, however many a payment paid', async () => {
      const { one, two, own, paymentId } = await paidTogether('BANK-6')
      const linesOf = (text: string, id: string) => text.includes(`name="line[${id}:1]"`)
      const shown = (text: string) => [linesOf(text, one), linesOf(text, two)]
      const bare = (await world.staff.get(`${own}/refund`)).text
      assert.deepEqual(shown(bare), [false, false])
      assertShows(bare, /<select[^>]*name="document"/)
      const chosen = (await world.staff.get(`${own}/refund?document=${two}`)).text
      assert.deepEqual(shown(chosen), [false, true])
      assertShows(chosen, new RegExp(`name="invoice_id".*value="${two}"[^>]*selected`, 's'))
      const other = await paidTogether('BANK-7')
      const foreign = await world.staff.get(`${own}/refund?document=${other.one}`)
      assert.ok(!linesOf(foreign.text, other.one))
      assert.deepEqual(shown(foreign.text), [false, false])
      const wrong = { destination: 'recorded', reason: 'Returned', amount: 'much', from: 'credit_note' }
      const typed = { ...wrong, invoice_id: two, [`line[${two}:1]`]: '10.00' }
      const again = await world.staff.post(`${own}/refund?document=${two}`, typed)
      assertStatus(again, 422)
      assertShows(again.text, /value="10\.00"/)
      await world.staff.get(`${own}/refund`)
      const expense = { ...wrong, amount: '11.90', from: 'goodwill' }
      assertStatus(await world.staff.post(`${own}/refund`, expense), 303)
      const { id } = (await world.means.db.get<{ id: string }>(
        sql`select id from refunds where payment_id = ${paymentId}`,
      ))!
      const page = `${own}/refunds/${id}`
      assert.deepEqual(shown((await world.staff.get(page)).text), [false, false])
      const some = (await world.staff.get(`${page}?document=${one}`)).text
      assert.deepEqual(shown(some), [true, false])
      assertShows(some, new RegExp(`name="amount\\[${two}\\]"`))
    })

    it('is the client’s credit when a credit note was issued with it', async () => {
      assertStatus(await refund({ amount: '1.00', from: 'credit' }), 303)
      assert.equal((await newest()).taken_from, 'credit')
    })
  })
