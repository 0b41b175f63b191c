import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  account,
  bookMovement,
  bookMovements,
  bookOutcome,
  bookRefund,
  readGatewayMoney,
  startPayment,
  verifyBooks,
  type MovementRow,
  type Payments,
  type PayoutRow,
} from '../../../core/billing/index.ts'
import { sql } from '../../../core/db/index.ts'
import { isoDate } from '../../../core/kernel/index.ts'
import { engines, makeDatabase } from '../../support/databases.ts'
import { clientActor } from '../../support/make.ts'
import { testMeans } from '../../support/means.ts'
import { actor, draft, issue, makeBuyer, makeGateway, scriptedGateway } from '../support.ts'
import { eur, holds, movement, payout, toldBy, type Script } from './support.ts'

const OPERATIONS = ['start_payment', 'look_up', 'fee_report', 'list_payouts', 'balances']

for (const engine of engines)
  describe(`money at a gateway (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-15T10:00:00.000Z' })
    const { client } = await makeBuyer(means)

    /** A gateway of its own for each test, so that its accounts hold what the test moved. */
    const open = async () => {
      const gateway = await makeGateway(means, OPERATIONS)
      // Only one is read at a time.
      await db.run(sql`update plugin_instances set status = 'retired' where id <> ${gateway.id}`)
      const read = (script: Script, options?: Parameters<typeof readGatewayMoney>[1]) => {
        const plugins = toldBy({ balances: () => ({ balances: [] }), ...script })
        return readGatewayMoney({ ...means, plugins }, options)
      }
      const pay = async (reference: string, fee?: string, currency = 'EUR') => {
        const invoice = await issue(means, draft(client))
        const payments: Payments = {
          ...means,
          plugins: scriptedGateway([{ outcome: 'pending', reference }]),
        }
        const input = {
          ...{ invoice_id: invoice.id, instance_id: gateway.id },
          ...{ return_url: 'http://shop.example/r', cancel_url: 'http://shop.example/c' },
        }
        const { id } = await startPayment(payments, input, clientActor(client.id))
        const outcome = {
          ...{ outcome: 'succeeded' as const, reference, amount: { minor: '1190', currency } },
          ...(fee ? { fee: eur(fee) } : {}),
        }
        return () => db.transaction((trx) => bookOutcome(means, trx, { paymentId: id, outcome }, actor))
      }
      const movements = () =>
        db.all<MovementRow>(
          sql`select * from gateway_movements where instance_id = ${gateway.id} order by reference`,
        )
      const payouts = () =>
        db.all<PayoutRow>(sql`select * from payouts where instance_id = ${gateway.id} order by reference`)
      return {
        gateway,
        read,
        pay,
        movements,
        payouts,
        clearing: () => holds(db, account.gateway(gateway.id)),
      }
    }
    const fees = (id: string) => holds(db, account.gatewayFees(id))
    const clean = async () => assert.deepEqual(await verifyBooks(db, isoDate('2026-01-15')), [])
    const none = { list_payouts: () => ({ payouts: [] }) }

    test('a gateway that was asked lately rests, however far a clock is moved; staff may ask at once', async () => {
      const { read } = await open()
      const told = { ...none, fee_report: () => ({ fees: [] }) }
      assert.equal((await read(told, { restMs: 3_600_000 })).read, 3)
      means.business.advance(31)
      assert.equal((await read(told, { restMs: 3_600_000 })).read, 0)
      assert.equal((await read(told)).read, 3)
      means.clock.advance(7_200_000)
      assert.equal((await read(told, { restMs: 3_600_000 })).read, 3)
      means.business.advance(-31)
    })

    test('a fee that the event did not tell is booked once, whatever is told again', async () => {
      const { gateway, read, pay, movements, clearing } = await open()
      await (
        await pay('pi_1')
      )()
      assert.deepEqual([await clearing(), await fees(gateway.id)], [{ EUR: 1_190n }, {}])
      const script = { ...none, fee_report: () => ({ fees: [movement({ reference: 'txn_1', of: 'pi_1' })] }) }
      assert.deepEqual(await read(script), { read: 3, failed: 0, booked: 1 })
      assert.deepEqual(await read(script), { read: 3, failed: 0, booked: 0 })
      assert.deepEqual([await clearing(), await fees(gateway.id)], [{ EUR: 1_150n }, { EUR: 40n }])
      const [row] = await movements()
      assert.deepEqual([row?.status, row?.books_minor], ['booked', 1_190n])
      await clean()
    })

    test('a fee that the event told is not booked again, a corrected one only by what is missing', async () => {
      const { gateway, read, pay, clearing } = await open()
      await (
        await pay('pi_2', '40')
      )()
      await (
        await pay('pi_3', '40')
      )()
      const told = [
        movement({ reference: 'txn_2', of: 'pi_2' }),
        movement({ reference: 'txn_3', of: 'pi_3', fee: eur(55) }),
      ]
      await read({ ...none, fee_report: () => ({ fees: told }) })
      assert.deepEqual([await clearing(), await fees(gateway.id)], [{ EUR: 2_285n }, { EUR: 95n }])
      await clean()
    })

    test('a fee that comes before its payment waits for it; two readers book it once', async () => {
      const { gateway, read, pay, movements, clearing } = await open()
      const arrive = await pay('pi_4')
      await read({ ...none, fee_report: () => ({ fees: [movement({ reference: 'txn_4', of: 'pi_4' })] }) })
      assert.deepEqual([(await movements())[0]?.status, await clearing()], ['waiting', {}])
      await arrive()
      const both = await Promise.all([bookMovements(means, gateway.id), bookMovements(means, gateway.id)])
      assert.equal(both[0] + both[1], 1)
      assert.deepEqual([await clearing(), await fees(gateway.id)], [{ EUR: 1_150n }, { EUR: 40n }])
      await clean()
    })

    test('a sum that differs from ours waits for staff, who take it as it is told', async () => {
      const { gateway, read, pay, movements, clearing } = await open()
      await (
        await pay('pi_5')
      )()
      const told = movement({ reference: 'txn_5', of: 'pi_5', amount: eur(1_290) })
      await read({ ...none, fee_report: () => ({ fees: [told] }) })
      const [row] = await movements()
      assert.deepEqual([row?.status, row?.problem, await clearing()], ['waiting', 'differs', { EUR: 1_190n }])
      const accept = () =>
        db.transaction((trx) => bookMovement(means, trx, { id: row!.id, accept: true }, actor))
      assert.deepEqual([await accept(), await accept()], [true, false])
      assert.deepEqual(await clearing(), { EUR: 1_250n })
      assert.deepEqual(await holds(db, account.unmatched(gateway.id)), { EUR: -100n })
      await clean()
    })

    test('what was accepted as unknown gives way to its payment when that comes after all', async () => {
      const { gateway, read, pay, movements, clearing } = await open()
      const arrive = await pay('pi_6')
      await read({ ...none, fee_report: () => ({ fees: [movement({ reference: 'txn_6', of: 'pi_6' })] }) })
      const [row] = await movements()
      await db.transaction((trx) => bookMovement(means, trx, { id: row!.id, accept: true }, actor))
      assert.deepEqual(await clearing(), { EUR: 1_150n })
      assert.deepEqual(await holds(db, account.unmatched(gateway.id)), { EUR: -1_190n })
      await clean()
      await arrive()
      assert.equal(await bookMovements(means, gateway.id), 1)
      assert.deepEqual([await clearing(), await fees(gateway.id)], [{ EUR: 1_150n }, { EUR: 40n }])
      assert.deepEqual(await holds(db, account.unmatched(gateway.id)), {})
      assert.equal((await movements())[0]?.status, 'booked')
      await clean()
    })

    test('money that the gateway changes is booked in both currencies, its rate kept', async () => {
      const { gateway, read, pay, movements, clearing } = await open()
      await (
        await pay('pi_7')
      )()
      const chf = (minor: string) => ({ minor, currency: 'CHF' })
      const told = movement({
        ...{ reference: 'txn_7', of: 'pi_7', amount: chf('1120'), fee: chf('38') },
        ...{ charged: eur(1_190), exchange_rate: '0.9412' },
      })
      await read({ ...none, fee_report: () => ({ fees: [told] }) })
      assert.deepEqual([await clearing(), await fees(gateway.id)], [{ CHF: 1_082n }, { CHF: 38n }])
      assert.deepEqual(await holds(db, account.exchange), { CHF: -1_120n, EUR: 1_190n })
      assert.equal((await movements())[0]?.exchange_rate, '0.9412')
      await clean()
    })

    test('a refund and its coming back are each found once', async () => {
      const { gateway, read, pay, movements, clearing } = await open()
      const payment = await (await pay('pi_8', '40'))()
      const fact = {
        ...{ instanceId: gateway.id, refundId: undefined, paymentId: payment.id, paymentReference: 'pi_8' },
        ...{ amountMinor: 500n, occurredAt: undefined },
      }
      const result = { outcome: 'succeeded' as const, reference: 're_8' }
      await db.transaction((trx) => bookRefund(means, trx, { ...fact, result }, actor))
      const out = movement({
        reference: 'txn_8a',
        kind: 'refund',
        of: 're_8',
        amount: eur(-500),
        fee: eur(10),
      })
      const back = movement({
        reference: 'txn_8b',
        kind: 'refund',
        of: 're_8',
        amount: eur(500),
        fee: eur(-10),
      })
      const told = [back, out, movement({ reference: 'txn_8', of: 'pi_8' })]
      await read({ ...none, fee_report: () => ({ fees: told }) })
      assert.deepEqual(
        (await movements()).map(({ reference, status }) => `${reference} ${status}`),
        ['txn_8 booked', 'txn_8a booked', 'txn_8b waiting'],
      )
      assert.deepEqual([await clearing(), await fees(gateway.id)], [{ EUR: 640n }, { EUR: 50n }])
      const refund = (await db.get<{ id: string }>(sql`select id from refunds where reference = 're_8'`))!
      const failed = { outcome: 'failed' as const, code: 'closed', message: 'The card is closed.' }
      await db.transaction((trx) =>
        bookRefund(means, trx, { ...fact, refundId: refund.id, result: failed }, actor),
      )
      assert.equal(await bookMovements(means, gateway.id), 1)
      assert.deepEqual([await clearing(), await fees(gateway.id)], [{ EUR: 1_150n }, { EUR: 40n }])
      await clean()
    })

    test('fees of no payment are booked by themselves, and a fee alone finds its payment', async () => {
      const { gateway, read, pay, clearing } = await open()
      await (
        await pay('pi_9')
      )()
      const told = [
        movement({ reference: 'txn_9', kind: 'fee', amount: eur(-250), fee: eur(0) }),
        { reference: 'pi_9', kind: 'card', fee: eur(33), on: '2026-01-15' },
      ]
      await read({ ...none, fee_report: () => ({ fees: told }) })
      assert.deepEqual([await clearing(), await fees(gateway.id)], [{ EUR: 907n }, { EUR: 283n }])
      await clean()
    })

    test('a payout leaves the gateway when it is sent, is at the bank when it arrives, and comes back', async () => {
      const { gateway, read, pay, payouts, clearing } = await open()
      await (
        await pay('pi_10')
      )()
      const transit = () => holds(db, account.inTransit(gateway.id))
      const bank = async () => (await holds(db, account.bank)).EUR ?? 0n
      const before = await bank()
      const items = [movement({ reference: 'txn_10', of: 'pi_10' })]
      const told = (more: object) => ({
        fee_report: () => ({ fees: [] }),
        list_payouts: () => ({ payouts: [payout({ reference: 'po_10', ...more })] }),
      })
      await read(told({ status: 'pending' }))
      assert.deepEqual([await clearing(), await transit()], [{ EUR: 40n }, { EUR: 1_150n }])
      await read(told({ status: 'in_transit', items, itemised: true }))
      assert.deepEqual([await clearing(), await fees(gateway.id)], [{}, { EUR: 40n }])
      for (let i = 0; i < 2; i++) await read(told({ status: 'paid', items, itemised: true }))
      assert.deepEqual([await transit(), (await bank()) - before], [{}, 1_150n])
      // Late and out of order: it stays where it is.
      await read(told({ status: 'in_transit' }))
      assert.deepEqual(
        (await payouts()).map(({ status, itemised }) => [status, itemised]),
        [['arrived', 1]],
      )
      await read(told({ status: 'failed' }))
      await read(told({ status: 'paid' }))
      assert.deepEqual([await clearing(), (await bank()) - before], [{ EUR: 1_150n }, 0n])
      assert.equal((await payouts())[0]?.status, 'returned')
      await clean()
    })

    test('a reading that breaks off goes on where it was, and says so meanwhile', async () => {
      const { gateway, read, pay, movements, clearing } = await open()
      await (
        await pay('pi_11')
      )()
      await (
        await pay('pi_12')
      )()
      const first = { fees: [movement({ reference: 'txn_11', of: 'pi_11' })], cursor: 'next' }
      const last = { fees: [movement({ reference: 'txn_12', of: 'pi_12' })] }
      const broken = {
        ...none,
        fee_report: ({ cursor }: { cursor?: string }) => {
          if (cursor) throw new Error('cut off')
          return first
        },
      }
      assert.deepEqual(await read(broken), { read: 2, failed: 1, booked: 1 })
      const reading = () =>
        db.get<{ read_until: string | null; problem: string | null }>(
          sql`select read_until, problem from gateway_readings where instance_id = ${gateway.id} and operation = 'fee_report'`,
        )
      assert.deepEqual({ ...(await reading()) }, { read_until: null, problem: 'cut off' })
      assert.equal((await movements()).length, 1)
      const whole = { ...none, fee_report: ({ cursor }: { cursor?: string }) => (cursor ? last : first) }
      assert.deepEqual(await read(whole), { read: 3, failed: 0, booked: 1 })
      assert.equal((await reading())?.problem, null)
      assert.deepEqual([await clearing(), await fees(gateway.id)], [{ EUR: 2_300n }, { EUR: 80n }])
      await clean()
    })

    test('killed at any point, it ends with the same books', async () => {
      let done = false
      for (let at = 1; !done; at++) {
        const { gateway, read, pay, payouts, clearing } = await open()
        const reference = `pi_kill_${at}`
        await (
          await pay(reference)
        )()
        const items = [
          movement({ reference: 'txn_a', of: reference }),
          movement({ reference: 'txn_b', kind: 'fee', amount: eur(-50), fee: eur(0) }),
        ]
        const told = { reference: 'po_k', amount: eur(1_100), status: 'paid' as const, items, itemised: true }
        const script = {
          fee_report: () => ({ fees: items }),
          list_payouts: () => ({ payouts: [payout(told)] }),
        }
        let made = 0
        const newId: typeof means.newId = (prefix) => {
          if (++made === at) throw new Error('killed')
          return means.newId(prefix)
        }
        const plugins = toldBy({ balances: () => ({ balances: [] }), ...script })
        // What a reader cannot do it notes; what the booking cannot do ends the job.
        await readGatewayMoney({ ...means, newId, plugins }).catch((error: Error) =>
          assert.equal(error.message, 'killed'),
        )
        done = made < at
        assert.ok(at < 60, 'it ends')
        await read(script)
        assert.deepEqual([await clearing(), await fees(gateway.id)], [{}, { EUR: 90n }])
        assert.deepEqual(await holds(db, account.inTransit(gateway.id)), {})
        assert.deepEqual(
          (await payouts()).map(({ status }) => status),
          ['arrived'],
        )
      }
      await clean()
    })

    test('payment, fee and payout end with the same books in whatever order they come', async () => {
      const orders = [
        ['payment', 'fee', 'payout'],
        ['payment', 'payout', 'fee'],
        ['fee', 'payment', 'payout'],
        ['fee', 'payout', 'payment'],
        ['payout', 'payment', 'fee'],
        ['payout', 'fee', 'payment'],
      ] as const
      for (const order of orders) {
        const { gateway, read, pay, movements, clearing } = await open()
        const reference = `pi_${order.join('_')}`
        const arrive = await pay(reference)
        const item = movement({ reference: 'txn_1', of: reference })
        const quiet = { fee_report: () => ({ fees: [] }), list_payouts: () => ({ payouts: [] }) }
        const told = payout({ reference: 'po_1', status: 'paid', items: [item], itemised: true })
        const acts = {
          payment: arrive,
          fee: () => read({ ...quiet, fee_report: () => ({ fees: [item] }) }),
          payout: () => read({ ...quiet, list_payouts: () => ({ payouts: [told] }) }),
        }
        for (const name of order) await acts[name]()
        await read(quiet)
        assert.deepEqual([await clearing(), await fees(gateway.id)], [{}, { EUR: 40n }], reference)
        const [row, ...more] = await movements()
        assert.deepEqual([row?.status, row?.payout_id !== null, more], ['booked', true, []])
      }
      await clean()
    })

    test('balances are kept as the gateway last told them', async () => {
      const { gateway, read } = await open()
      const script = (minor: number) => ({
        ...none,
        fee_report: () => ({ fees: [] }),
        balances: () => ({
          balances: [
            { kind: 'available', amount: eur(minor) },
            { kind: 'available', amount: eur(1) },
            { kind: 'pending', amount: eur(7) },
          ],
        }),
      })
      await read(script(500))
      await read(script(900))
      const rows = await db.all<{ kind: string; amount_minor: bigint }>(
        sql`select kind, amount_minor from gateway_balances where instance_id = ${gateway.id} order by kind`,
      )
      assert.deepEqual(
        rows.map(({ kind, amount_minor }) => [kind, amount_minor]),
        [
          ['available', 901n],
          ['pending', 7n],
        ],
      )
    })
  })
