import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  closeEnded,
  creditBalance,
  getInvoice,
  recordPayment,
  startPayment,
  verifyBooks,
  type Payments,
  type PluginCalls,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { pumpTimers } from '../../core/jobs/index.ts'
import { addDays, instant, isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { actor, draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

const TRANSFER = ['start_payment', 'refund']
const CARDS = ['start_payment', 'look_up']

for (const engine of engines) {
  describe(`the end of a gateway's offer on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const { client } = await makeBuyer(means)
    const using = (plugins: PluginCalls): Payments => ({ ...means, plugins })

    /** An attempt that waits for its client until a day from now. */
    const waiting = async (operations: readonly string[], expiresAt = dayFromNow()) => {
      const gateway = await makeGateway(means, operations)
      const { id: invoiceId } = await issue(means, draft(client))
      const answer = { outcome: 'needs_client', reference: `R-${invoiceId}`, expires_at: expiresAt }
      const input = { invoice_id: invoiceId, instance_id: gateway.id, return_url: '/r', cancel_url: '/c' }
      const payment = await startPayment(using(scriptedGateway([answer])), input, clientActor(client.id))
      return { gateway, invoiceId, payment }
    }
    const dayFromNow = () => instant(Date.parse(means.business.now()) + 86_400_000)
    const pass = (days: number) => means.business.set(addDays(means.business.today('UTC'), days))
    const jobsOf = async (paymentId: string) => {
      await pumpTimers(means)
      return (means.jobs.of('billing.close_ended') as { payment_id: string }[]).filter(
        ({ payment_id }) => payment_id === paymentId,
      )
    }
    const statusOf = async (id: string) =>
      (await db.get<{ status: string; note: string | null }>(
        sql`select status, note from payments where id = ${id}`,
      ))!

    test('closes an attempt that nobody paid, and money that comes later is booked all the same', async () => {
      const { gateway, invoiceId, payment } = await waiting(TRANSFER)
      assert.equal((await jobsOf(payment.id)).length, 0)
      await closeEnded(using(scriptedGateway([])), payment.id, actor)
      assert.equal((await statusOf(payment.id)).status, 'needs_client', 'before its end it stays')
      pass(2)
      assert.equal((await jobsOf(payment.id)).length, 1)
      await closeEnded(using(scriptedGateway([])), payment.id, actor)
      await closeEnded(using(scriptedGateway([])), payment.id, actor)
      assert.deepEqual(await statusOf(payment.id), { status: 'cancelled', note: 'The time to pay is over.' })
      const late = { invoice_id: invoiceId, instance_id: gateway.id, amount_minor: '1190', reference: 'late' }
      await recordPayment(using(scriptedGateway([])), late, staffActor())
      assert.equal((await getInvoice(db, invoiceId, actor)).status, 'paid')
      assert.equal(await creditBalance(db, client.id, 'EUR'), 0n)
      assert.deepEqual(await verifyBooks(db, isoDate('2026-01-20')), [])
    })

    test('asks a gateway that can tell before it closes', async () => {
      const { invoiceId, payment } = await waiting(CARDS)
      pass(2)
      const paid = { outcome: 'succeeded', reference: 'pi_1', amount: { minor: '1190', currency: 'EUR' } }
      await closeEnded(using(scriptedGateway([paid])), payment.id, actor)
      assert.equal((await statusOf(payment.id)).status, 'succeeded')
      assert.equal((await getInvoice(db, invoiceId, actor)).status, 'paid')
    })

    test('closes without asking when the gateway was switched off', async () => {
      const { gateway, payment } = await waiting(CARDS)
      await db.run(sql`update plugin_instances set status = 'disabled' where id = ${gateway.id}`)
      pass(2)
      await closeEnded(using(scriptedGateway([])), payment.id, actor)
      assert.equal((await statusOf(payment.id)).status, 'cancelled')
    })

    test('an end that is no moment plans nothing', async () => {
      const { payment } = await waiting(TRANSFER, 'soon' as never)
      pass(400)
      assert.deepEqual(await jobsOf(payment.id), [])
      assert.equal((await statusOf(payment.id)).status, 'needs_client')
    })
  })
}
