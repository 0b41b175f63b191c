import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  allotRefund,
  bookRefund,
  clientCredit,
  recordPayment,
  refundPayment,
  surplusOf,
  verifyBooks,
  type PaymentRow,
  type RefundRow,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeClient, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { actor, draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

const today = isoDate('2026-01-15')

for (const engine of engines)
  describe(`refunds that the gateway knows better (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const payments = { ...means, plugins: scriptedGateway([]) }
    const staff = staffActor()
    const gateway = await makeGateway(means)
    const { brand } = await makeBuyer(means)
    const clean = async () => assert.deepEqual(await verifyBooks(db, today), [])

    /** A payment at the gateway for a new document of 11.90. */
    const pay = async (amountMinor: string, of?: Awaited<ReturnType<typeof makeClient>>) => {
      const client = of ?? (await makeClient(means, { brand_id: brand.id }))
      const bill = await issue(means, draft(client, { amounts: [1_000n] }))
      const reference = means.newId('req') as string
      const wish = { invoice_id: bill.id, instance_id: gateway.id, amount_minor: amountMinor, reference }
      return recordPayment(payments, wish, staff)
    }
    const report = (
      payment: PaymentRow,
      amountMinor: bigint,
      result: Parameters<typeof bookRefund>[2]['result'],
      refundId?: string,
    ) =>
      db.transaction((trx) =>
        bookRefund(
          means,
          trx,
          {
            ...{ instanceId: gateway.id, refundId, paymentId: payment.id, result },
            ...{ paymentReference: payment.reference!, amountMinor, occurredAt: undefined },
          },
          actor,
        ),
      )
    const foreign = async (payment: PaymentRow, amountMinor: bigint) => {
      await report(payment, amountMinor, { outcome: 'succeeded', reference: `re_${payment.id}` })
      return (await db.get<RefundRow>(sql`select * from refunds where reference = ${`re_${payment.id}`}`))!
    }
    const credit = async ({ client_id: id }: PaymentRow) => (await clientCredit(db, id, 'EUR')).paidMinor

    test('what was found to be credit alone is no surplus of a payment any more', async () => {
      const client = await makeClient(means, { brand_id: brand.id })
      const payment = await pay('1490', client)
      const refund = await foreign(payment, 300n)
      assert.equal(await surplusOf(db, payment), 300n)
      await allotRefund(
        means,
        { refund_id: refund.id, parts: [{ amount_minor: '300', from: 'credit' }] },
        staff,
      )
      assert.deepEqual([await credit(payment), await surplusOf(db, payment)], [0n, 0n])
      await pay('1690', client)
      const back = await refundPayment(
        payments,
        { payment_id: payment.id, amount_minor: '1190', destination: 'recorded', reason: 'Returned' },
        staff,
      )
      assert.deepEqual([back.taken_from, await credit(payment)], ['goodwill', 500n])
      await clean()
    })
  })
