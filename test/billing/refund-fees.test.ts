import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { bookRefundOutcome, recordPayment, refundPayment, verifyBooks } from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { testMeans } from '../support/means.ts'
import { actor, draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

const eur = (minor: string) => ({ minor, currency: 'EUR' })

for (const engine of engines)
  describe(`the fee of a refund (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-15T10:00:00.000Z' })

    /** A payment of 11.90 of which 5.00 goes back, with that answer of the gateway. */
    async function refunded(answer: object) {
      const { client } = await makeBuyer(means)
      const { id: instance } = await makeGateway(means)
      const invoice = await issue(means, draft(client))
      const payments = { ...means, plugins: scriptedGateway([answer]) }
      const paid = {
        invoice_id: invoice.id,
        instance_id: instance,
        amount_minor: '1190',
        reference: `p_${instance}`,
      }
      const { id: payment_id } = await recordPayment(payments, paid, actor)
      const wish = { payment_id, amount_minor: '500', destination: 'source' as const, reason: 'Asked' }
      const refund = await refundPayment(payments, wish, actor)
      const balanceOf = async (name: string) => {
        const row = await db.get<{ sum: bigint | null }>(
          sql`select sum(amount_minor) as sum from postings where account = ${`${name}:${instance}`}`,
        )
        return BigInt(row?.sum ?? 0)
      }
      const books = async () => [await balanceOf('gateway_clearing'), await balanceOf('gateway_fees')]
      const fee = async () =>
        (
          await db.get<{ fee_minor: bigint }>(
            sql`select fee_minor from transactions where payment_id = ${payment_id} and kind = 'refund'`,
          )
        )?.fee_minor
      return { refund, books, fee }
    }
    const clean = async () => assert.deepEqual(await verifyBooks(db, isoDate('2026-01-15')), [])

    test('is an expense that the gateway takes out of what it holds', async () => {
      const { refund, books, fee } = await refunded({
        outcome: 'succeeded',
        reference: 're_1',
        fee: eur('35'),
      })
      assert.equal(refund.status, 'succeeded')
      // 11.90 came, 5.00 and 0.35 went.
      assert.deepEqual(await books(), [655n, 35n])
      assert.equal(await fee(), 35n)
      await clean()
    })

    test('lowers the expense where the gateway gives back of what it kept', async () => {
      const { books, fee } = await refunded({ outcome: 'succeeded', reference: 're_2', fee: eur('-12') })
      assert.deepEqual(await books(), [702n, -12n])
      assert.equal(await fee(), -12n)
      await clean()
    })

    test('is booked once, with the answer that says first that money left', async () => {
      const { refund, books } = await refunded({ outcome: 'pending', reference: 're_3', fee: eur('35') })
      assert.equal(refund.status, 'pending')
      const outcome = { outcome: 'succeeded' as const, reference: 're_3', fee: eur('35') }
      for (let n = 0; n < 2; n++)
        await db.transaction((trx) => bookRefundOutcome(means, trx, { refundId: refund.id, outcome }, actor))
      assert.deepEqual(await books(), [655n, 35n])
      await clean()
    })

    test('stays with the gateway when the money comes back, and one in other money is left to its report', async () => {
      const { refund, books } = await refunded({ outcome: 'succeeded', reference: 're_4', fee: eur('35') })
      const failed = { outcome: 'failed' as const, code: 'closed', message: 'The account is closed' }
      await db.transaction((trx) =>
        bookRefundOutcome(means, trx, { refundId: refund.id, outcome: failed }, actor),
      )
      assert.deepEqual(await books(), [1_155n, 35n])
      const other = await refunded({
        ...{ outcome: 'succeeded', reference: 're_5' },
        fee: { minor: '35', currency: 'USD' },
      })
      assert.deepEqual(await other.books(), [690n, 0n])
      await clean()
    })

    test('is none where nothing is said', async () => {
      const { books, fee } = await refunded({ outcome: 'succeeded', reference: 're_6' })
      assert.deepEqual([...(await books()), await fee()], [690n, 0n, 0n])
      await clean()
    })
  })
