import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  bookDispute,
  bookRefund,
  clientCredit,
  creditInvoice,
  getInvoice,
  invoiceState,
  readStatement,
  recordMany,
  recordPayment,
  refundable,
  refundInvoice,
  refundNote,
  refundPayment,
  standings,
  useCredit,
  verifyBooks,
  type Payments,
  type RefundRow,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeClient, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { actor, draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

const today = isoDate('2026-01-15')
const TOO_LARGE = { code: 'refund.too_large' }

for (const engine of engines)
  describe(`refunds of one document among several that were paid at once (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const staff = staffActor()
    const gateway = await makeGateway(means)
    const { brand } = await makeBuyer(means)
    const using = (answers: object[] = []): Payments => ({ ...means, plugins: scriptedGateway(answers) })
    const clean = async () => assert.deepEqual(await verifyBooks(db, today), [])

    /** Documents of 11.90, 23.80 and 5.95 that one payment paid, through a gateway if it is said so. */
    const paid = async (amount = '4165', byGateway = false) => {
      const client = await makeClient(means, { brand_id: brand.id })
      const ids: string[] = []
      for (const net of [1_000n, 2_000n, 500n])
        ids.push((await issue(means, draft(client, { amounts: [net] }))).id)
      const reference = means.newId('req') as string
      const wish = { invoice_ids: ids, amount_minor: amount, reference }
      const payment = await recordMany(using(), wish, staff)
      if (byGateway)
        await db.run(sql`update payments set instance_id = ${gateway.id} where id = ${payment.id}`)
      return { client, ids: ids as [string, string, string], payment, reference }
    }
    type Paid = Awaited<ReturnType<typeof paid>>
    const refund = (of: Paid, n: number, amount_minor: string, more: object = {}) =>
      refundPayment(
        using(),
        {
          ...{ payment_id: of.payment.id, invoice_id: of.ids[n], amount_minor, reason: 'Returned' },
          ...{ destination: 'recorded', ...more },
        },
        staff,
      )
    const refunded = async ({ ids }: Paid) => {
      const standing = await standings(db, ids)
      return ids.map((id) => standing(id).refunded_minor)
    }
    const states = async ({ ids }: Paid) => {
      const found = []
      for (const id of ids) found.push(invoiceState(await getInvoice(db, id, staff), today))
      return found
    }
    const applied = async ({ ids }: Paid) => {
      const standing = await standings(db, ids)
      return ids.map((id) => standing(id).allocated_minor)
    }
    const credit = async ({ client }: Paid) => (await clientCredit(db, client.id, 'EUR')).paidMinor
    const dispute = (of: Paid, minor: string, status: 'open' | 'lost' | 'won') =>
      db.transaction((trx) =>
        bookDispute(
          means,
          trx,
          {
            instanceId: gateway.id,
            fact: {
              ...{ fact: 'dispute', reference: `dp_${of.payment.id}`, status, reason: 'fraudulent' },
              ...{ payment_id: of.payment.id, payment_reference: of.reference },
              amount: { minor, currency: 'EUR' },
            },
          },
          actor,
        ),
      )

    test('are of that document, in parts, and never more than it got', async () => {
      const of = await paid()
      const row = await refund(of, 1, '1000')
      assert.deepEqual([row.invoice_id, row.taken_from, row.status], [of.ids[1], 'goodwill', 'succeeded'])
      assert.deepEqual(await refunded(of), [0n, 1_000n, 0n])
      assert.equal(await refundable(db, of.payment, of.ids[1]), 1_380n)
      await assert.rejects(refund(of, 1, '1381'), {
        ...TOO_LARGE,
        message: 'Of what this payment paid of the document 13.80 EUR can be refunded at most.',
      })
      await refund(of, 1, '1380')
      assert.deepEqual(await states(of), ['paid', 'refunded', 'paid'])
      await refund(of, 0, '1190')
      await refund(of, 2, '595')
      assert.deepEqual(await states(of), ['refunded', 'refunded', 'refunded'])
      assert.deepEqual(await refunded(of), [1_190n, 2_380n, 595n])
      await assert.rejects(refund(of, 0, '1'), TOO_LARGE)
      await clean()
    })

    test('name a document that got something of the payment', async () => {
      const [of, other] = [await paid(), await paid()]
      const named = (invoice_id: string) => refund(of, 0, '100', { invoice_id })
      const refused = { code: 'input.invalid' }
      await assert.rejects(named(other.ids[0]), refused)
      await assert.rejects(named('inv_unknown'), refused)
      const alone = await issue(means, draft(of.client, { amounts: [1_000n] }))
      const wish = { invoice_id: alone.id, amount_minor: '1190', reference: means.newId('req') }
      const { id } = await recordPayment(using(), wish, staff)
      await assert.rejects(refund(of, 0, '100', { payment_id: id }), refused)
      const own = await refund(of, 0, '100', { payment_id: id, invoice_id: alone.id })
      assert.equal(own.invoice_id, alone.id)
      await clean()
    })

    test('take the sale back with a credit note over that document alone', async () => {
      const of = await paid()
      await assert.rejects(refund(of, 0, '595', { invoice_id: undefined, credit_note: {} }), {
        code: 'input.invalid',
      })
      const row = await refund(of, 1, '2380', { credit_note: {} })
      const note = await getInvoice(db, row.credit_note_id!, staff)
      assert.deepEqual([note.corrects_id, note.total_minor], [of.ids[1], -2_380n])
      assert.deepEqual([await credit(of), await states(of)], [0n, ['paid', 'refunded', 'paid']])
      await assert.rejects(refund(of, 1, '1', { credit_note: {} }), TOO_LARGE)
      const half = await refund(of, 0, '595', {
        credit_note: { lines: [{ position: 1, amount_minor: '500' }] },
      })
      assert.equal(half.taken_from, 'credit_note')
      assert.deepEqual(await refunded(of), [595n, 2_380n, 0n])
      await clean()
    })

    test('may be paid by a credit note that was issued before', async () => {
      const of = await paid('5000')
      await creditInvoice(means, { invoice_id: of.ids[2], reason: 'Not wanted' }, staff)
      assert.equal(await credit(of), 835n + 595n)
      await refund(of, 2, '595', { from: 'credit' })
      assert.deepEqual([await credit(of), await refunded(of)], [835n, [0n, 0n, 595n]])
      await refund(of, 0, '835', { invoice_id: undefined })
      assert.deepEqual([await credit(of), await refunded(of)], [0n, [0n, 0n, 595n]])
      await clean()
    })

    test('leave the others to be what the bank takes back', async () => {
      const of = await paid('4165', true)
      await refund(of, 0, '1190', { credit_note: {} })
      await dispute(of, '2975', 'lost')
      // What was returned of the first is not owed again by the bank's taking of the rest.
      assert.deepEqual(await applied(of), [1_190n, 0n, 0n])
      assert.equal(await refundable(db, of.payment, of.ids[1]), 0n)
      await assert.rejects(refund(of, 1, '1'), TOO_LARGE)
      await clean()
      await dispute(of, '2975', 'won')
      await clean()
    })

    test('are owed again last, when the bank takes back all in spite of them', async () => {
      const of = await paid('4165', true)
      await refund(of, 0, '1190', { credit_note: {} })
      await dispute(of, '3975', 'lost')
      assert.deepEqual(await applied(of), [190n, 0n, 0n])
      await clean()
    })

    test('wait with the others while a dispute is open', async () => {
      const of = await paid('4165', true)
      await dispute(of, '4000', 'open')
      await assert.rejects(refund(of, 1, '166'), TOO_LARGE)
      await refund(of, 1, '165')
      await clean()
    })

    test('are given up again when the gateway says that they failed', async () => {
      const of = await paid('4165', true)
      const payments = using([{ outcome: 'pending', reference: 're_1' }])
      const wish = {
        ...{ payment_id: of.payment.id, invoice_id: of.ids[1], amount_minor: '2380' },
        ...{ destination: 'source', reason: 'Returned', credit_note: {} },
      }
      const { id } = await refundPayment(payments, wish, staff)
      assert.deepEqual(await refunded(of), [0n, 2_380n, 0n])
      await db.transaction((trx) =>
        bookRefund(
          means,
          trx,
          {
            ...{
              instanceId: gateway.id,
              refundId: id,
              paymentId: of.payment.id,
              paymentReference: of.reference,
            },
            ...{ amountMinor: 2_380n, occurredAt: undefined },
            result: { outcome: 'failed', code: 'closed', message: 'The account is closed.' },
          },
          actor,
        ),
      )
      assert.deepEqual([await credit(of), await refunded(of)], [2_380n, [0n, 0n, 0n]])
      assert.equal(await refundable(db, of.payment, of.ids[1]), 2_380n)
      await clean()
    })

    test('stand in the statement of the client under that document', async () => {
      const of = await paid()
      await refund(of, 1, '2380', { credit_note: {} })
      const period = { client_id: of.client.id, from: '2026-01-01', to: '2026-01-31' }
      const { entries, closingMinor } = await readStatement(means, period, staff)
      const held = entries.find(({ kind }) => kind === 'refund_held')
      const { number } = await getInvoice(db, of.ids[1], staff)
      assert.deepEqual([held?.invoiceId, held?.reference, closingMinor], [of.ids[1], number, 0n])
    })

    describe('when an order falls through or a service ends early', () => {
      const refunds = ({ payment }: Paid) =>
        db.all<RefundRow>(sql`select * from refunds where payment_id = ${payment.id} order by id`)
      const sums = async (of: Paid) =>
        (await refunds(of)).map((row) => [of.ids.indexOf(row.invoice_id!), row.amount_minor])

      test('give back what its document got of the payment, one document after the other', async () => {
        const of = await paid('4165', true)
        for (const n of [1, 0])
          await db.transaction((trx) =>
            refundInvoice(means, trx, { invoiceId: of.ids[n]!, reason: 'Cancelled' }, actor),
          )
        assert.deepEqual(await sums(of), [
          [1, 2_380n],
          [0, 1_190n],
        ])
        assert.equal(await credit(of), 0n)
        await clean()
      })

      test('send the value of a credit note to the payment of the service’s document', async () => {
        const of = await paid('4165', true)
        const service = 'svc_gone'
        await db.run(sql`update invoice_lines set source_id = ${service} where invoice_id = ${of.ids[1]}`)
        const lines = [{ position: 1, amount_minor: '1000' }]
        const note = await creditInvoice(means, { invoice_id: of.ids[1], lines, reason: 'Unused' }, staff)
        const give = {
          noteId: note.id,
          mostMinor: -note.total_minor,
          serviceIds: [service],
          reason: 'Unused',
        }
        for (const once of ['end', 'end'])
          await db.transaction((trx) => refundNote(means, trx, { ...give, once }, actor))
        assert.deepEqual(await sums(of), [[1, 1_190n]])
        assert.equal(await credit(of), 0n)
        await db.run(sql`update invoice_lines set source_id = null where invoice_id = ${of.ids[1]}`)
        await clean()
      })

      test('take no more than the client holds, where what was paid too much is used by now', async () => {
        const client = await makeClient(means, { brand_id: brand.id })
        const [one, two] = [
          await issue(means, draft(client, { amounts: [1_000n] })),
          await issue(means, draft(client, { amounts: [1_000n] })),
        ]
        const wish = { instance_id: gateway.id, amount_minor: '2380', reference: means.newId('req') }
        await recordPayment(using(), { ...wish, invoice_id: one.id }, staff)
        await useCredit(means, { invoice_id: two.id }, staff)
        await db.transaction((trx) =>
          refundInvoice(means, trx, { invoiceId: one.id, reason: 'Cancelled' }, actor),
        )
        const rows = await db.all<{ amount_minor: bigint }>(
          sql`select amount_minor from refunds where client_id = ${client.id}`,
        )
        assert.deepEqual(rows, [{ amount_minor: 1_190n }])
        await clean()
      })
    })
  })
