import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import { accountingTax, stateAccountingTax } from '../../core/billing/accounting-tax.ts'
import { documentHash, type InvoiceRow } from '../../core/billing/invoice.ts'
import {
  accountingTaxOf,
  creditInvoice,
  getInvoice,
  overrideSetting,
  recordPayment,
  taxStatements,
  verifyBooks,
} from '../../core/billing/index.ts'
import { enterRate } from '../../core/catalog/index.ts'
import { words } from '../../core/app/wire/words.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { minorDigits } from '../../sdk/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeClient, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { actor, draft, issue, makeBuyer, scriptedGateway } from './support.ts'

const rateText = fc
  .tuple(fc.bigInt({ min: 1n, max: 10n ** 8n }), fc.integer({ min: 0, max: 12 }))
  .map(([digits, scale]) => {
    const text = String(digits).padStart(scale + 1, '0')
    return scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`
  })

test('the sum in the other currency is off by half a minor unit at most, in both directions, and back is its negative', () => {
  const sum = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n })
  const pair = fc.constantFrom(['EUR', 'USD'], ['EUR', 'JPY'], ['KWD', 'EUR'])
  fc.assert(
    fc.property(sum, rateText, pair, fc.boolean(), (minor, rate, [base, currency], divides) => {
      const quoted = { base: base!, currency: currency!, rate, source: 'manual' }
      const [from, to] = divides ? [currency!, base!] : [base!, currency!]
      const at = (tax_minor: bigint) =>
        BigInt(
          accountingTax({ subtotal_minor: 0n, tax_minor }, to, { ...quoted, valid_on: isoDate('2026-01-14') })
            .tax_minor,
        )
      // Both sides of "one base = rate currency", in units so small that nothing is rounded.
      const [whole, fraction = ''] = rate.split('.')
      const units = { [base!]: BigInt(whole! + fraction), [currency!]: 10n ** BigInt(fraction.length) }
      const exact = (of: string, value: bigint) => value * units[of]! * 10n ** BigInt(3 - minorDigits(of))
      const off = exact(to, at(minor)) - exact(from, minor)
      const half = exact(to, 1n)
      assert.ok(2n * (off < 0n ? -off : off) <= half)
      assert.equal(at(-minor), -at(minor))
    }),
  )
})

for (const engine of engines) {
  describe(`tax in the accounting currency on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-15T10:00:00.000Z' })
    const staff = staffActor()
    const { brand, client } = await makeBuyer(means, { currency: 'USD' })
    const owes = (currency: string | null) =>
      db.run(sql`update sellers set accounting_currency = ${currency} where id = ${brand.seller_id}`)
    const enter = (rate: string, valid_on: string, [base, currency] = ['EUR', 'USD']) =>
      enterRate(means, { base, currency, valid_on, rate }, staff)
    const buy = async (of = client, amount = 10_001n) =>
      getInvoice(db, (await issue(means, draft(of, { amounts: [amount] }))).id, actor)
    await owes('EUR')

    test('without a rate a document is issued and says nothing', async () => {
      const invoice = await buy()
      assert.deepEqual([invoice.status, invoice.tax_minor, invoice.accounting_tax], ['issued', 1_900n, null])
    })

    test('a document has its tax at the last rate that is not of a later day, with rate, day and source', async () => {
      await enter('1.25', '2026-01-10')
      await enter('1.08', '2026-01-14')
      const invoice = await buy()
      assert.deepEqual(accountingTaxOf(invoice), {
        ...{ currency: 'EUR', net_minor: '9260', tax_minor: '1759' },
        rate: { base: 'EUR', currency: 'USD', rate: '1.08', valid_on: '2026-01-14', source: 'manual' },
      })
      assert.deepEqual(taxStatements(invoice, words().translator('en'), 'en'), [
        'In EUR: net €92.60, tax €17.59. 1 EUR = 1.08 USD, rate of 14 Jan 2026 (manual).',
      ])
    })

    test('a correction has the rate of what it corrects, and takes all of it back', async () => {
      const invoice = await buy()
      await enter('1.5', '2026-01-15')
      const note = await creditInvoice(means, { invoice_id: invoice.id, reason: 'Wrong plan' }, staff)
      const stated = accountingTaxOf(await getInvoice(db, note.id, actor))!
      assert.deepEqual([stated.tax_minor, stated.net_minor, stated.rate.rate], ['-1759', '-9260', '1.08'])
    })

    test('a rate that was stored the other way multiplies, and the later one counts', async () => {
      await db.run(sql`delete from exchange_rates`)
      await enter('1.25', '2026-01-10')
      await enter('0.9', '2026-01-12', ['USD', 'EUR'])
      assert.equal(accountingTaxOf(await buy())!.tax_minor, '1710')
      await enter('1.25', '2026-01-12')
      assert.equal(accountingTaxOf(await buy())!.tax_minor, '1520')
    })

    test('nothing is said in the same currency, without a tax, on receipts, or by a seller without such a currency', async () => {
      const same = await makeClient(means, { brand_id: brand.id, currency: 'EUR' })
      const abroad = await makeClient(means, { brand_id: brand.id, currency: 'USD', country: 'US' })
      const receipt = { ...(await buy()), kind: 'receipt' as const, accounting_tax: null }
      await stateAccountingTax(db, [receipt], 'EUR')
      const silent = [await buy(same), await buy(abroad), receipt]
      await owes(null)
      silent.push(await buy())
      await owes('EUR')
      assert.deepEqual(
        silent.map(({ accounting_tax }) => accounting_tax),
        [null, null, null, null],
      )
    })

    test('a proforma says nothing; the invoice that its money makes of it has the rate of that day', async () => {
      const first = { key: 'billing.proforma_first', scope: 'client', scope_id: client.id }
      await overrideSetting(means, { ...first, value: true }, staff)
      const proforma = await buy()
      assert.deepEqual([proforma.proforma, proforma.accounting_tax], [1, null])
      means.business.set('2026-01-20T10:00:00.000Z')
      await enter('1.6', '2026-01-19')
      const paid = { invoice_id: proforma.id, amount_minor: String(proforma.total_minor), reference: 'T-1' }
      await recordPayment({ ...means, plugins: scriptedGateway([]) }, paid, staff)
      const final = await getInvoice(db, proforma.id, actor)
      assert.deepEqual([final.proforma, accountingTaxOf(final)!.tax_minor], [0, '1188'])
      await overrideSetting(means, { ...first, value: false }, staff)
    })

    test('what was stated is frozen', async () => {
      const { id } = await buy()
      assert.deepEqual(await verifyBooks(db, isoDate('2026-01-20')), [])
      await assert.rejects(
        db.run(sql`update invoices set accounting_tax = null where id = ${id}`),
        /invoices_frozen/,
      )
      const { accounting_tax } = (await db.get<InvoiceRow>(sql`select * from invoices where id = ${id}`))!
      const changed = {
        ...(await getInvoice(db, id, actor)),
        accounting_tax: accounting_tax!.replace('1', '2'),
      }
      assert.notEqual(documentHash(changed, changed.lines, changed.taxes), changed.document_hash)
    })
  })
}
