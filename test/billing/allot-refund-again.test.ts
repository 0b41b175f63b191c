import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  allotRefund,
  bookMovement,
  bookMovements,
  bookRefund,
  clientCredit,
  keepMovements,
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

    const byHand = (payment: PaymentRow, reference: string) =>
      refundPayment(
        payments,
        {
          ...{ payment_id: payment.id, amount_minor: '500', destination: 'recorded', reason: 'Returned' },
          reference,
        },
        staff,
      )
    /** What is booked of a refund at the gateway and by hand, and where its movements are. */
    const places = async ({ id, payment_id }: RefundRow) => {
      const sums = await db.all<{ account: string; sum_minor: bigint }>(sql`
        select o.account, sum(o.amount_minor) as sum_minor from postings o join journals j on j.id = o.journal_id
        where j.source_id = ${id} and o.account like 'gateway_clearing:%' group by o.account`)
      const at = new Map(sums.map((row) => [row.account, row.sum_minor]))
      const moved = await db.all<{ instance_id: string; amount_minor: bigint; fee_minor: bigint }>(sql`
        select instance_id, amount_minor, fee_minor from transactions
        where payment_id = ${payment_id} and kind in ('refund', 'refund_failed') order by id`)
      return {
        gateway: at.get(`gateway_clearing:${gateway.id}`) ?? 0n,
        byHand: at.get('gateway_clearing:manual') ?? 0n,
        moved: moved.map((one) => [one.instance_id, one.amount_minor, one.fee_minor]),
      }
    }
    const failed = { outcome: 'failed', code: 'closed', message: 'Closed.' } as const

    test('moves to the gateway that reports it what staff recorded as sent by hand', async () => {
      const payment = await pay('1190')
      const refund = await byHand(payment, 're_hand_1')
      assert.equal((await places(refund)).byHand, -500n)
      const done = {
        ...({ outcome: 'succeeded', reference: 're_hand_1' } as const),
        fee: { minor: '10', currency: 'EUR' },
      }
      for (let i = 0; i < 2; i++) await report(payment, 500n, done)
      assert.deepEqual(await places(refund), {
        ...{ gateway: -510n, byHand: 0n },
        moved: [[gateway.id, -500n, 10n]],
      })
      await clean()
      await report(payment, 500n, failed, refund.id)
      assert.deepEqual(await places(refund), {
        ...{ gateway: -10n, byHand: 0n },
        moved: [
          [gateway.id, -500n, 10n],
          [gateway.id, 500n, 0n],
        ],
      })
      await clean()
    })

    /** What the nightly reading tells of the gateway's balance. */
    const read = async (of: string, minor: string, fee: string) => {
      const amount = { minor, currency: 'EUR' }
      const told = {
        ...({ kind: 'refund', reference: `txn_${of}`, of, on: '2026-01-15', amount } as const),
        fee: { minor: fee, currency: 'EUR' },
      }
      await db.transaction((trx) =>
        keepMovements(means, trx, { instanceId: gateway.id, brandId: brand.id, told: [told] }),
      )
      return bookMovements(means, gateway.id)
    }
    const movement = (of: string) =>
      db.get<{ status: string; problem: string | null; transaction_id: string | null }>(
        sql`select status, problem, transaction_id from gateway_movements where of_reference = ${of}`,
      )

    test('moves to the gateway what staff recorded, also when only the nightly reading tells of it', async () => {
      const payment = await pay('1190')
      const refund = await byHand(payment, 're_night_1')
      assert.equal(await read('re_night_1', '-500', '10'), 1)
      // The fee is booked with the movement, which has journals of its own.
      assert.deepEqual(await places(refund), {
        ...{ gateway: -500n, byHand: 0n },
        moved: [[gateway.id, -500n, 0n]],
      })
      assert.equal((await movement('re_night_1'))?.status, 'booked')
      await clean()
      // An event that comes late after all, and the same reading again, change nothing.
      await report(payment, 500n, { outcome: 'succeeded', reference: 're_night_1' })
      assert.equal(await read('re_night_1', '-500', '10'), 0)
      assert.equal((await places(refund)).gateway, -500n)
      await clean()
    })

    test('leaves by hand a refund of another sum, until staff take it as it is told', async () => {
      const payment = await pay('1190')
      const refund = await byHand(payment, 're_night_2')
      assert.equal(await read('re_night_2', '-450', '0'), 0)
      assert.deepEqual(await movement('re_night_2'), {
        ...{ status: 'waiting', problem: 'differs', transaction_id: null },
      })
      assert.deepEqual((await places(refund)).byHand, -500n)
      const { id } = (await db.get<{ id: string }>(
        sql`select id from gateway_movements where of_reference = 're_night_2'`,
      ))!
      await db.transaction((trx) => bookMovement(means, trx, { id, accept: true }, staff))
      assert.deepEqual(await places(refund), {
        ...{ gateway: -500n, byHand: 0n },
        moved: [[gateway.id, -500n, 0n]],
      })
      await clean()
    })

    test('leaves by hand what came back already, and what the gateway has under that name besides', async () => {
      const payment = await pay('1190')
      const refund = await byHand(payment, 're_hand_2')
      await report(payment, 500n, failed, refund.id)
      await report(payment, 500n, { outcome: 'succeeded', reference: 're_hand_2' })
      assert.deepEqual((await places(refund)).moved, [
        ['manual', -500n, 0n],
        ['manual', 500n, 0n],
      ])
      const other = await pay('1190')
      const told = await foreign(other, 100n)
      const twice = await byHand(other, told.reference!)
      await report(other, 500n, { outcome: 'succeeded', reference: told.reference! })
      const { gateway: atGateway, byHand: inHand } = await places(twice)
      assert.deepEqual([atGateway, inHand], [0n, -500n])
      await clean()
    })

    test('comes back where it left, also where earlier versions took it from the gateway', async () => {
      const payment = await pay('1190')
      const refund = await foreign(payment, 500n)
      await db.run(sql`update refunds set destination = 'recorded' where id = ${refund.id}`)
      await report(payment, 500n, failed, refund.id)
      const { gateway: atGateway, byHand: inHand, moved } = await places(refund)
      assert.deepEqual([atGateway, inHand, moved[1]![0]], [0n, 0n, gateway.id])
      await clean()
    })
  })
