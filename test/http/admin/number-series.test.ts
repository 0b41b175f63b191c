import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { makeBrand } from '../../support/make.ts'
import { engines } from '../../support/databases.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

const AT = '/admin/number-series/change'

for (const engine of engines)
  describe(`numbers of documents in the desk (${engine})`, () => {
    let world: AdminWorld
    before(async () => {
      world = await openAdmin(engine)
    })
    after(() => world.close())

    const list = async () => {
      const reply = await world.staff.get('/admin/number-series')
      assertStatus(reply, 200)
      return reply.text.replace(/\s+/g, ' ')
    }
    const change = async (more: Record<string, string>) => {
      assertStatus(await world.staff.get(`${AT}?brand=${world.ids.brand}`), 200)
      const look = {
        kind: 'quote',
        year: '2026',
        head: 'AN-{yy}-',
        digits: '4',
        first_month: '1',
        first_number: '71',
      }
      return world.staff.post(AT, { brand_id: world.ids.brand, ...look, ...more })
    }

    it('shows the next number of each kind, of series that were never begun too', async () => {
      const text = await list()
      assert.match(text, /Invoices<\/a>.*?>2026<.*?INV-2026-0000[2-9].*?in use/)
      assert.match(text, /Quotes<\/a>.*?>2026<.*?QUO-2026-00001.*?not begun/)
      assert.match(text, new RegExp(`change\\?brand=${world.ids.brand}&amp;kind=invoice&amp;year=2027`))
      assert.match(text, new RegExp(`change\\?brand=${world.ids.brand}&amp;kind=quote&amp;year=2026`))
    })

    it('changes what was not begun, with the form filled in as the series stands', async () => {
      const form = await world.staff.get(`${AT}?brand=${world.ids.brand}&kind=quote&year=2026`)
      assertShows(form.text, /value="QUO-\{year\}-"/)
      assertShows(form.text, /As it stands now: QUO-2026-00001/)
      const reply = await change({})
      assertStatus(reply, 303)
      assert.match(await list(), /Quotes<\/a>.*?AN-26-0071/)
      const audited = await world.means.db.get<{ n: number }>(
        sql`select count(*) as n from audit where action = 'number_series.change'`,
      )
      assert.equal(Number(audited!.n), 1)
      const next = await change({ kind: 'invoice', year: '2027', head: 'R{year}/' })
      assertStatus(next, 303)
      assert.match(await list(), /Invoices<\/a>.*?>2027<.*?R2027\/0071.*?not begun/)
    })

    it('counts by the financial year where a series begins with another month', async () => {
      const form = await world.staff.get(`${AT}?brand=${world.ids.brand}&kind=proforma&year=2027`)
      assertShows(form.text, /<option value="4" ?>April<\/option>/)
      assertShows(form.text, /<option value="1" selected>January<\/option>/)
      assertStatus(await change({ kind: 'proforma', year: '2027', head: 'P/{FY}/', first_month: '4' }), 303)
      assert.match(await list(), /Proformas<\/a>.*?>2027-28<.*?P\/2027-28\/0071.*?not begun/)
      await world.means.db.run(sql`update sellers set country = 'IN'`)
      const long = await change({ kind: 'invoice', year: '2028', head: 'INVOICE/{FY}/', first_month: '4' })
      await world.means.db.run(sql`update sellers set country = 'DE'`)
      assertStatus(long, 422)
      assertShows(
        long.text,
        /Makes numbers of more than the 16 characters that the country of the seller allows/,
      )
    })

    it('refuses what has begun, what meets another series, and a head without a year, with what was typed', async () => {
      const begun = await change({ kind: 'invoice', head: 'KH-{year}-' })
      assertStatus(begun, 409)
      assertShows(begun.text, /Documents of 2026 have numbers of this series already.*from the next year on/)
      assertShows(begun.text, /value="KH-\{year\}-"/)
      const meets = await change({ kind: 'receipt', head: 'INV-{year}-' })
      assertStatus(meets, 409)
      assertShows(meets.text, /could meet those of another series/)
      const bare = await change({ kind: 'receipt', head: 'R-' })
      assertStatus(bare, 422)
      assertShows(bare.text, /Needs the year as year, yy or FY in curly brackets/)
      assertStatus(await change({ kind: 'receipt', year: '2025' }), 422)
      assertStatus(await change({ kind: 'receipt', digits: '' }), 422)
    })

    it('names the shop where there are several, and is changed by nobody who may only look', async () => {
      await makeBrand(world.means, { name: 'Second Shop' })
      assert.match(await list(), /Second Shop/)
      const clerk = await world.signedIn(['number_series.list'])
      const seen = await clerk.get('/admin/number-series')
      assertStatus(seen, 200)
      assert.doesNotMatch(seen.text, /number-series\/change/)
      assertStatus(await clerk.get(AT), 403)
      assertStatus(await world.staff.get(`${AT}?brand=brd_00000000000000000000000000`), 404)
    })
  })
