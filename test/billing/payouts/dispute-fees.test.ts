import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  account,
  bookDispute,
  bookOutcome,
  readGatewayMoney,
  startPayment,
  verifyBooks,
} from '../../../core/billing/index.ts'
import { isoDate } from '../../../core/kernel/index.ts'
import { engines, makeDatabase } from '../../support/databases.ts'
import { clientActor } from '../../support/make.ts'
import { testMeans } from '../../support/means.ts'
import { actor, draft, issue, makeBuyer, makeGateway, scriptedGateway } from '../support.ts'
import { eur, holds, movement, toldBy } from './support.ts'

for (const engine of engines)
  describe(`fees of disputes (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-15T10:00:00.000Z' })

    test('what a dispute costs is booked when the bank takes the money, and given back when it is won', async () => {
      const { client } = await makeBuyer(means)
      const gateway = await makeGateway(means, ['start_payment', 'fee_report'])
      const invoice = await issue(means, draft(client))
      const input = {
        ...{ invoice_id: invoice.id, instance_id: gateway.id },
        ...{ return_url: 'http://shop.example/r', cancel_url: 'http://shop.example/c' },
      }
      const plugins = scriptedGateway([{ outcome: 'pending', reference: 'pi_1' }])
      const { id: paymentId } = await startPayment({ ...means, plugins }, input, clientActor(client.id))
      const outcome = { outcome: 'succeeded' as const, reference: 'pi_1', amount: eur(1_190), fee: eur(40) }
      await db.transaction((trx) => bookOutcome(means, trx, { paymentId, outcome }, actor))
      const dispute = (status: 'open' | 'won') =>
        db.transaction((trx) => {
          const fact = {
            ...{ fact: 'dispute' as const, reference: 'dp_1', payment_reference: 'pi_1' },
            ...{ amount: eur(1_190), status, reason: 'fraudulent' },
          }
          return bookDispute(means, trx, { instanceId: gateway.id, fact }, actor)
        })
      const moved = (reference: string, amount: number, fee: number) =>
        movement({ reference, kind: 'dispute', of: 'dp_1', amount: eur(amount), fee: eur(fee) })
      const told = [movement({ reference: 'txn_1', of: 'pi_1' }), moved('txn_2', -1_190, 1_500)]
      const read = () =>
        readGatewayMoney({ ...means, plugins: toldBy({ fee_report: () => ({ fees: told }) }) })
      const books = async () => [
        (await holds(db, account.gateway(gateway.id))).EUR ?? 0n,
        (await holds(db, account.gatewayFees(gateway.id))).EUR ?? 0n,
      ]
      assert.equal((await read()).booked, 1, 'the dispute is not known yet')
      await dispute('open')
      assert.equal((await read()).booked, 1)
      assert.deepEqual(await books(), [-1_540n, 1_540n])
      told.push(moved('txn_3', 1_190, -1_500))
      await read()
      assert.deepEqual(await books(), [-1_540n, 1_540n], 'it is not known to be won')
      await dispute('won')
      await read()
      await read()
      assert.deepEqual(await books(), [1_150n, 40n])
      assert.deepEqual(await verifyBooks(db, isoDate('2026-01-15')), [])
    })
  })
