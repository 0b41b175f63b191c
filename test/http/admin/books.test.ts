import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { allReports, reconcileBooks } from '../../../core/reports/index.ts'
import { engines } from '../../support/databases.ts'
import { PASSWORD } from '../../support/make.ts'
import type { Reply, WebBrowser } from '../../support/web.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

/** Links in the main part of a page that lead to some address. */
const linksTo = (text: string, path: RegExp): string[] =>
  [...text.slice(text.indexOf('<main')).matchAll(/href="([^"]+)"/g)]
    .map(([, href]) => href!.replaceAll('&amp;', '&'))
    .filter((href) => path.test(href))

for (const engine of engines)
  describe(`the books of the accountant (${engine})`, () => {
    let world: AdminWorld
    let staff: WebBrowser
    before(async () => {
      world = await openAdmin(engine)
      staff = world.staff
    })
    after(() => world.close())

    const open = async (address: string): Promise<string> => {
      const reply = await staff.get(address)
      assertStatus(reply, 200)
      return reply.text.replace(/\s+/g, ' ')
    }
    const send = async (page: string, action: string, fields: Record<string, string>): Promise<Reply> => {
      assertStatus(await staff.get(page), 200)
      return staff.post(action, fields)
    }
    const brand = async (): Promise<string> =>
      (await world.means.db.get<{ brand_id: string }>(
        sql`select brand_id from journals order by id limit 1`,
      ))!.brand_id

    it('opens each account into its journals and those into their documents', async () => {
      const accounts = await open('/admin/ledger')
      assertShows(accounts, /Accounts in EUR.*Sum.*€0\.00/)
      const links = linksTo(accounts, /^\/admin\/ledger\/account\?/)
      assert.ok(links.length >= 4, String(links.length))
      let documents = 0
      for (const link of links) {
        const account = await open(link)
        assertShows(account, /Opening.*Moved.*Closing/)
        const journals = linksTo(account, /^\/admin\/ledger\/journals\/jrn_/)
        assert.ok(journals.length > 0, link)
        await open(journals[0]!)
        for (const document of linksTo(account, /^\/admin\/(invoices|payments)\//)) {
          documents++
          await open(document)
        }
      }
      assert.ok(documents >= 4)
    })

    it('calls the account of a gateway and that of a rate by words, beside the name in the ledger', async () => {
      const named = await world.means.db.get<{ id: string; name: string }>(
        sql`select i.id, i.name from plugin_instances i where exists (select 1 from postings p where p.account like '%' || i.id)`,
      )
      const accounts = await open('/admin/ledger')
      assertShows(accounts, new RegExp(`At the gateway · ${named!.name} ?<.*gateway_clearing:${named!.id}`))
      assertShows(accounts, /Tax · \S+ \d+% ?</)
      assertShows(accounts, /Revenue · Recurring ?</)
    })

    it('shows a trial balance whose debit and credit are equal, as page and as CSV', async () => {
      assertShows(
        await open('/admin/ledger/trial-balance?from=2026-01-01&to=2026-01-31'),
        /Trial balance in EUR/,
      )
      const { text } = await staff.get('/admin/ledger/trial-balance.csv?from=2026-01-01&to=2026-01-31')
      const rows = text
        .trim()
        .split('\r\n')
        .slice(1)
        .map((line) => line.split(','))
      const sum = (column: number) =>
        rows.reduce((total, row) => total + Math.round(Number(row[column]) * 100), 0)
      assert.ok(rows.length > 3)
      assert.equal(sum(4), sum(5))
      assert.equal(sum(6), 0)
    })

    it('hands each journal over once, loads it again, and marks nothing when all are read', async () => {
      const brand_id = await brand()
      const days = { brand_id, from: '2026-01-01', to: '2026-01-31' }
      const backwards = await send('/admin/ledger/exports', '/admin/ledger/exports', {
        ...days,
        to: '2025-12-31',
      })
      assertStatus(backwards, 422)
      const done = await send('/admin/ledger/exports', '/admin/ledger/exports', days)
      assertStatus(done, 303)
      const page = await open('/admin/ledger/exports')
      const [file] = linksTo(page, /^\/admin\/ledger\/exports\/lex_.*csv$/)
      const first = (await staff.get(file!)).text
      const rows = first.trim().split('\r\n').slice(1)
      const counted = await world.means.db.get<{ n: number }>(sql`
        select count(*) as n from postings p join journals j on j.id = p.journal_id where j.brand_id = ${brand_id}`)
      assert.equal(rows.length, counted!.n)
      assert.equal((await staff.get(file!)).text, first)
      const again = await send('/admin/ledger/exports', '/admin/ledger/exports', days)
      assertStatus(again, 409)
      assertShows(again.text.replace(/\s+/g, ' '), /handed over already/)
      const all = (await staff.get('/admin/ledger/journals.csv?from=2026-01-01&to=2026-01-31')).text
      assert.equal(all.trim().split('\r\n').length - 1, rows.length)
    })

    it('puts the accountant’s own number of an account into every export', async () => {
      const seller = await world.means.db.get<{ seller_id: string }>(
        sql`select seller_id from brands where id = ${await brand()}`,
      )
      const fields = { seller_id: seller!.seller_id, account: 'receivable', code: '1400' }
      assertStatus(
        await send('/admin/ledger/exports', '/admin/ledger/codes', { ...fields, code: '=1+1' }),
        422,
      )
      assertStatus(await send('/admin/ledger/exports', '/admin/ledger/codes', fields), 303)
      const { text } = await staff.get('/admin/ledger/journals.csv?from=2026-01-01&to=2026-01-31')
      const lines = text.split('\r\n').filter((line) => line.includes(',receivable,'))
      assert.ok(lines.length > 0 && lines.every((line) => line.includes(',receivable,1400,')))
      assertStatus(await send('/admin/ledger/exports', '/admin/ledger/codes', { ...fields, code: '' }), 303)
      assert.equal((await world.means.db.all(sql`select 1 as one from account_codes`)).length, 0)
    })

    it('opens every row of every report into documents, and writes it as CSV', async () => {
      await open('/admin/reports')
      for (const { key } of allReports) {
        const days = 'from=2026-01-01&to=2026-01-31'
        const page = await open(`/admin/reports/${key}?${days}`)
        const rows = linksTo(page, new RegExp(`^/admin/reports/${key}/documents\\?.*of_`))
        for (const row of rows) {
          const documents = linksTo(await open(row), /^\/admin\/(invoices|payments|services)\/\w+$/)
          assert.ok(documents.length > 0, row)
          await open(documents[0]!)
        }
        const csv = await staff.get(`/admin/reports/${key}.csv?${days}`)
        assertStatus(csv, 200)
        assert.equal(csv.text.trim().split('\r\n').length - 1, rows.length)
      }
      assertStatus(await staff.get('/admin/reports/no-such-report'), 404)
    })

    it('shows the day on which money came beside the day of the books', async () => {
      const invoice = await world.means.db.get<{ id: string }>(
        sql`select id from invoices where status = 'issued' and kind = 'invoice' and proforma = 0 order by id limit 1`,
      )
      const at = `/admin/invoices/${invoice!.id}/payment`
      const fields = { amount: '0.01', reference: 'LATE-1', received_on: '2026-01-03' }
      assertStatus(await send(at, at, { ...fields, received_on: 'soon' }), 422)
      assertStatus(await send(at, at, fields), 303)
      const journal = await world.means.db.get<{ id: string }>(
        sql`select j.id from journals j join payments p on p.id = j.source_id where p.reference = 'LATE-1'`,
      )
      const page = await open(`/admin/ledger/journals/${journal!.id}`)
      assertShows(page, /Day.*15 Jan 2026.*Happened on.*3 Jan 2026/)
      const { text } = await staff.get('/admin/ledger/journals.csv?from=2026-01-01&to=2026-01-31')
      const [head, ...lines] = text.trim().split('\r\n')
      assert.match(head!, /,day,.*,happened_on$/)
      const own = lines.filter((line) => line.startsWith(journal!.id))
      assert.ok(
        own.length >= 2 && own.every((line) => /,2026-01-15,.*,2026-01-03$/.test(line)),
        own.join('\n'),
      )
      // What moved no money outside happened on its day.
      assert.ok(lines.some((line) => /,2026-01-15,invoice_issued,.*,2026-01-15$/.test(line)))
    })

    it('closes a month by page, says at the field why not, and opens it again only with the password and a reason', async () => {
      const brand_id = await brand()
      const early = await send('/admin/ledger/months', '/admin/ledger/months', { brand_id, month: '2026-01' })
      assertStatus(early, 409)
      assertShows(early.text.replace(/\s+/g, ' '), /2026-01 is not over yet/)
      world.means.business.set('2026-02-02T10:00:00.000Z')
      assertStatus(
        await send('/admin/ledger/months', '/admin/ledger/months', { brand_id, month: '2026-01' }),
        303,
      )
      const page = await open('/admin/ledger/months')
      const [reopen] = linksTo(page, /reopen$/)
      world.means.clock.advance(3_600_000)
      assert.match((await staff.get(reopen!)).location ?? '', /^\/admin\/confirm/)
      assertStatus(await staff.post('/admin/confirm', { password: PASSWORD, next: reopen! }), 303)
      assertStatus(await send(reopen!, reopen!, { reason: '' }), 422)
      assertStatus(await send(reopen!, reopen!, { reason: 'A bill was missing' }), 303)
      assertShows(await open('/admin/ledger/months'), /open again/)
      const reader = await world.signedIn(['ledger.read'])
      assertStatus(await reader.get(reopen!), 403)
      world.means.business.set('2026-01-15T10:00:00.000Z')
    })

    it('lists a discrepancy, says what its repair moves, repairs it, and counts it on the board', async () => {
      const id = world.ids.overdue
      const { db } = world.means
      await db.run(sql`update invoices set status = 'paid' where id = ${id}`)
      await reconcileBooks(world.means)
      assertShows(await open('/admin'), /Discrepancies in the books/)
      const list = await open('/admin/reconciler')
      assertShows(list, /State and sums differ/)
      const [repair] = linksTo(list, /repair$/)
      assertShows(await open(repair!), /No money moves: the state follows/)
      const reader = await world.signedIn(['discrepancy.list'])
      assertStatus(await reader.get(repair!), 403)
      assertStatus(await send(repair!, repair!, {}), 303)
      assert.equal(
        (await db.get<{ status: string }>(sql`select status from invoices where id = ${id}`))!.status,
        'issued',
      )
      assertStatus(await send(repair!, repair!, {}), 409)
      assertShows(await open('/admin/reconciler?status=closed'), /repaired/)
      assertStatus(await send('/admin/reconciler', '/admin/reconciler/look', {}), 303)
      assert.equal(world.means.jobs.of('reports.reconcile').length, 1)
    })
  })
