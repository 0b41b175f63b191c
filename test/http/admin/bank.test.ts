import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { engines } from '../../support/databases.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

for (const engine of engines)
  describe(`bank statements on pages of staff (${engine})`, () => {
    let world: AdminWorld
    before(async () => {
      world = await openAdmin(engine)
    })
    after(() => world.close())

    it('takes an account with its mapping, a file, and divides what waits', async () => {
      const { staff, ids, means } = world
      assertStatus(await staff.get('/admin/bank-accounts/new'), 200)
      const fields = {
        ...{ brand_id: ids.brand, name: 'Giro', currency: 'EUR', tolerance: '0.50' },
        ...{ csv_delimiter: ';', csv_skip: '0', csv_day: 'Tag', csv_day_format: 'DD.MM.YYYY' },
        ...{ csv_amount: 'Betrag', csv_decimal: ',', csv_text: 'Zweck' },
      }
      assertStatus(await staff.post('/admin/bank-accounts', { ...fields, currency: 'XXE' }), 422)
      await staff.get('/admin/bank-accounts/new')
      assertStatus(await staff.post('/admin/bank-accounts', fields), 303)
      const account = (await means.db.get<{ id: string; tolerance_minor: bigint; books_sure: number }>(
        sql`select * from bank_accounts`,
      ))!
      assert.deepEqual([account.tolerance_minor, account.books_sure], [50n, 0])

      assertStatus(await staff.get('/admin/bank-lines/import'), 200)
      const send = (content: string) =>
        staff.postParts(
          '/admin/bank-lines/import',
          { account_id: account.id, format: 'csv' },
          { 'u.file': new File([content], 'auszug.csv') },
        )
      const bad = await send('Tag;Betrag;Zweck\n15.01.2026;12.50;Danke\n')
      assertStatus(bad, 422)
      assertShows(bad.text, /Line 2 of the statement/)
      await staff.get('/admin/bank-lines/import')
      assertStatus(await send('Tag;Betrag;Zweck\n15.01.2026;50,00;Danke\n'), 303)
      assertShows((await staff.get('/admin/bank-lines')).text, /Danke/)
      const line = (await means.db.get<{ id: string }>(sql`select id from bank_lines`))!
      const invoice = (await means.db.get<{ number: string }>(
        sql`select number from invoices where id = ${ids.overdue}`,
      ))!
      const at = `/admin/bank-lines/${line.id}`
      assertStatus(await staff.get(at), 200)
      const wrong = await staff.post(`${at}/book`, { 'number[0]': 'INV-0', 'part[0]': '50.00' })
      assertStatus(wrong, 422)
      assertShows(wrong.text, /there is no invoice/)
      await staff.get(at)
      assertStatus(await staff.post(`${at}/book`, { 'number[0]': invoice.number, 'part[0]': '50.00' }), 303)
      assertShows((await staff.get(at)).text, new RegExp(invoice.number))
      assertStatus(await staff.post(`${at}/undo`, { reason: 'Wrong one' }), 303)
      const row = await means.db.get<{ status: string }>(
        sql`select status from invoices where id = ${ids.overdue}`,
      )
      assert.equal(row?.status, 'issued')
      await staff.get(at)
      assertStatus(await staff.post(`${at}/ignore`, { reason: 'Own money' }), 303)
    })
  })
