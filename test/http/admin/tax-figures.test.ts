import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { closeMonth, creditInvoice, verifyBooks, voidInvoice } from '../../../core/billing/index.ts'
import { addTaxPreset } from '../../../core/brands/index.ts'
import { enterRate } from '../../../core/catalog/index.ts'
import { sql } from '../../../core/db/index.ts'
import { isoDate } from '../../../core/kernel/index.ts'
import { allReports, exportLedger } from '../../../core/reports/index.ts'
import { draft, issue } from '../../billing/support.ts'
import { engines } from '../../support/databases.ts'
import { makeBrand, makeClient, makeSeller, staffActor } from '../../support/make.ts'
import {
  walkExports,
  walkLedger,
  walkMonths,
  walkOss,
  walkReports,
  type Open,
} from '../../support/walk-figures.ts'
import { assertStatus, openAdmin, type AdminWorld } from './support.ts'

const notes = { reverse_charge: { en: 'R' }, abroad: { en: 'A' }, india_export: { en: 'L' } }
const staff = staffActor()

for (const engine of engines)
  describe(`figures of several sellers, states and currencies open into what they are made of (${engine})`, () => {
    let world: AdminWorld
    let seller: string
    const brands: Record<'EUR' | 'SEK' | 'JPY' | 'KWD', string> = { EUR: '', SEK: '', JPY: '', KWD: '' }
    before(async () => {
      world = await openAdmin(engine)
      await fill()
    })
    after(() => world.close())

    const open: Open = async (address) => {
      const reply = await world.staff.get(address)
      assertStatus(reply, 200)
      return reply.text
    }
    const sell = async (currency: keyof typeof brands, country: string, amounts: bigint[]) => {
      const { means } = world
      const client = await makeClient(means, { brand_id: brands[currency], country, currency })
      if (country === 'IE') await keepValidTaxId(client.id)
      const period = { periodStart: isoDate('2026-01-01'), periodEnd: isoDate('2027-01-01') }
      const of = draft(client, { amounts, currency })
      return issue(means, { ...of, lines: of.lines.map((line) => ({ ...line, ...period })) })
    }
    /** Its tax is the buyer's to pay: no part of the return. */
    const keepValidTaxId = (id: string) =>
      world.means.db.run(sql`
        update clients set tax_id = 'IE6388047V', tax_id_valid_for = 'IE:IE6388047V', tax_id_valid_through = '2026-12-31',
          tax_id_checked_at = '2026-01-01T00:00:00.000Z' where id = ${id}`)
    /** Two quarters: sales in four currencies and six countries, and in the second what corrects the first. */
    async function fill(): Promise<void> {
      const { means } = world
      seller = (await makeSeller(means, { name: 'Hafen AB' })).id
      for (const currency of ['EUR', 'SEK', 'JPY', 'KWD'] as const)
        brands[currency] = (
          await makeBrand(means, {
            ...{ seller_id: seller, name: `Hafen ${currency}`, currency },
            currencies: JSON.stringify([currency]),
          })
        ).id
      await addTaxPreset(
        means,
        { seller_id: seller, preset: 'eu', starts_on: '2020-01-01', oss: true, notes },
        staff,
      )
      const french = await sell('EUR', 'FR', [3_333n, 1_667n, -100n])
      const finnish = await sell('EUR', 'FI', [9_999n])
      for (const country of ['DE', 'US', 'IE', 'AT', 'FR']) await sell('EUR', country, [1_001n])
      const swedish = await sell('SEK', 'SE', [5n, 5n, 5n])
      for (const amount of [5n, 15n, 25n]) await sell('SEK', 'SE', [amount])
      await sell('JPY', 'IT', [1_005n])
      await sell('KWD', 'ES', [1_234_567n, 3n])
      for (const [currency, rate] of Object.entries({ SEK: '10', JPY: '160.5', KWD: '0.35123' }))
        await enterRate(means, { base: 'EUR', currency, valid_on: '2026-01-14', rate }, staff)
      means.business.set('2026-04-10T10:00:00.000Z')
      const half = [{ position: 1, amount_minor: '1111' }]
      await creditInvoice(means, { invoice_id: french.id, lines: half, reason: 'Part' }, staff)
      await creditInvoice(means, { invoice_id: swedish.id, reason: 'All' }, staff)
      await voidInvoice(means, { invoice_id: finnish.id, reason: 'Never wanted' }, staff)
      await sell('KWD', 'ES', [7n])
    }

    it('in the one-stop shop, to the cent of the return', async () => {
      const of = (quarter: number) => walkOss(open, `seller_id=${seller}&year=2026&quarter=${quarter}`)
      // Rows: AT, FI, FR, ES, IT and SE, with four figures each, and two sums.
      assert.equal((await of(1)).figures, 26)
      // Now ES, and as corrections FI, FR and SE.
      assert.equal((await of(2)).figures, 18)
    })

    it('in reports of each brand, and of all', async () => {
      const keys = allReports.map(({ key }) => key)
      for (const brand of ['', ...Object.values(brands)]) {
        const days = `from=2026-01-01&to=2026-04-30${brand && `&brand=${brand}`}`
        assert.ok((await walkReports(open, keys, days)).figures >= 10, brand)
        assert.ok((await walkLedger(open, days)).figures >= 8, brand)
      }
    })

    it('in months that are closed, opened again and closed, for two brands', async () => {
      const { means } = world
      for (const brand_id of [brands.EUR, brands.KWD])
        for (const month of ['2026-01', '2026-02', '2026-03'])
          await closeMonth(means, { brand_id, month }, staff)
      // Six months, each with what waits and what moved.
      assert.equal((await walkMonths(open)).figures, 12)
      const reader = await world.signedIn(['ledger.read'])
      const page = await reader.get('/admin/ledger/months')
      assert.doesNotMatch(page.text, /href="\/admin\/reports\/deferred_income/)
    })

    it('in exports, whose file and journals are the same', async () => {
      const { means } = world
      const days = { from: '2026-01-01', to: '2026-04-30' }
      for (const brand_id of [brands.EUR, brands.JPY]) await exportLedger(means, { brand_id, ...days }, staff)
      const walked = await walkExports(open, open)
      assert.equal(walked.figures, 6)
      const [counted] = await means.db.all<{ n: number }>(sql`select count(*) as n from exported_journals`)
      assert.equal(walked.documents.size, counted!.n)
    })

    it('in books in which verify finds nothing', async () => {
      assert.deepEqual(await verifyBooks(world.means.db, isoDate('2026-04-10')), [])
    })
  })
