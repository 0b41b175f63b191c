import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  creditInvoice,
  getInvoice,
  readEInvoice,
  recordPayment,
  refundPayment,
  setEInvoiceFacts,
  setGatewayRules,
  startPayment,
  verifyBooks,
  voidInvoice,
  writeOffInvoice,
  type Payments,
} from '../../core/billing/index.ts'
import { cashRoundingSteps, eInvoiceMode, proformaFirst } from '../../core/billing/settings.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { writeSetting } from '../../core/records/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

const today = isoDate('2026-01-15')

for (const engine of engines)
  describe(`documents that are rounded (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const staff = staffActor()
    const gateway = await makeGateway(means)
    const payments: Payments = { ...means, plugins: scriptedGateway([]) }
    const { brand, client } = await makeBuyer(means, { currency: 'CHF' })
    await db.run(sql`update sellers set tax_id = 'DE123456788'`)
    const set = (value: unknown) =>
      db.transaction((trx) =>
        writeSetting(
          means,
          trx,
          { setting: cashRoundingSteps, scope: 'brand', scopeId: brand.id, value },
          staff,
        ),
      )
    await set([{ currency: 'CHF', step: '0.05' }])
    const clean = async () => assert.deepEqual(await verifyBooks(db, today), [])
    const booked = async (sourceId: string) =>
      Object.fromEntries(
        (
          await db.all<{ account: string; amount_minor: bigint }>(sql`
            select p.account, sum(p.amount_minor) as amount_minor from postings p join journals j on j.id = p.journal_id
              left join write_offs w on w.id = j.source_id
            where coalesce(w.invoice_id, j.source_id) = ${sourceId} and j.kind <> 'credit_granted' group by p.account order by p.account`)
        ).map((row) => [row.account, row.amount_minor]),
      )
    const pay = (invoice_id: string, amount_minor: string) =>
      recordPayment(payments, { invoice_id, amount_minor, reference: means.newId('req') }, staff)
    /** 9.18 and 19 % of it are 10.92. */
    const sell = (amounts = [918n]) => issue(means, draft(client, { amounts }))

    test('the total is 10.90 and the ledger holds the two hundredths', async () => {
      const invoice = await sell()
      assert.deepEqual(
        [invoice.subtotal_minor, invoice.tax_minor, invoice.total_minor, invoice.cash_step_minor],
        [918n, 174n, 1_090n, 5n],
      )
      assert.deepEqual(await booked(invoice.id), {
        ...{ receivable: 1_090n, 'revenue:manual': -918n },
        ...{ rounding: 2n, 'tax:VAT:190000': -174n },
      })
      assert.equal((await pay(invoice.id, '1090')).status, 'succeeded')
      assert.equal((await getInvoice(db, invoice.id, staff)).status, 'paid')
      await clean()
    })

    test('voided, nothing of it is left; written off, the loss is what was asked for', async () => {
      const gone = await sell()
      await voidInvoice(means, { invoice_id: gone.id, reason: 'Wrong' }, staff)
      const all = ['receivable', 'revenue:manual', 'rounding', 'tax:VAT:190000']
      assert.deepEqual(await booked(gone.id), Object.fromEntries(all.map((name) => [name, 0n])))
      const lost = await sell()
      await writeOffInvoice(means, { invoice_id: lost.id, reason: 'Gone away' }, staff)
      assert.equal((await booked(lost.id)).write_offs, 1_090n)
      await clean()
    })

    test('credited in parts, each leaves a sum that can be paid, and the last one undoes the rounding', async () => {
      const { id } = await sell([400n, 518n])
      await pay(id, '1090')
      const credit = (position: number, amount_minor?: string) =>
        creditInvoice(
          means,
          { invoice_id: id, reason: 'r', lines: [{ position, ...(amount_minor ? { amount_minor } : {}) }] },
          staff,
        )
      // 1 hundredth less is still 10.90; the note is worth nothing, and stands.
      const notes = [await credit(1, '1'), await credit(1), await credit(2)]
      assert.deepEqual(
        notes.map((note) => [note.subtotal_minor + note.tax_minor, note.total_minor]),
        [
          [-1n, 0n],
          [-475n, -475n],
          [-616n, -615n],
        ],
      )
      const rounding = await Promise.all(notes.map(async (note) => (await booked(note.id)).rounding ?? 0n))
      assert.equal(
        rounding.reduce((sum, one) => sum + one, 0n),
        -2n,
      )
      await assert.rejects(credit(1, '1'), { code: 'credit_note.exceeds_invoice' })
      await clean()
    })

    test('refunded with its credit note, exactly what came goes back', async () => {
      const { id } = await sell()
      const payment = await pay(id, '1090')
      const refund = await refundPayment(
        payments,
        {
          ...{ payment_id: payment.id, amount_minor: '1090', destination: 'recorded', reason: 'r' },
          credit_note: {},
        },
        staff,
      )
      assert.equal(refund.amount_minor, 1_090n)
      const left = await db.get<{ left_minor: bigint | null }>(
        sql`select sum(amount_minor) as left_minor from postings where account = 'rounding' and journal_id in (
          select id from journals where source_id = ${id} or source_id = ${refund.credit_note_id})`,
      )
      assert.equal(left?.left_minor, 0n)
      await clean()
    })

    test('a discount of a gateway leaves nothing open', async () => {
      const rules = { charges: [{ currency: 'CHF', percent_ppm: -30_000, fixed_minor: '0' }] }
      await setGatewayRules(means, { instance_id: gateway.id, rules }, staff)
      // More than the credit that the client has by now.
      const { id } = await sell([98_765n])
      const answers = [{ outcome: 'needs_client', instructions: [{ label: 'To', value: 'X' }] }]
      const using: Payments = { ...means, plugins: scriptedGateway(answers) }
      const urls = { return_url: 'https://shop.test/r', cancel_url: 'https://shop.test/c' }
      const payment = await startPayment(using, { invoice_id: id, instance_id: gateway.id, ...urls }, staff)
      assert.equal(payment.amount_minor % 5n, 0n)
      await recordPayment(
        payments,
        {
          ...{ invoice_id: id, instance_id: gateway.id, reference: means.newId('req') },
          amount_minor: payment.amount_minor.toString(),
        },
        staff,
      )
      assert.equal((await getInvoice(db, id, staff)).status, 'paid')
      await setGatewayRules(means, { instance_id: gateway.id, rules: {} }, staff)
      await clean()
    })

    test('an e-invoice says the rounding apart from the tax', async () => {
      const facts = { setting: eInvoiceMode, scope: 'brand', scopeId: brand.id, value: 'offer' } as const
      await db.transaction((trx) => writeSetting(means, trx, facts, staff))
      await setEInvoiceFacts(means, { client_id: client.id, mode: null }, staff)
      const { id } = await sell()
      const read = async (invoice_id: string, format: string) =>
        (await readEInvoice(means, { invoice_id, format }, staff)).xml
      const ubl = await read(id, 'ubl')
      for (const part of [
        '<cbc:TaxAmount currencyID="CHF">1.74</cbc:TaxAmount>',
        '<cbc:TaxInclusiveAmount currencyID="CHF">10.92</cbc:TaxInclusiveAmount>',
        '<cbc:PayableRoundingAmount currencyID="CHF">-0.02</cbc:PayableRoundingAmount>',
        '<cbc:PayableAmount currencyID="CHF">10.90</cbc:PayableAmount>',
      ])
        assert.ok(ubl.includes(part), part)
      assert.match(
        await read(id, 'cii'),
        /RoundingAmount>-0\.02<.*GrandTotalAmount>10\.92<.*DuePayableAmount>10\.90</s,
      )
      const note = await creditInvoice(means, { invoice_id: id, reason: 'r' }, staff)
      assert.match(await read(note.id, 'ubl'), /PrepaidAmount currencyID="CHF">10\.90</)
      await clean()
    })

    test('a proforma asks for the rounded sum, and its invoice is the same', async () => {
      const first = { setting: proformaFirst, scope: 'client', scopeId: client.id, value: true } as const
      await db.transaction((trx) => writeSetting(means, trx, first, staff))
      const owed = await sell([98_766n])
      assert.deepEqual([owed.proforma, owed.total_minor], [1, 117_530n])
      await pay(owed.id, '117530')
      const invoice = await getInvoice(db, owed.id, staff)
      assert.deepEqual([invoice.proforma, invoice.status, invoice.total_minor], [0, 'paid', 117_530n])
      assert.equal((await booked(invoice.id)).rounding, 2n)
      await clean()
    })

    test('other currencies, and documents of before, stay exact', async () => {
      await set([{ currency: 'SEK', step: '1' }])
      assert.equal((await sell([918n])).total_minor, 1_092n)
      await clean()
    })
  })
