import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { words } from '../../../core/app/wire/words.ts'
import {
  creditInvoice,
  getInvoice,
  keepDocument,
  readEInvoice,
  setEInvoiceFacts,
  verifyBooks,
} from '../../../core/billing/index.ts'
import { eInvoiceSeller } from '../../../core/billing/settings.ts'
import { enterRate } from '../../../core/catalog/index.ts'
import { sql } from '../../../core/db/index.ts'
import { getFile } from '../../../core/files/index.ts'
import { isoDate } from '../../../core/kernel/index.ts'
import { writeSetting } from '../../../core/records/index.ts'
import { clientActor, makeClient, staffActor } from '../../support/make.ts'
import { engines, makeDatabase } from '../../support/databases.ts'
import { testMeans } from '../../support/means.ts'
import { linesOf, readPdf } from '../../render/pdf/read-pdf.ts'
import { actor, draft, issue, makeBuyer } from '../support.ts'

for (const engine of engines) {
  describe(`e-invoices of documents on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = {
      ...testMeans(db, { now: '2026-01-15T10:00:00.000Z' }),
      translator: (locale: string) => words().translator(locale),
    }
    const staff = staffActor()
    const { brand, client } = await makeBuyer(means, { company: 'Quay & Co' })
    await db.run(sql`update sellers set tax_id = 'DE123456788'`)
    const read = (invoice_id: string, format: string, by = staff) =>
      readEInvoice(means, { invoice_id, format }, by)

    test('off unless asked for; then for staff and the client, never for another', async () => {
      const { id } = await issue(means, draft(client, { amounts: [10_000n, -500n] }))
      await assert.rejects(read(id, 'ubl'), { code: 'e_invoice.off' })
      const facts = { client_id: client.id, mode: 'offer', buyer_reference: '04011000-12345-34' }
      await setEInvoiceFacts(means, facts, staff)
      const { xml, name } = await read(id, 'ubl', clientActor(client.id, { brandId: brand.id }))
      assert.equal(name, 'INV-2026-00001-ubl.xml')
      assert.match(xml, /<cbc:PayableAmount currencyID="EUR">113\.05<\/cbc:PayableAmount>/)
      assert.match(xml, /Quay &amp; Co/)
      assert.ok(!xml.includes('BuyerReference'), 'the document was frozen before the reference was known')
      await assert.rejects(read(id, 'ubl', clientActor('cli_other')), { status: 404 })
    })

    test('a credit note tells amounts above zero and names its invoice', async () => {
      const { id, number } = await issue(means, draft(client, { amounts: [10_000n] }))
      const note = await creditInvoice(means, { invoice_id: id, reason: 'Wrong plan' }, staff)
      const ubl = (await read(note.id, 'ubl')).xml
      assert.match(ubl, /<CreditNote /)
      assert.match(ubl, /<cbc:CreditNoteTypeCode>381</)
      assert.match(ubl, /<cbc:TaxInclusiveAmount currencyID="EUR">119\.00</)
      assert.match(ubl, /<cbc:PayableAmount currencyID="EUR">0\.00</)
      assert.ok(ubl.includes(`<cbc:ID>${number}</cbc:ID>`) && ubl.includes('04011000-12345-34'))
      const cii = (await read(note.id, 'cii')).xml
      assert.ok(cii.includes(`<ram:IssuerAssignedID>${number}</ram:IssuerAssignedID>`))
      assert.match(cii, /<ram:GrandTotalAmount>119\.00</)
    })

    test('the tax in the currency of the seller stands in both formats, above zero in a credit note, and on the PDF', async () => {
      await db.run(sql`update sellers set accounting_currency = 'EUR'`)
      const rate = { base: 'EUR', currency: 'USD', valid_on: '2026-01-14', rate: '1.08' }
      await enterRate(means, rate, staff)
      const american = await makeClient(means, { brand_id: brand.id, currency: 'USD' })
      await setEInvoiceFacts(means, { client_id: american.id, mode: 'offer' }, staff)
      const { id } = await issue(means, draft(american, { amounts: [10_000n] }))
      const note = await creditInvoice(means, { invoice_id: id, reason: 'Wrong plan' }, staff)
      for (const each of [id, note.id]) {
        const ubl = (await read(each, 'ubl')).xml
        assert.match(ubl, /<cbc:DocumentCurrencyCode>USD<.*\s*<cbc:TaxCurrencyCode>EUR</)
        const total =
          /<\/cac:TaxTotal>\s*<cac:TaxTotal>\s*<cbc:TaxAmount currencyID="EUR">17\.59<\/cbc:TaxAmount>\s*<\/cac:TaxTotal>/
        assert.match(ubl, total)
        const cii = (await read(each, 'cii')).xml
        assert.match(cii, /<ram:TaxCurrencyCode>EUR<.*\s*<ram:InvoiceCurrencyCode>USD</)
        assert.match(cii, /"USD">19\.00<.*\s*<ram:TaxTotalAmount currencyID="EUR">17\.59</)
      }
      const file = await getFile(db, await keepDocument(means, await getInvoice(db, id, actor)))
      const { pages } = readPdf(await means.files.read(file!.sha256))
      const printed = pages.flatMap(linesOf).join(' ')
      assert.match(
        printed,
        /In EUR: net €92\.59, tax €17\.59\. 1 EUR = 1\.08 USD, rate of 14 Jan 2026 \(manual\)\./,
      )
      const plain = await issue(means, draft(client, { amounts: [10_000n] }))
      assert.doesNotMatch((await read(plain.id, 'ubl')).xml, /TaxCurrencyCode/)
    })

    test('the PDF carries the file and says so; the same document has the same bytes', async () => {
      const { id } = await issue(means, draft(client, { amounts: [10_000n] }))
      const print = async () => {
        await db.run(sql`update invoices set file_id = null where id = ${id}`)
        const file = await getFile(db, await keepDocument(means, await getInvoice(db, id, actor)))
        return means.files.read(file!.sha256)
      }
      const bytes = await print()
      const text = bytes.toString('latin1')
      for (const part of [
        '/AFRelationship /Alternative',
        '(factur-x.xml)',
        '<pdfaid:part>3</pdfaid:part>',
        '/OutputIntents',
      ])
        assert.ok(text.includes(part), part)
      assert.match(text, /<fx:ConformanceLevel>EN 16931</)
      assert.deepEqual(await print(), bytes)
    })

    test('where one is demanded, nothing is issued that could not have one: the fields are named, no number is used', async () => {
      await setEInvoiceFacts(means, { client_id: client.id, mode: 'require' }, staff)
      const { id } = await issue(means, draft(client))
      assert.match((await read(id, 'cii')).xml, /CrossIndustryInvoice/)
      await db.run(sql`update sellers set tax_id = null`)
      const next = async () =>
        (await db.get<{ next_number: number }>(
          sql`select next_number from number_series where kind = 'invoice'`,
        ))!.next_number
      const before = await next()
      await assert.rejects(issue(means, draft(client)), (error: { code: string; fields: object }) => {
        assert.deepEqual([error.code, Object.keys(error.fields)], ['e_invoice.incomplete', ['seller.tax_id']])
        return true
      })
      assert.equal(await next(), before)
      await setEInvoiceFacts(means, { client_id: client.id, mode: null }, staff)
      assert.ok(await issue(means, draft(client)))
      await db.run(sql`update sellers set tax_id = 'DE123456788'`)
      assert.deepEqual(await verifyBooks(db, isoDate('2026-01-15')), [])
    })

    test('XRechnung by the client: nothing is issued before all that it asks for is there, and named', async () => {
      const authority = {
        client_id: client.id,
        mode: 'require',
        standard: 'xrechnung',
        buyer_reference: null,
      }
      await setEInvoiceFacts(means, authority, staff)
      await assert.rejects(issue(means, draft(client)), (error: { fields: object }) => {
        assert.deepEqual(Object.keys(error.fields).sort(), [
          ...['buyer.electronic_address', 'buyer.reference', 'seller.contact'],
          ...['seller.electronic_address', 'seller.iban', 'seller.phone'],
        ])
        return true
      })
      const leitweg = '04011000-12345-34'
      const known = { buyer_reference: leitweg, electronic_address: `0204:${leitweg}` }
      await setEInvoiceFacts(means, { client_id: client.id, ...known }, staff)
      const say = (value: object) =>
        db.transaction((trx) =>
          writeSetting(
            means,
            trx,
            { setting: eInvoiceSeller, scope: 'brand', scopeId: brand.id, value },
            staff,
          ),
        )
      const seller = { contact: 'A. Quay', phone: '+49 30 1234', address: '9930:DE123456788' }
      await assert.rejects(say({ ...seller, iban: 'DE75512108001245126198' }), /check digits do not fit/)
      await say({ ...seller, iban: 'DE75 5121 0800 1245 1261 99' })
      const { id } = await issue(means, draft(client))
      const { xml, name, format } = await readEInvoice(means, { invoice_id: id }, staff)
      assert.deepEqual([name.endsWith('-xrechnung.xml'), format], [true, 'xrechnung'])
      assert.match(xml, /kosit:xrechnung_3\.0</)
      assert.match(xml, /<cbc:ID>DE75512108001245126199</)
      // What was frozen stays, whatever the brand says later.
      await say({})
      assert.equal((await readEInvoice(means, { invoice_id: id }, staff)).xml, xml)
      assert.match((await read(id, 'ubl')).xml, /CustomizationID>urn:cen\.eu:en16931:2017</)
      assert.deepEqual(await verifyBooks(db, isoDate('2026-01-15')), [])
    })
  })
}
