import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import {
  amountDue,
  bookRefundOutcome,
  creditBalance,
  creditInvoice,
  getInvoice,
  invoiceState,
  listInvoices,
  planCreditNote,
  PRESET_TERMS,
  planInvoice,
  recallFromCollections,
  recordPayment,
  refundInvoice,
  refundPayment,
  sendReminders,
  sendToCollections,
  verifyBooks,
  writeOffInvoice,
  type BillFrom,
  type BillTo,
  type InvoiceLineRow,
  type InvoiceRow,
  type PaymentRow,
  type Payments,
  type TaxRule,
} from '../../core/billing/index.ts'
import { lineColumns } from '../../core/billing/document-rows.ts'
import { list, sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { actor, draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

const today = isoDate('2026-01-15')

describe('a line credited in steps', () => {
  const rule = (name: string, rate_ppm: number, level: number, compound: number): TaxRule => ({
    ...{ country: 'CA', region: null, tax_class: 'standard', name, rate_ppm, level, compound },
    ...{ starts_on: isoDate('2020-01-01'), ends_on: null },
  })
  const buyer = {
    ...{ id: 'cli_x', country: 'CA', region: null, tax_exempt: 0, locale: 'en', own: {} },
  } as unknown as BillTo

  test('gives back exactly what it took, of each tax, whatever the steps, net or gross', () => {
    const rate = fc.integer({ min: 0, max: 400_000 })
    const taken = fc.array(fc.bigInt({ min: 1n, max: 10n ** 6n }), { minLength: 1, maxLength: 8 })
    const flags = { on: fc.nat(1), inclusive: fc.boolean(), minus: fc.boolean() }
    const cases = fc.record({ taken, a: rate, b: rate, ...flags })
    fc.assert(
      fc.property(cases, ({ taken, a, b, on, inclusive, minus }) => {
        const sign = minus ? -1n : 1n
        const whole = sign * taken.reduce((sum, step) => sum + step, 0n)
        const from = {
          pricesIncludeTax: inclusive,
          taxRules: [rule('A', a, 1, 0), rule('B', b, 2, on)],
          ...{ texts: [], terms: PRESET_TERMS },
        } as unknown as BillFrom
        const client = { id: 'cli_x', brand_id: 'brd_x', currency: 'EUR' }
        const plan = planInvoice(draft(client, { amounts: [whole] }), buyer, from, today)
        const line = { id: 'inl_x', position: 1, ...lineColumns(plan.lines[0]!) } as InvoiceLineRow
        const invoice = {
          ...{ id: 'inv_x', currency: 'EUR', prices_include_tax: inclusive ? 1 : 0 },
        } as InvoiceRow
        let creditedMinor = 0n
        const back = { net: 0n, tax: 0n, first: 0n, second: 0n }
        for (const step of taken) {
          const credits = [{ line, amountMinor: sign * step, creditedMinor }]
          const note = planCreditNote({
            ...{ invoice, takenMinor: 0n, credits, reason: 'r', buyer, from, issuedOn: today },
          })
          creditedMinor += sign * step
          back.net += note.subtotalMinor
          back.tax += note.taxMinor
          back.first += note.lines[0]!.partsMinor[0]!
          back.second += note.lines[0]!.partsMinor[1]!
          assert.equal(note.totalMinor, note.subtotalMinor + note.taxMinor)
        }
        const [first, second] = plan.lines[0]!.partsMinor
        assert.deepEqual(back, {
          net: -plan.subtotalMinor,
          tax: -plan.taxMinor,
          first: -first!,
          second: -second!,
        })
      }),
    )
  })
})

for (const engine of engines) {
  describe(`credit notes and what becomes of documents (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const staff = staffActor()
    const gateway = await makeGateway(means)
    const using = (answers: object[]): Payments => ({ ...means, plugins: scriptedGateway(answers) })
    const clean = async () => assert.deepEqual(await verifyBooks(db, today), [])
    const sent = { outcome: 'succeeded', reference: 're_1' }

    /** A client of its own with an invoice of 10.00 and 5.00 at 19 %, 17.85 in all, paid through the gateway. */
    const sale = async (paidMinor = '1785') => {
      const { client } = await makeBuyer(means)
      const { id } = await issue(means, draft(client, { amounts: [1_000n, 500n] }))
      const payment = await pay(id, paidMinor)
      return { client, id, payment }
    }
    const pay = (invoice_id: string, amount_minor: string) =>
      recordPayment(
        using([]),
        { invoice_id, amount_minor, instance_id: gateway.id, reference: `pi_${means.newId('req')}` },
        staff,
      )
    const refund = (
      payment: PaymentRow,
      amount: string,
      more: object,
      answers: object[] = [{ ...sent, reference: `re_${means.newId('req')}` }],
    ) =>
      refundPayment(
        using(answers),
        { payment_id: payment.id, amount_minor: amount, destination: 'source', reason: 'Returned', ...more },
        staff,
      )
    const balances = async (clientId: string, invoiceIds: readonly string[]) => {
      const notes = await db.all<{ id: string }>(
        sql`select id from invoices where client_id = ${clientId} and kind = 'credit_note'`,
      )
      const sources = [...invoiceIds, ...notes.map(({ id }) => id)]
      const rows = await db.all<{ account: string; sum_minor: bigint }>(sql`
        select p.account, sum(p.amount_minor) as sum_minor from postings p join journals j on j.id = p.journal_id
        where j.source_id in (${list(sources)}) group by p.account having sum(p.amount_minor) <> 0 order by p.account`)
      return Object.fromEntries(rows.map((row) => [row.account, row.sum_minor]))
    }
    const stateOf = async (id: string, on = today) => invoiceState(await getInvoice(db, id, actor), on)
    const credit = (clientId: string) => creditBalance(db, clientId, 'EUR')

    test('a refund with a credit note takes the sale back, its tax too', async () => {
      const { client, id, payment } = await sale()
      const made = await refund(payment, '1785', { credit_note: {} })
      assert.deepEqual([made.status, made.taken_from], ['succeeded', 'credit_note'])
      const note = await getInvoice(db, made.credit_note_id!, actor)
      assert.deepEqual(
        [note.kind, note.corrects_id, note.subtotal_minor, note.tax_minor, note.total_minor],
        ['credit_note', id, -1_500n, -285n, -1_785n],
      )
      // Of issue and credit note nothing is left but what the invoice was owed and the credit that paid the refund.
      assert.deepEqual(await balances(client.id, [id]), { client_credit: -1_785n, receivable: 1_785n })
      assert.deepEqual([await credit(client.id), await stateOf(id)], [0n, 'refunded'])
      await clean()
    })

    test('a part of a line goes back with its share of tax, and never more than the line', async () => {
      const { client, id, payment } = await sale()
      const parts: bigint[] = []
      for (const [amount_minor, total] of [
        ['333', '396'],
        ['333', '397'],
        [undefined, '397'],
      ] as const) {
        const lines = [{ position: 1, ...(amount_minor ? { amount_minor } : {}) }]
        const made = await refund(payment, total, { credit_note: { lines } })
        parts.push((await getInvoice(db, made.credit_note_id!, actor)).tax_minor)
      }
      // 333 × 0.19 = 63.27 → 63; together 126.54 → 127, so 64; the rest of 190.
      assert.deepEqual(parts, [-63n, -64n, -63n])
      assert.deepEqual([await credit(client.id), await stateOf(id)], [0n, 'paid'])
      const again = { invoice_id: id, lines: [{ position: 1 }], reason: 'Once more' }
      await assert.rejects(creditInvoice(means, again, staff), { code: 'credit_note.exceeds_invoice' })
      const more = { invoice_id: id, lines: [{ position: 2, amount_minor: '501' }], reason: 'Too much' }
      await assert.rejects(creditInvoice(means, more, staff), { code: 'credit_note.exceeds_invoice' })
      await clean()
    })

    test('a refund that the gateway refuses leaves the credit with the client', async () => {
      const { client, payment } = await sale()
      const made = await refund(payment, '1785', { credit_note: {} }, [
        { outcome: 'failed', code: 'no', message: 'No' },
      ])
      assert.deepEqual([made.status, await credit(client.id)], ['failed', 1_785n])
      await clean()
    })

    test('one that comes back days later is credit again', async () => {
      const { client, payment } = await sale()
      const made = await refund(payment, '1785', { credit_note: {} })
      const outcome = { outcome: 'failed', code: 'expired', message: 'Card expired' } as const
      await db.transaction((trx) => bookRefundOutcome(means, trx, { refundId: made.id, outcome }, actor))
      assert.equal(await credit(client.id), 1_785n)
      await clean()
    })

    test('while it is on its way no invoice uses its money', async () => {
      const { client, payment } = await sale()
      const nothing = new Error('no answer')
      const made = await refund(payment, '1785', { credit_note: {} }, [nothing])
      assert.deepEqual([made.status, await credit(client.id)], ['created', 0n])
      const next = await issue(means, draft(client))
      assert.equal(next.status, 'issued')
      await clean()
      const outcome = { outcome: 'succeeded', reference: 're_late' } as const
      await db.transaction((trx) => bookRefundOutcome(means, trx, { refundId: made.id, outcome }, actor))
      await clean()
    })

    test('a document is refunded when its money went back, not when only an overpayment did', async () => {
      const { client, id, payment } = await sale('4000')
      await refund(payment, '2215', { from: 'credit' })
      assert.deepEqual([await stateOf(id), await credit(client.id)], ['paid', 0n])
      await refund(payment, '1784', { from: 'goodwill' })
      assert.equal(await stateOf(id), 'paid')
      await refund(payment, '1', { from: 'goodwill' })
      assert.equal(await stateOf(id), 'refunded')
      await clean()
    })

    test('an overpayment goes back out of the credit that it made', async () => {
      const { client, id, payment } = await sale('2785')
      assert.equal(await credit(client.id), 1_000n)
      const made = await refund(payment, '1000', {})
      assert.deepEqual([made.taken_from, await credit(client.id), await stateOf(id)], ['credit', 0n, 'paid'])
      await clean()
    })

    test('once: what is asked for after it is money of the document, whatever other credit there is', async () => {
      const { client, payment } = await sale('2785')
      const other = await issue(means, draft(client))
      await creditInvoice(means, { invoice_id: other.id, reason: 'Not wanted' }, staff)
      const before = await credit(client.id)
      const part = await refund(payment, '400', {})
      assert.deepEqual([part.taken_from, await credit(client.id)], ['credit', before - 400n])
      const rest = await refund(payment, '600', {})
      assert.deepEqual([rest.taken_from, await credit(client.id)], ['credit', before - 1_000n])
      const more = await refund(payment, '100', {})
      assert.deepEqual([more.taken_from, await credit(client.id)], ['goodwill', before - 1_000n])
      await clean()
    })

    test('first, by itself: with money of the document besides, the client would keep what went back', async () => {
      const { client, payment } = await sale('2785')
      const mixed = { code: 'refund.mixed', params: { credit: '10.00 EUR' } }
      await assert.rejects(refund(payment, '2785', {}), mixed)
      await assert.rejects(refund(payment, '1001', {}), mixed)
      assert.equal(await credit(client.id), 1_000n)
      for (const [minor, from] of [
        ['1000', 'credit'],
        ['1785', 'goodwill'],
      ] as const)
        assert.equal((await refund(payment, minor, {})).taken_from, from)
      const spent = await sale('2785')
      await issue(means, draft(spent.client))
      assert.equal((await refund(spent.payment, '2785', {})).taken_from, 'goodwill')
      await clean()
    })

    test('not when the credit was used meanwhile', async () => {
      const { client, payment } = await sale('2785')
      await issue(means, draft(client))
      assert.equal(await credit(client.id), 0n)
      await assert.rejects(refund(payment, '1000', {}), { code: 'refund.too_large' })
      const gift = await refund(payment, '1000', { from: 'goodwill' })
      assert.equal(gift.taken_from, 'goodwill')
      await clean()
    })

    test('what contradicts itself is refused', async () => {
      const { payment } = await sale()
      const wrong = (more: object) => assert.rejects(refund(payment, '100', more), { code: 'input.invalid' })
      await wrong({ credit_note: {}, destination: 'credit' })
      await wrong({ credit_note: {}, from: 'goodwill' })
      await wrong({ credit_note: { lines: [{ position: 9 }] } })
      await wrong({ credit_note: { lines: [{ position: 1 }, { position: 1 }] } })
      const beyond = refund(payment, '200', {
        credit_note: { lines: [{ position: 1, amount_minor: '100' }] },
      })
      await assert.rejects(beyond, { code: 'refund.too_large' })
      await clean()
    })

    test('an order that falls through is credited whole and its money goes back', async () => {
      const { client, id, payment } = await sale()
      await db.transaction((trx) =>
        refundInvoice(means, trx, { invoiceId: id, reason: 'Order cancelled' }, staff),
      )
      const made = await db.get<{ taken_from: string; amount_minor: bigint }>(
        sql`select taken_from, amount_minor from refunds where payment_id = ${payment.id}`,
      )
      assert.deepEqual(
        [made!.taken_from, made!.amount_minor, await credit(client.id)],
        ['credit_note', 1_785n, 0n],
      )
      await clean()
    })

    test('a credit note lowers what is open, and pays it when it is whole', async () => {
      const { client } = await makeBuyer(means)
      const { id } = await issue(means, draft(client, { amounts: [1_000n, 500n] }))
      await creditInvoice(means, { invoice_id: id, lines: [{ position: 2 }], reason: 'Never used' }, staff)
      const lowered = await getInvoice(db, id, actor)
      assert.deepEqual(
        [lowered.status, amountDue(lowered), await stateOf(id)],
        ['issued', 1_190n, 'partly_paid'],
      )
      await creditInvoice(means, { invoice_id: id, reason: 'All of it' }, staff)
      assert.deepEqual([(await getInvoice(db, id, actor)).status, await credit(client.id)], ['paid', 0n])
      await assert.rejects(
        creditInvoice(means, { invoice_id: id, reason: 'Again' }, clientActor(client.id)),
        {
          code: 'actor.forbidden',
        },
      )
      const note = await db.get<{ id: string }>(
        sql`select id from invoices where corrects_id = ${id} limit 1`,
      )
      await assert.rejects(creditInvoice(means, { invoice_id: note!.id, reason: 'Of a note' }, staff), {
        code: 'credit_note.not_creditable',
      })
      await clean()
    })

    test('a claim that is written off is a loss, and paid after all it is none', async () => {
      const { client } = await makeBuyer(means)
      const { id } = await issue(means, draft(client, { amounts: [1_500n] }))
      await pay(id, '785')
      assert.equal(await stateOf(id), 'partly_paid')
      const act = { invoice_id: id, reason: 'Client cannot be found' }
      await assert.rejects(writeOffInvoice(means, act, staffActor(['invoice.void'])), {
        code: 'actor.forbidden',
      })
      const written = await writeOffInvoice(means, act, staff)
      const loss = async () =>
        (await db.get<{ sum_minor: bigint }>(
          sql`select sum(amount_minor) as sum_minor from postings where account = 'write_offs' and client_id = ${client.id}`,
        ))!.sum_minor
      assert.deepEqual(
        [written.status, await loss(), amountDue(await getInvoice(db, id, actor))],
        ['written_off', 1_000n, 0n],
      )
      await clean()
      await assert.rejects(writeOffInvoice(means, act, staff), { code: 'state.illegal' })
      await pay(id, '400')
      assert.deepEqual([await stateOf(id), await loss()], ['written_off', 600n])
      await clean()
      await pay(id, '700')
      assert.deepEqual([await stateOf(id), await loss(), await credit(client.id)], ['paid', 0n, 100n])
      await clean()
    })

    test('what is in collections is reminded of no more, until it is taken back', async () => {
      const { client } = await makeBuyer(means)
      const { id } = await issue(means, draft(client))
      const later = isoDate('2026-01-21')
      assert.equal(await stateOf(id, later), 'overdue')
      const act = { invoice_id: id, reason: 'Handed over' }
      await sendToCollections(means, act, staff)
      assert.equal(await stateOf(id, later), 'in_collections')
      await assert.rejects(sendToCollections(means, act, staff), { code: 'invoice.not_collectable' })
      const reminders = async () => {
        await sendReminders(means, { on: later, brandIds: null }, actor)
        return (await db.all(sql`select step from reminders where document_id = ${id}`)).length
      }
      assert.equal(await reminders(), 0)
      await recallFromCollections(means, act, staff)
      const proforma = { ...(await getInvoice(db, id, actor)), proforma: 1 }
      assert.deepEqual(
        [today, later].map((on) => invoiceState(proforma, on)),
        ['issued', 'late'],
      )
      assert.equal(await reminders(), 1)
      await assert.rejects(recallFromCollections(means, act, staff), { code: 'invoice.not_collectable' })
      await assert.rejects(sendToCollections(means, act, { ...staff, brandIds: ['brd_other'] }), {
        code: 'record.not_found',
      })
    })

    test('lists say the same states; money on its way is payment pending', async () => {
      const { client } = await makeBuyer(means)
      const { id } = await issue(means, draft(client))
      const payment = await pay(id, '100')
      await db.run(sql`update payments set status = 'pending', received_minor = 0 where id = ${payment.id}`)
      const { rows } = await listInvoices(means, { client_id: client.id }, staff)
      assert.deepEqual(
        rows.map((row) => invoiceState(row, today)),
        ['payment_pending'],
      )
      await db.run(
        sql`update payments set status = 'succeeded', received_minor = 100 where id = ${payment.id}`,
      )
      await clean()
    })
  })
}
