import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  bookRefund,
  listTransactions,
  readGatewayMoney,
  recordPayment,
  unreadMoney,
  verifyBooks,
} from '../../../core/billing/index.ts'
import { sql } from '../../../core/db/index.ts'
import { instant } from '../../../core/kernel/index.ts'
import { engines, makeDatabase } from '../../support/databases.ts'
import { staffActor } from '../../support/make.ts'
import { testMeans } from '../../support/means.ts'
import { actor, draft, issue, makeBuyer, makeGateway, scriptedGateway } from '../support.ts'
import { eur, toldBy } from './support.ts'

const READ_AT = instant(Date.parse('2026-01-16T10:00:00.000Z'))

for (const engine of engines)
  describe(`refunds that come back to a gateway (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const staff = staffActor()
    const gateway = await makeGateway(means, ['refund', 'balances'])
    const { client } = await makeBuyer(means)

    test('are money that is not read yet, unless they were back before the balance was read', async () => {
      const { id: invoice_id } = await issue(means, draft(client))
      const wish = { invoice_id, instance_id: gateway.id, amount_minor: '1190', reference: 'pi_9' }
      const payment = await recordPayment({ ...means, plugins: scriptedGateway([]) }, wish, staff)
      const book = (refundId: string | undefined, result: object, occurredAt?: string) => {
        const of = {
          instanceId: gateway.id,
          paymentId: payment.id,
          paymentReference: 'pi_9',
          amountMinor: 500n,
        }
        const at = occurredAt === undefined ? undefined : instant(Date.parse(occurredAt))
        const fact = { ...of, refundId, result: result as never, occurredAt: at }
        return db.transaction((trx) => bookRefund(means, trx, fact, actor))
      }
      const ids: string[] = []
      for (const reference of ['re_9a', 're_9b']) {
        await book(undefined, { outcome: 'succeeded', reference })
        const row = await db.get<{ id: string }>(sql`select id from refunds where reference = ${reference}`)
        ids.push(row!.id)
      }
      means.business.set('2026-01-16T10:00:00.000Z')
      const balances = () => ({ balances: [{ kind: 'available', amount: eur(190) }] })
      await readGatewayMoney({ ...means, plugins: toldBy({ balances }) })
      means.business.set('2026-01-16T11:00:00.000Z')
      const failed = { outcome: 'failed', code: 'closed', message: 'The card is closed.' }
      await book(ids[0], failed)
      await book(ids[0], failed)
      await book(ids[1], failed, '2026-01-16T09:00:00.000Z')
      assert.deepEqual(await unreadMoney(db, READ_AT), [
        { instance_id: gateway.id, currency: 'EUR', unread_minor: 500n },
      ])
      const { rows } = await listTransactions(means, { client_id: client.id }, staff)
      assert.deepEqual(
        rows
          .map(({ kind, amount_minor, invoice_id: of }) => [kind, amount_minor, of === invoice_id])
          .reverse(),
        [
          ['payment', 1_190n, true],
          ...[-500n, -500n].map((minor) => ['refund', minor, true]),
          ...[500n, 500n].map((minor) => ['refund_failed', minor, true]),
        ],
      )
      assert.deepEqual(await verifyBooks(db, means.business.today('UTC')), [])
    })
  })
