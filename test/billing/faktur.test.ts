import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { addTaxPreset } from '../../core/brands/index.ts'
import { exportFakturs, listFakturs, setFakturNumber } from '../../core/billing/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeBrand, makeClient, makeSeller, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { draft, issue } from './support.ts'

const notes = { reverse_charge: { en: 'R' }, abroad: { en: 'A' }, india_export: { en: 'L' } }

for (const engine of engines) {
  describe(`faktur pajak on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-15T10:00:00.000Z' })
    const staff = staffActor()
    const { id: seller_id } = await makeSeller(means, { country: 'ID', tax_id: '01.234.567.4-091.000' })
    const brand = await makeBrand(means, { seller_id })
    await addTaxPreset(means, { seller_id, preset: 'indonesia', starts_on: '2020-01-01', notes }, staff)
    const sell = async (tax_id: string | null, amounts: bigint[], country = 'ID') => {
      const client = await makeClient(means, { brand_id: brand.id, country, currency: 'IDR', tax_id })
      return issue(means, draft(client, { amounts }))
    }
    const month = { seller_id, month: '2026-01' }

    test('the file tells each line by the formula; what does not fit is named for the hand', async () => {
      const firm = await sell('02.000.000.6-091.000', [10_000_000n, 25_000n])
      await sell('3171014107900001', [3_333_300n])
      await sell(null, [10_000_000n])
      await sell('02.000.000.6-091.000', [10_000_000n, -1_000_000n])
      await sell('02.000.000.6-091.000', [10_050n])
      await sell(null, [10_000_000n], 'SG')
      const rows = await listFakturs(means, month, staff)
      assert.deepEqual(
        rows.map(({ faktur, problem }) => faktur?.code ?? problem),
        ['04', '04', 'no_identity', 'reduction', 'not_whole'],
      )
      const { xml, name } = await exportFakturs(means, month, staff)
      assert.equal(name, 'faktur-2026-01.xml')
      const values = (tag: string) =>
        [...xml.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, 'g'))].map(([, text]) => text)
      assert.deepEqual(values('TIN'), ['0012345674091000'])
      assert.deepEqual(values('RefDesc')[0], firm.number)
      assert.deepEqual(values('BuyerTin'), ['0020000006091000', '0000000000000000'])
      assert.deepEqual(values('BuyerDocument'), ['TIN', 'National ID'])
      assert.deepEqual(values('BuyerDocumentNumber'), ['3171014107900001'])
      assert.deepEqual(values('SellerIDTKU'), ['0012345674091000000000', '0012345674091000000000'])
      assert.deepEqual(values('TaxBase'), ['100000', '250', '33333'])
      assert.deepEqual(values('OtherTaxBase'), ['91667', '229', '30555'])
      assert.deepEqual(values('VAT'), ['11000', '27', '3667'])
      assert.deepEqual(new Set(values('VATRate')), new Set(['12']))
    })

    test('a document has one number, and a number one document', async () => {
      const [first, second] = await listFakturs(means, month, staff)
      const set = (invoice_id: string, number: string) =>
        setFakturNumber(means, { invoice_id, number }, staff)
      await set(first!.id, '04002600000000001')
      await set(first!.id, '04002600000000001')
      await assert.rejects(set(first!.id, '04002600000000002'), { code: 'faktur.number_taken' })
      await assert.rejects(set(second!.id, '04002600000000001'), { code: 'faktur.number_taken' })
      await assert.rejects(set(second!.id, '0400260000000'), { code: 'input.invalid' })
      assert.equal((await listFakturs(means, month, staff))[0]!.faktur_number, '04002600000000001')
    })

    test('a seller without an NPWP, or a month without documents, has no file', async () => {
      const { id } = await makeSeller(means, { country: 'ID', tax_id: '123' })
      await assert.rejects(
        exportFakturs(means, { ...month, seller_id: id }, staff),
        (error: { fields: object }) => 'seller_id' in error.fields,
      )
      await assert.rejects(
        exportFakturs(means, { ...month, month: '2025-12' }, staff),
        (error: { fields: object }) => 'month' in error.fields,
      )
      await assert.rejects(listFakturs(means, { ...month, month: '2026-13' }, staff), {
        code: 'input.invalid',
      })
    })
  })
}
