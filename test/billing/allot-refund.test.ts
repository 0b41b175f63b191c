import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  allotRefund,
  bookRefund,
  clientCredit,
  creditInvoice,
  getInvoice,
  readParts,
  recordMany,
  recordPayment,
  refundable,
  refundPayment,
  standings,
  verifyBooks,
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
  describe(`what a refund made at the gateway is of (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const payments = { ...means, plugins: scriptedGateway([]) }
    const staff = staffActor()
    const gateway = await makeGateway(means)
    const { brand } = await makeBuyer(means)
    const clean = async () => assert.deepEqual(await verifyBooks(db, today), [])

    /** Documents of 11.90, 23.80 and 5.95 that one payment paid, and a refund that the gateway reports. */
    const refunded = async (refundMinor: bigint, paidMinor = '4165') => {
      const client = await makeClient(means, { brand_id: brand.id })
      const ids: string[] = []
      for (const net of [1_000n, 2_000n, 500n])
        ids.push((await issue(means, draft(client, { amounts: [net] }))).id)
      const reference = means.newId('req') as string
      const payment = await recordMany(
        payments,
        { invoice_ids: ids, amount_minor: paidMinor, reference },
        staff,
      )
      await db.run(sql`update payments set instance_id = ${gateway.id} where id = ${payment.id}`)
      const report = (result: Parameters<typeof bookRefund>[2]['result']) =>
        db.transaction((trx) =>
          bookRefund(
            means,
            trx,
            {
              ...{ instanceId: gateway.id, refundId: undefined, paymentId: payment.id, result },
              ...{ paymentReference: reference, amountMinor: refundMinor, occurredAt: undefined },
            },
            actor,
          ),
        )
      await report({ outcome: 'succeeded', reference: `re_${reference}` })
      const refund = await db.get<RefundRow>(sql`select * from refunds where payment_id = ${payment.id}`)
      const fail = () =>
        db.transaction((trx) =>
          bookRefund(
            means,
            trx,
            {
              ...{ instanceId: gateway.id, refundId: refund!.id, paymentId: payment.id },
              ...{ paymentReference: reference, amountMinor: refundMinor, occurredAt: undefined },
              result: { outcome: 'failed', code: 'closed', message: 'Closed.' },
            },
            actor,
          ),
        )
      return { client, payment, refund: refund!, ids: ids as [string, string, string], fail }
    }
    type Refunded = Awaited<ReturnType<typeof refunded>>
    const allot = ({ refund }: Refunded, parts: object[]) =>
      allotRefund(means, { refund_id: refund.id, parts }, staff)
    const backOf = async ({ ids }: Refunded) => {
      const standing = await standings(db, ids)
      return ids.map((id) => standing(id).refunded_minor)
    }
    const credit = async ({ client }: Refunded) => (await clientCredit(db, client.id, 'EUR')).paidMinor
    const expense = async ({ refund }: Refunded) => {
      const row = await db.get<{ sum_minor: bigint | null }>(sql`
        select sum(p.amount_minor) as sum_minor from postings p join journals j on j.id = p.journal_id
        where p.account = 'refunds' and (j.source_id = ${refund.id}
          or j.source_id in (select t.id from refund_parts t where t.refund_id = ${refund.id}))`)
      return row?.sum_minor ?? 0n
    }
    const told = (parts: Awaited<ReturnType<typeof readParts>>) =>
      parts.map((one) => [one.invoice_id, one.taken_from, one.amount_minor])

    test('is said in parts, with a credit note where one is wanted; the rest is of none', async () => {
      const of = await refunded(3_000n)
      assert.deepEqual(await backOf(of), [0n, 0n, 0n])
      const parts = await allot(of, [
        { invoice_id: of.ids[0], amount_minor: '500' },
        { invoice_id: of.ids[1], amount_minor: '2380', credit_note: {} },
      ])
      assert.deepEqual(told(parts), [
        [of.ids[0], 'goodwill', 500n],
        [of.ids[1], 'credit_note', 2_380n],
        [null, 'goodwill', 120n],
      ])
      const note = await getInvoice(db, parts[1]!.credit_note_id!, staff)
      assert.deepEqual([note.corrects_id, note.total_minor], [of.ids[1], -2_380n])
      assert.deepEqual([await backOf(of), await credit(of)], [[500n, 2_380n, 0n], 0n])
      assert.equal(await expense(of), 620n)
      assert.equal(await refundable(db, of.payment, of.ids[0]), 690n)
      await assert.rejects(
        refundPayment(
          payments,
          {
            ...{ payment_id: of.payment.id, invoice_id: of.ids[1], amount_minor: '1' },
            ...{ destination: 'recorded', reason: 'Again' },
          },
          staff,
        ),
        TOO_LARGE,
      )
      const audited = await db.all<{ action: string; client_id: string }>(
        sql`select action, client_id from audit where subject = ${of.refund.id} and action = 'refund.allot'`,
      )
      assert.deepEqual(audited, [{ action: 'refund.allot', client_id: of.client.id }])
      await clean()
    })

    test('is said anew as long as nothing but an expense pays for it', async () => {
      const of = await refunded(1_190n)
      await allot(of, [{ invoice_id: of.ids[1], amount_minor: '1190' }])
      await assert.rejects(allot(of, [{ invoice_id: of.ids[0], amount_minor: '1' }]), TOO_LARGE)
      await allot(of, [
        { invoice_id: of.ids[1], amount_minor: '0' },
        { invoice_id: of.ids[0], amount_minor: '1190' },
      ])
      assert.deepEqual(await backOf(of), [1_190n, 0n, 0n])
      await allot(of, [
        {
          invoice_id: of.ids[0],
          amount_minor: '595',
          credit_note: { lines: [{ position: 1, amount_minor: '500' }] },
        },
      ])
      assert.deepEqual(told(await readParts(db, of.refund.id)), [
        [of.ids[0], 'credit_note', 595n],
        [null, 'goodwill', 595n],
      ])
      await assert.rejects(allot(of, [{ invoice_id: of.ids[1], amount_minor: '596' }]), TOO_LARGE)
      await allot(of, [{ invoice_id: of.ids[1], amount_minor: '595' }])
      assert.deepEqual([await backOf(of), await expense(of)], [[595n, 595n, 0n], 595n])
      await clean()
    })

    test('stays as it was said of a document that is not named again', async () => {
      const of = await refunded(3_000n)
      await allot(of, [{ invoice_id: of.ids[0], amount_minor: '400' }])
      await allot(of, [{ invoice_id: of.ids[1], amount_minor: '2380' }])
      await allot(of, [{ invoice_id: of.ids[2], amount_minor: '100', credit_note: {} }])
      assert.deepEqual(await backOf(of), [400n, 2_380n, 100n])
      assert.equal(await refundable(db, of.payment, of.ids[0]), 790n)
      await allot(of, [{ invoice_id: of.ids[1], amount_minor: '0' }])
      assert.deepEqual(told(await readParts(db, of.refund.id)), [
        [of.ids[0], 'goodwill', 400n],
        [of.ids[2], 'credit_note', 100n],
        [null, 'goodwill', 2_500n],
      ])
      for (const odd of [
        { amount_minor: '0', from: 'credit' },
        { amount_minor: '0', credit_note: {} },
      ])
        await assert.rejects(allot(of, [{ invoice_id: of.ids[0], ...odd }]), { code: 'input.invalid' })
      await clean()
    })

    test('leaves no more with the document that it named than that has left', async () => {
      const of = await refunded(1n)
      const [own, other] = of.ids
      const give = (amountMinor: string) =>
        refundPayment(
          payments,
          {
            ...{ payment_id: of.payment.id, invoice_id: own, amount_minor: amountMinor },
            ...{ destination: 'recorded', reason: 'Again' },
          },
          staff,
        )
      const first = { ...of, refund: await give('1190') }
      await allot(first, [{ invoice_id: other, amount_minor: '700' }])
      await give('700')
      await assert.rejects(allot(first, [{ invoice_id: other, amount_minor: '699' }]), TOO_LARGE)
      assert.deepEqual(await backOf(of), [1_190n, 700n, 0n])
      await clean()
    })

    test('is never of more of a document than that got, nor of one that got nothing', async () => {
      const [of, other] = [await refunded(3_000n), await refunded(100n)]
      await assert.rejects(allot(of, [{ invoice_id: of.ids[0], amount_minor: '1191' }]), TOO_LARGE)
      const twice = [
        { invoice_id: of.ids[2], amount_minor: '500' },
        { invoice_id: of.ids[2], amount_minor: '96', credit_note: {} },
      ]
      await assert.rejects(allot(of, twice), TOO_LARGE)
      await assert.rejects(
        allot(of, [
          { invoice_id: of.ids[1], amount_minor: '2380' },
          { invoice_id: of.ids[0], amount_minor: '621' },
        ]),
        TOO_LARGE,
      )
      await assert.rejects(allot(of, [{ invoice_id: other.ids[0], amount_minor: '1' }]), {
        code: 'input.invalid',
      })
      await assert.rejects(allot(of, [{ amount_minor: '1' }]), { code: 'input.invalid' })
      assert.deepEqual(await readParts(db, of.refund.id), [])
      assert.equal(await credit(of), 0n)
      await clean()
    })

    test('may be the credit of the client, of no document or of one that was credited before', async () => {
      const of = await refunded(1_430n, '5000')
      assert.equal(await credit(of), 835n)
      await creditInvoice(means, { invoice_id: of.ids[2], reason: 'Not wanted' }, staff)
      const parts = [
        { amount_minor: '835', from: 'credit' },
        { invoice_id: of.ids[2], amount_minor: '595', from: 'credit' },
      ]
      await assert.rejects(allot(of, [{ ...parts[0], amount_minor: '1431' }]), TOO_LARGE)
      await allot(of, parts)
      assert.deepEqual([await credit(of), await expense(of), await backOf(of)], [0n, 0n, [0n, 0n, 595n]])
      await assert.rejects(allot(of, [{ amount_minor: '1', from: 'credit' }]), TOO_LARGE)
      await clean()
    })

    test('is undone with the refund, when that comes back: the credit notes stand', async () => {
      const of = await refunded(2_380n)
      await allot(of, [{ invoice_id: of.ids[1], amount_minor: '2380', credit_note: {} }])
      await of.fail()
      assert.deepEqual([await credit(of), await expense(of), await backOf(of)], [2_380n, 0n, [0n, 0n, 0n]])
      await assert.rejects(allot(of, [{ invoice_id: of.ids[0], amount_minor: '1' }]), {
        code: 'refund.not_allottable',
      })
      await clean()
    })

    test('takes the sale back of a document that was paid alone', async () => {
      const client = await makeClient(means, { brand_id: brand.id })
      const bill = await issue(means, draft(client, { amounts: [1_000n] }))
      const wish = {
        invoice_id: bill.id,
        instance_id: gateway.id,
        amount_minor: '1190',
        reference: means.newId('req'),
      }
      const payment = await recordPayment(payments, wish, staff)
      const refund = await refundPayment(
        payments,
        { payment_id: payment.id, amount_minor: '1190', destination: 'recorded', reason: 'Sent' },
        staff,
      )
      await allotRefund(
        means,
        { refund_id: refund.id, parts: [{ invoice_id: bill.id, amount_minor: '1190', credit_note: {} }] },
        staff,
      )
      assert.equal((await clientCredit(db, client.id, 'EUR')).paidMinor, 0n)
      assert.equal((await standings(db, [bill.id]))(bill.id).refunded_minor, 1_190n)
      await clean()
    })

    test('is not asked of a refund that a credit note or credit paid for, or that went into the credit', async () => {
      const of = await refunded(100n)
      const give = (more: object) =>
        refundPayment(
          payments,
          {
            payment_id: of.payment.id,
            invoice_id: of.ids[0],
            amount_minor: '1',
            destination: 'recorded',
            reason: 'R',
            ...more,
          },
          staff,
        )
      const parts = [{ invoice_id: of.ids[0], amount_minor: '1' }]
      const paid = await give({ credit_note: {} })
      await assert.rejects(allotRefund(means, { refund_id: paid.id, parts }, staff), {
        code: 'refund.not_allottable',
      })
      const given = await give({ invoice_id: of.ids[1], destination: 'credit' })
      const noted = [{ invoice_id: of.ids[1], amount_minor: '1', credit_note: {} }]
      await assert.rejects(allotRefund(means, { refund_id: given.id, parts: noted }, staff), {
        code: 'input.invalid',
      })
      await clean()
    })

    test('of a card that staff sent back by hand leaves what the gateway holds as it was', async () => {
      const client = await makeClient(means, { brand_id: brand.id })
      const bill = await issue(means, draft(client, { amounts: [1_000n] }))
      const wish = {
        ...{ invoice_id: bill.id, instance_id: gateway.id, amount_minor: '1190' },
        reference: means.newId('req'),
      }
      const payment = await recordPayment(payments, wish, staff)
      const refund = await refundPayment(
        payments,
        {
          ...{ payment_id: payment.id, amount_minor: '500', destination: 'recorded', reason: 'By bank' },
          reference: 'BANK-OUT-1',
        },
        staff,
      )
      const booked = await db.all<{ account: string }>(sql`
        select p.account from postings p join journals j on j.id = p.journal_id
        where j.source_id = ${refund.id} and p.account like 'gateway_clearing:%'`)
      assert.deepEqual(booked, [{ account: 'gateway_clearing:manual' }])
      const moved = await db.all<{ instance_id: string }>(
        sql`select instance_id from transactions where payment_id = ${payment.id} and kind = 'refund'`,
      )
      assert.deepEqual(moved, [{ instance_id: 'manual' }])
      await clean()
    })

    test('is for staff of its brand', async () => {
      const of = await refunded(100n)
      const wish = { refund_id: of.refund.id, parts: [{ invoice_id: of.ids[0], amount_minor: '1' }] }
      const stranger = { ...staffActor(), brandIds: [] }
      await assert.rejects(allotRefund(means, wish, stranger), { code: 'record.not_found' })
    })
  })
