import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import {
  creditInvoice,
  getInvoice,
  planCreditNote,
  planInvoice,
  PRESET_TERMS,
  readEInvoice,
  recordPayment,
  refundPayment,
  setEInvoiceFacts,
  setGatewayRules,
  startPayment,
  toCash,
  verifyBooks,
  voidInvoice,
  writeOffInvoice,
  type BillFrom,
  type BillTo,
  type InvoiceLineRow,
  type InvoiceRow,
  type Payments,
} from '../../core/billing/index.ts'
import { cashRoundingSteps, eInvoiceMode, proformaFirst } from '../../core/billing/settings.ts'
import { cashStepOf, stepProblem } from '../../core/billing/cash-rounding.ts'
import { lineColumns } from '../../core/billing/document-rows.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { writeSetting } from '../../core/records/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

const today = isoDate('2026-01-15')

describe('a sum to pay in cash', () => {
  // Steps by currency and the sums about their halves, in minor units.
  const cases: readonly [currency: string, step: bigint, sum: bigint, payable: bigint][] = [
    ['CHF', 5n, 1_092n, 1_090n],
    ['CHF', 5n, 1_093n, 1_095n],
    ['CHF', 5n, 1_098n, 1_100n],
    ['CAD', 5n, 102n, 100n],
    ['CAD', 5n, 103n, 105n],
    ['DKK', 50n, 1_024n, 1_000n],
    ['DKK', 50n, 1_025n, 1_050n],
    ['SEK', 100n, 9_949n, 9_900n],
    ['SEK', 100n, 9_950n, 10_000n],
    ['HUF', 500n, 100_200n, 100_000n],
    ['HUF', 500n, 100_300n, 100_500n],
    ['HUF', 500n, 100_800n, 101_000n],
    ['JPY', 10n, 1_004n, 1_000n],
    ['KWD', 5n, 1_232n, 1_230n],
    ['CHF', 5n, -1_093n, -1_095n],
    ['EUR', 0n, 1_092n, 1_092n],
  ]
  for (const [currency, step, sum, payable] of cases)
    test(`${currency} ${sum} in steps of ${step} is ${payable}`, () => {
      assert.equal(toCash(sum, step), payable)
    })

  test('a step that no sum can be rounded to is refused, and says why', () => {
    const one = (currency: string, step: string) => stepProblem([{ currency, step }])
    assert.equal(one('CHF', '0.05'), null)
    assert.equal(one('JPY', '10'), null)
    assert.equal(one('CHF', '0,05'), null)
    assert.equal(cashStepOf([{ currency: 'CHF', step: '0,05' }], 'CHF'), 5n)
    assert.match(one('CHF', '0,005')!, /no more than 2 decimals in CHF/)
    assert.match(one('CHF', '0.005')!, /no more than 2 decimals in CHF/)
    assert.match(one('JPY', '0.5')!, /no more than 0 decimals in JPY/)
    assert.match(one('CHF', '0.00')!, /above zero/)
    assert.match(one('QQQ', '1')!, /QQQ, which is no currency/)
    const twice = ['0.05', '0.10'].map((step) => ({ currency: 'CHF', step }))
    assert.match(stepProblem(twice)!, /names CHF twice/)
  })

  const buyer = { id: 'cli_x', country: 'DE', region: null, tax_exempt: 0, locale: 'en', own: {} }
  const rule = {
    ...{ country: 'DE', region: null, tax_class: 'standard', name: 'VAT', level: 1, compound: 0 },
    ...{ starts_on: isoDate('2020-01-01'), ends_on: null },
  }

  test('net and tax stay as they are, and what credit notes leave is again a sum that can be paid', () => {
    const lines = fc.array(fc.bigInt({ min: 1n, max: 10n ** 5n }), { minLength: 1, maxLength: 5 })
    const step = fc.constantFrom('0.05', '0.10', '0.50', '1', '5')
    const of = fc.record({ lines, step, rate: fc.nat(300_000), inclusive: fc.boolean(), seed: fc.nat(1_000) })
    fc.assert(
      fc.property(of, ({ lines: amounts, step: text, rate, inclusive, seed }) => {
        const from = (cashSteps: { currency: string; step: string }[]) =>
          ({
            ...{ pricesIncludeTax: inclusive, taxRules: [{ ...rule, rate_ppm: rate }], texts: [] },
            terms: { ...PRESET_TERMS, cashSteps },
          }) as unknown as BillFrom
        const client = { id: 'cli_x', brand_id: 'brd_x', currency: 'CHF' }
        const plan = (cashSteps: { currency: string; step: string }[]) =>
          planInvoice(draft(client, { amounts }), buyer as unknown as BillTo, from(cashSteps), today)
        const [exact, rounded] = [plan([]), plan([{ currency: 'CHF', step: text }])]
        const stepMinor = rounded.cashStepMinor!
        assert.deepEqual(
          [rounded.subtotalMinor, rounded.taxMinor, rounded.taxes],
          [exact.subtotalMinor, exact.taxMinor, exact.taxes],
        )
        assert.equal(rounded.totalMinor % stepMinor, 0n)
        const off = rounded.totalMinor - exact.totalMinor
        assert.ok(2n * (off < 0n ? -off : off) <= stepMinor)

        const invoice = {
          ...{ id: 'inv_x', currency: 'CHF', prices_include_tax: inclusive ? 1 : 0 },
          ...{ subtotal_minor: rounded.subtotalMinor, tax_minor: rounded.taxMinor },
          ...{ total_minor: rounded.totalMinor, cash_step_minor: stepMinor },
        } as InvoiceRow
        let [left, takenMinor] = [rounded.totalMinor, 0n]
        rounded.lines.forEach((of, i) => {
          const line = { id: `inl_${i}`, position: i + 1, ...lineColumns(of) } as InvoiceLineRow
          // Every line in two steps, of which the first may be nothing.
          const first = (line.amount_minor * BigInt(seed)) / 1_000n
          for (const [creditedMinor, amountMinor] of [
            [0n, first],
            [first, line.amount_minor - first],
          ] as const) {
            if (amountMinor === 0n) continue
            const note = planCreditNote({
              ...{ invoice, takenMinor, credits: [{ line, amountMinor, creditedMinor }], reason: 'r' },
              ...{ buyer: buyer as unknown as BillTo, from: from([]), issuedOn: today },
            })
            takenMinor -= note.subtotalMinor + note.taxMinor
            left += note.totalMinor
            assert.ok(note.totalMinor <= 0n)
            assert.equal(left, toCash(exact.totalMinor - takenMinor, stepMinor))
          }
        })
        assert.equal(left, 0n)
      }),
    )
  })
})

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
            where j.source_id = ${sourceId} and j.kind <> 'credit_granted' group by p.account order by p.account`)
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
