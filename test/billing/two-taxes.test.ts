import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { words } from '../../core/app/wire/words.ts'
import { createTaxRule } from '../../core/brands/index.ts'
import { getInvoice, issueDocument, verifyBooks } from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { getFile } from '../../core/files/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { linesOf, readPdf } from '../render/pdf/read-pdf.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { makeBrand, makeClient, makeMembership, makeUser, staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { startWeb, type Web } from '../support/web.ts'
import { signedIn, textOf } from '../http/portal/shop.ts'
import { actor, draft, issue } from './support.ts'

for (const engine of engines) {
  describe(`an invoice into Quebec (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let web: Web
    let client: Awaited<ReturnType<typeof makeClient>>
    let user: Awaited<ReturnType<typeof makeUser>>
    let id: string

    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db)
      web = await startWeb(means)
      const brand = await makeBrand(means)
      const rule = {
        seller_id: brand.seller_id,
        country: 'CA',
        tax_class: 'standard',
        starts_on: '2020-01-01',
      }
      await createTaxRule(means, { ...rule, name: 'GST', rate_ppm: 50_000 }, staffActor())
      const second = { ...rule, region: 'QC', name: 'QST', rate_ppm: 99_750, level: 2 }
      await createTaxRule(means, second, staffActor())
      client = await makeClient(means, { brand_id: brand.id, country: 'CA', region: 'QC' })
      user = await makeUser(means, { realm_id: brand.realm_id })
      await makeMembership(means, { client_id: client.id, user_id: user.id })
      id = (await issue(means, draft(client, { amounts: [8_000n, 2_000n] }))).id
    })
    after(async () => {
      await web.close()
      await database.remove()
    })

    test('bears each tax in a row of its own, and its lines name both', async () => {
      const invoice = await getInvoice(means.db, id, actor)
      assert.deepEqual(
        invoice.taxes.map((tax) => [tax.tax_name, tax.rate_ppm, tax.level, tax.net_minor, tax.tax_minor]),
        [
          ['GST', 50_000, 1, 10_000n, 500n],
          ['QST', 99_750, 2, 10_000n, 998n],
        ],
      )
      assert.deepEqual(
        [invoice.subtotal_minor, invoice.tax_minor, invoice.total_minor],
        [10_000n, 1_498n, 11_498n],
      )
      // 80.00: 4.00 and 7.98; 20.00: 1.00 and 1.995, rounded alone 2.00.
      assert.deepEqual(
        invoice.lines.map((line) => [line.tax_name, line.tax_rate_ppm, line.tax_minor]),
        [
          ['GST + QST', 149_750, 1_198n],
          ['GST + QST', 149_750, 300n],
        ],
      )
    })

    test('stands in the ledger with an account for each tax, and the books are right', async () => {
      assert.deepEqual(
        await means.db.all(sql`
          select p.account, p.amount_minor from postings p join journals j on j.id = p.journal_id
          where j.source_id = ${id} and p.account like 'tax:%' order by p.account`),
        [
          { account: 'tax:GST:50000', amount_minor: -500n },
          { account: 'tax:QST:99750', amount_minor: -998n },
        ],
      )
      assert.deepEqual(await verifyBooks(means.db, isoDate('2026-01-15')), [])
    })

    test('says both in its PDF and its mail', async () => {
      const printing = { ...means, translator: (locale: string) => words().translator(locale) }
      await issueDocument(printing, { invoice_id: id })
      const file = await getFile(means.db, (await getInvoice(means.db, id, actor)).file_id!)
      const lines = readPdf(await means.files.read(file!.sha256)).pages.flatMap(linesOf)
      assert.ok(lines.includes('Tax Rate Taken on Tax amount'))
      assert.ok(lines.includes('GST 5% €100.00 €5.00'))
      assert.ok(lines.includes('QST 9.975% €100.00 €9.98'))
      const [mail] = means.jobs.of('mail.send') as { data: { taxes: object[] } }[]
      assert.deepEqual(mail!.data.taxes, [
        { name: 'GST', amount: { minor: '500', currency: 'EUR' } },
        { name: 'QST', amount: { minor: '998', currency: 'EUR' } },
      ])
    })

    test('says both on the page of the client', async () => {
      const browser = await signedIn(web, user)
      const shown = textOf((await browser.get(`/portal/invoices/${id}`)).text)
      assert.match(shown, /GST 5 % of €100\.00 €5\.00 QST 9\.975 % of €100\.00 €9\.98 Total €114\.98/)
    })
  })
}
