import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import {
  handleWebhook,
  keepMethod,
  receiveWebhook,
  remindExpiring,
  replayWebhook,
  startPayment,
  verifyBooks,
  type Payments,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

for (const engine of engines)
  describe(`expiring methods and callbacks that do not fit (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const gateway = await makeGateway(means)
    let client: Awaited<ReturnType<typeof makeBuyer>>['client']
    beforeEach(async () => {
      means.business.set('2026-01-15T10:00:00.000Z')
      means.jobs.entered.length = 0
      client = (await makeBuyer(means)).client
      await db.run(sql`update payment_methods set removed_at = ${means.business.now()}`)
    })

    const save = (reference: string, expires: string) =>
      db.transaction((trx) =>
        keepMethod(means, trx, {
          ...{ clientId: client.id, instanceId: gateway.id },
          method: { reference, kind: 'card', label: `Visa ${reference}`, expires },
        }),
      )
    const remind = (on: string) => remindExpiring(means, { on: isoDate(on), brandIds: null })
    const mails = () =>
      (
        means.jobs.of('mail.send') as { template: string; data: { method: string; expires_on: string } }[]
      ).map(({ template, data }) => [template, data.method, data.expires_on])

    test('a holder is told once, thirty days before the last day of the month on the card', async () => {
      await save('a', '2026-02')
      await save('b', '2026-12')
      await save('c', '2025-12')
      assert.equal(await remind('2026-01-28'), 0)
      assert.equal(await remind('2026-01-29'), 1)
      assert.equal(await remind('2026-01-30'), 0)
      assert.deepEqual(mails(), [['method-expiring', 'Visa a', '2026-02-28']])
      await save('a', '2028-02')
      assert.equal(await remind('2028-01-30'), 1, 'the card that came in its place is another expiry')
    })

    test('a callback in another currency books nothing, says which field, and staff find and replay it', async () => {
      const { id } = await issue(means, draft(client))
      const payments = (answer: object): Payments => ({ ...means, plugins: scriptedGateway([answer]) })
      const back = { return_url: 'http://shop.example/r', cancel_url: 'http://shop.example/c' }
      const payment = await startPayment(
        payments({ outcome: 'pending', reference: `p_${id}` }),
        { invoice_id: id, instance_id: gateway.id, ...back },
        staffActor(),
      )
      const event = { instanceId: gateway.id, headers: {}, body: '{}', address: '127.0.0.1' }
      await receiveWebhook(means, event, { verdict: 'accepted', verified: true, eventKey: `evt_${id}` })
      const [job] = means.jobs.of('billing.webhook') as { id: string }[]
      const money = (currency: string) => ({
        facts: [
          {
            ...{ fact: 'payment', payment_id: payment.id },
            result: { outcome: 'succeeded', reference: `p_${id}`, amount: { minor: '1190', currency } },
          },
        ],
      })
      await handleWebhook(payments(money('USD')), job!)
      const state = () =>
        db.get<{ status: string; outcome: string }>(
          sql`select status, outcome from webhook_events where id = ${job!.id}`,
        )
      const refused = await state()
      assert.equal(refused?.status, 'refused')
      assert.match(refused.outcome, /^payment\.wrong_currency: .*amount\.currency/)
      const booked = await db.all(sql`select id from transactions where payment_id = ${payment.id}`)
      assert.deepEqual(booked, [])
      await handleWebhook(payments({}), job!)
      await replayWebhook(means, { webhook_event_id: job!.id }, staffActor())
      await handleWebhook(payments(money('EUR')), job!)
      assert.equal((await state())?.status, 'handled')
      assert.deepEqual(await verifyBooks(db, isoDate('2026-01-15')), [])
    })
  })
