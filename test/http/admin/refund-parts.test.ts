import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { engines } from '../../support/databases.ts'
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

    it('is the client’s credit when a credit note was issued with it', async () => {
      assertStatus(await refund({ amount: '1.00', from: 'credit' }), 303)
      assert.equal((await newest()).taken_from, 'credit')
    })
  })
