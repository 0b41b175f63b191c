import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { verifyBooks } from '../../../core/billing/index.ts'
import { sql } from '../../../core/db/index.ts'
import { isoDate } from '../../../core/kernel/index.ts'
import { allReports } from '../../../core/reports/index.ts'
import { engines } from '../../support/databases.ts'
import { walkLedger, walkReports } from '../../support/walk-figures.ts'
import type { WebBrowser } from '../../support/web.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

const JANUARY = 'from=2026-01-01&to=2026-01-31'

type Row = Readonly<Record<string, string>>

/** Cents of a decimal of a file, without a float in between. */
const cents = (text: string): bigint => (text === '' ? 0n : BigInt(text.replace('.', '')))
const sumOf = (rows: readonly Row[], column: string): bigint =>
  rows.reduce((sum, row) => sum + cents(row[column]!), 0n)

for (const engine of engines)
  describe(`the walk of an accountant, without a developer (${engine})`, () => {
    let world: AdminWorld
    let staff: WebBrowser
    let brand: string
    before(async () => {
      world = await openAdmin(engine)
      staff = world.staff
      brand = world.ids.brand
    })
    after(() => world.close())

    const open = async (address: string): Promise<string> => {
      const reply = await staff.get(address)
      assertStatus(reply, 200)
      return reply.text.replace(/\s+/g, ' ')
    }
    /** Opens the form, sends it, and reads the page to which it leads. */
    const act = async (
      page: string,
      action: string,
      fields: Record<string, string> = {},
    ): Promise<string> => {
      await open(page)
      const reply = await staff.post(action, fields)
      assertStatus(reply, 303)
      const text = await open(reply.location!)
      return `${reply.location!} ${text}`
    }
    const file = async (address: string): Promise<Row[]> => {
      const reply = await staff.get(address)
      assertStatus(reply, 200)
      const [head, ...lines] = reply.text
        .trim()
        .split('\r\n')
        .map((line) => line.split(','))
      return lines.map((line) => Object.fromEntries(head!.map((name, i) => [name, line[i]!])))
    }
    const links = (text: string, path: RegExp): string[] =>
      [...text.slice(text.indexOf('<main')).matchAll(/href="([^"]+)"/g)]
        .map(([, href]) => href!.replaceAll('&amp;', '&'))
        .filter((href) => path.test(href))
    const newInvoice = async (price: string): Promise<string> => {
      const { client } = world.ids
      const lines = {
        'description[0]': 'Consulting',
        'quantity[0]': '1',
        'unit[0]': price,
        'tax_class[0]': 'standard',
      }
      const draft = await act(`/admin/invoices/new?client=${client}`, '/admin/invoices', {
        client_id: client,
        due_on: '2026-02-01',
        ...lines,
      })
      const address = /^\S+/.exec(draft)![0]
      assertShows(await act(address, `${address}/issue`), /was issued/)
      return address
    }
    const pay = async (invoice: string, amount: string, reference: string): Promise<string> => {
      assertShows(
        await act(`${invoice}/payment`, `${invoice}/payment`, { amount, reference }),
        /payment was recorded/i,
      )
      const id = invoice.split('/').at(-1)!
      return (await world.means.db.get<{ id: string }>(
        sql`select id from payments where invoice_id = ${id} order by id desc limit 1`,
      ))!.id
    }
    const trial = (days: string): Promise<Row[]> => file(`/admin/ledger/trial-balance.csv?${days}`)

    let januaryTrial: Row[]
    let late: string

    it('issues, corrects, refunds and writes off', async () => {
      const wrong = await newInvoice('100.00')
      assertShows(await act(`${wrong}/credit`, `${wrong}/credit`, { reason: 'Wrong price' }), /credit/i)
      const part = await newInvoice('30.00')
      assertShows(await open(`${part}/credit`), /name="line_1"/)
      const none = await staff.post(`${part}/credit`, { reason: 'Part', line_1: 'much' })
      assertStatus(none, 422)
      assertShows(none.text.replace(/\s+/g, ' '), /Must be an amount such as 24\.00/)
      await act(`${part}/credit`, `${part}/credit`, { reason: 'Part', line_1: '10.00' })
      // 10.00 and its 19 % of 35.70: what is left is owed, and is all that the page offers now.
      assertShows(await open(part), /23\.80/)
      assertShows(await open(`${part}/credit`), /Left: €20\.00/)
      await act(`${part}/credit`, `${part}/credit`, { reason: 'The rest' })
      // The corrected document leads to its notes, each with what it took and why, and a note back to it by its number.
      const corrected = await open(part)
      assertShows(corrected, /Credit notes.*Part.*−€11\.90.*The rest.*−€23\.80/)
      const [number] = /INV-\d+-\d+/.exec(corrected)!
      const note = /correction-(inv_\w+)/.exec(corrected)![1]!
      assertShows(await open(`/admin/invoices/${note}`), new RegExp(`Corrects.*href="${part}">${number}<`))
      const right = await newInvoice('80.00')
      const payment = await pay(right, '95.20', 'BANK-80')
      const back = { amount: '20.00', destination: 'recorded', reason: 'Goodwill' }
      assertShows(
        await act(`/admin/payments/${payment}/refund`, `/admin/payments/${payment}/refund`, back),
        /refund was made/i,
      )
      const lost = await newInvoice('50.00')
      await act(`${lost}/write-off`, `${lost}/write-off`, { reason: 'Insolvent' })
      late = await newInvoice('60.00')
      const accounts = await open('/admin/ledger')
      for (const account of ['write_offs', 'refunds', 'receivable', 'revenue:manual', 'tax:VAT:190000'])
        assertShows(accounts, new RegExp(account))
    })

    it('closes the month', async () => {
      world.means.business.set('2026-02-03T10:00:00.000Z')
      assertShows(
        await act('/admin/ledger/months', '/admin/ledger/months', { brand_id: brand, month: '2026-01' }),
        /2026-01 is closed/,
      )
      januaryTrial = await trial(JANUARY)
      assert.equal(sumOf(januaryTrial, 'debit'), sumOf(januaryTrial, 'credit'))
      assert.equal(sumOf(januaryTrial, 'closing'), 0n)
    })

    it('books what arrives late on its own day and leaves the closed month as it is', async () => {
      await pay(late, '71.40', 'BANK-60')
      assert.deepEqual(await trial(JANUARY), januaryTrial)
      const february = await trial('from=2026-02-01&to=2026-02-28')
      const receivable = february.find((row) => row.account === 'receivable')!
      assert.deepEqual([receivable.debit, receivable.credit], ['0.00', '71.40'])
    })

    it('exports the month in double entry, and every account of the export is that of the trial balance', async () => {
      await act('/admin/ledger/exports', '/admin/ledger/exports', {
        brand_id: brand,
        from: '2026-01-01',
        to: '2026-01-31',
      })
      const [address] = links(await open('/admin/ledger/exports'), /\/exports\/lex_\w+\.csv$/)
      const rows = await file(address!)
      const journals = Map.groupBy(rows, (row) => row.journal_id!)
      for (const [id, postings] of journals)
        assert.equal(sumOf(postings, 'debit'), sumOf(postings, 'credit'), id)
      for (const row of januaryTrial) {
        const mine = rows.filter((posting) => posting.account === row.account)
        assert.equal(sumOf(mine, 'debit'), cents(row.debit!), row.account)
        assert.equal(sumOf(mine, 'credit'), cents(row.credit!), row.account)
      }
    })

    it('finds each figure of the reports in the trial balance', async () => {
      const moved = (account: string): bigint =>
        januaryTrial
          .filter((row) => row.account!.startsWith(account))
          .reduce((sum, row) => sum + cents(row.credit!) - cents(row.debit!), 0n)
      const report = (key: string): Promise<Row[]> => file(`/admin/reports/${key}.csv?${JANUARY}`)
      assert.equal(sumOf(await report('tax'), 'tax'), moved('tax:'))
      assert.equal(sumOf(await report('products'), 'net'), moved('revenue:') + moved('deferred:'))
      assert.equal(sumOf(await report('countries'), 'net'), moved('revenue:') + moved('deferred:'))
      assert.equal(sumOf(await report('deferred_income'), 'closing'), moved('deferred:'))
      const receivable = januaryTrial.find((row) => row.account === 'receivable')!
      assert.equal(sumOf(await report('aged_debt'), 'owed'), cents(receivable.closing!))
    })

    it('opens a figure of each report into its documents, and a document into its journals', async () => {
      for (const { key } of allReports) {
        const rows = links(
          await open(`/admin/reports/${key}?${JANUARY}`),
          new RegExp(`^/admin/reports/${key}/documents`),
        )
        if (!key.startsWith('mrr')) assert.ok(rows.length > 0, key)
        for (const row of rows) {
          const [document] = links(await open(row), /^\/admin\/(invoices|payments|services)\/\w+$/)
          assert.ok(document, row)
          const page = await open(document)
          if (document.includes('/invoices/')) assertShows(page, /\/admin\/ledger\/journals\/jrn_/)
        }
      }
    })

    it('adds up what every figure opens to the figure itself', async () => {
      const keys = allReports.map(({ key }) => key)
      const reports = await walkReports(open, keys, JANUARY)
      const ledger = await walkLedger(open, 'from=2026-02-01&to=2026-02-28')
      assert.ok(reports.figures > 30, String(reports.figures))
      assert.ok(ledger.figures > 30, String(ledger.figures))
    })

    it('gives an authority its XRechnung, and says in plain words what is missing for it', async () => {
      await world.means.db.run(sql`update sellers set tax_id = 'DE123456788'`)
      const { client } = world.ids
      const leitweg = '04011000-12345-34'
      const facts = { mode: 'offer', standard: 'xrechnung', buyer_reference: leitweg }
      await act(`/admin/clients/${client}/e-invoice`, `/admin/clients/${client}/e-invoice`, {
        ...facts,
        electronic_address: `0204:${leitweg}`,
      })
      assertShows(
        await open(`/admin/clients/${client}/e-invoice`),
        /<option value="xrechnung" selected>XRechnung/,
      )
      const early = await staff.get(`${await newInvoice('10.00')}.xml`)
      assertStatus(early, 422)
      assertShows(early.text, /seller\.iban is needed.*Settings → Documents → Seller on e-invoices/s)
      await act('/admin/settings', '/admin/settings/documents', {
        drawn: 'billing.e_invoice_seller',
        'values[billing__e_invoice_seller.contact]': 'A. Quay',
        'values[billing__e_invoice_seller.phone]': '+49 30 1234',
        'values[billing__e_invoice_seller.iban]': 'DE75512108001245126199',
        'values[billing__e_invoice_seller.address]': '9930:DE123456788',
      })
      const twin = await staff.get(`${await newInvoice('10.00')}.xml`)
      assertStatus(twin, 200)
      assertShows(twin.text, /kosit:xrechnung_3\.0/)
    })

    it('leaves books in which verify finds nothing', async () => {
      assert.deepEqual(await verifyBooks(world.means.db, isoDate('2026-02-03')), [])
    })
  })
