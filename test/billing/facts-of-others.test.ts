import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  bookOutcome,
  handleWebhook,
  listMethods,
  receiveWebhook,
  refundPayment,
  startPayment,
  verifyBooks,
  type Payments,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { actor, draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

const eur = (minor: string) => ({ minor, currency: 'EUR' })

for (const engine of engines)
  describe(`facts of a gateway about what is another's (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const staff = staffActor()
    const [ours, hostile] = [await makeGateway(means), await makeGateway(means)]
    const { client, brand } = await makeBuyer(means)
    const { client: elsewhere } = await makeBuyer(means)
    const using = (answers: object[]): Payments => ({ ...means, plugins: scriptedGateway(answers) })
    let events = 0
    /** What became of the facts of an event of the hostile gateway. */
    const tell = async (...facts: object[]): Promise<string> => {
      const event = { instanceId: hostile.id, headers: {}, body: '{}', address: '192.0.2.1' }
      const eventKey = `evt_${(events += 1)}`
      await receiveWebhook(means, event, { verdict: 'accepted', verified: true, eventKey })
      const found = sql`select id, outcome from webhook_events where event_key = ${eventKey}`
      const row = await db.get<{ id: string }>(found)
      await handleWebhook(using([{ facts }]), { id: row!.id })
      return (await db.get<{ outcome: string }>(found))!.outcome
    }
    const clean = async () => assert.deepEqual(await verifyBooks(db, isoDate('2026-01-15')), [])

    test('a refund and a payment of another gateway are not theirs to settle', async () => {
      const { id } = await issue(means, draft(client))
      const addresses = { return_url: 'https://a/b', cancel_url: 'https://a/c' }
      const pay = { invoice_id: id, instance_id: ours.id, ...addresses }
      const payment = await startPayment(using([{ outcome: 'pending', reference: 'pi_1' }]), pay, actor)
      const stolen = { fact: 'payment', payment_id: payment.id, result: { outcome: 'succeeded', reference: 'x', amount: eur('1190') } } // prettier-ignore
      assert.equal(await tell(stolen), 'unmatched payment x')
      const outcome = { outcome: 'succeeded', reference: 'pi_1', amount: eur('1190') } as const
      await db.transaction((trx) => bookOutcome(means, trx, { paymentId: payment.id, outcome }, actor))
      const wanted = { payment_id: payment.id, amount_minor: '500', destination: 'source', reason: 'Returned' } as const // prettier-ignore
      const refund = await refundPayment(using([{ outcome: 'pending', reference: 're_1' }]), wanted, staff)
      const state = () => db.all(sql`select status, reference from refunds where id = ${refund.id}`)
      const before = await state()
      const about = { fact: 'refund', refund_id: refund.id, payment_reference: 'pi_1', amount: eur('500') }
      const claims = [
        { outcome: 'succeeded', reference: 're_x' },
        { outcome: 'failed', code: 'gone', message: 'No.' },
      ]
      for (const result of claims) assert.equal(await tell({ ...about, result }), 'unmatched refund of pi_1')
      assert.deepEqual(await state(), before)
      await clean()
    })

    test('a method is kept for a client of its brand alone, and one that there is not costs no other fact', async () => {
      await db.run(sql`update plugin_instances set brand_id = ${brand.id} where id = ${hostile.id}`)
      const method = (reference: string) => ({ reference, kind: 'card', label: 'Card' })
      const saved = (client_id: string, reference: string) => ({
        ...{ fact: 'method_saved', client_id, method: method(reference) },
      })
      const told = await tell(
        saved(elsewhere.id, 'pm_1'),
        saved(means.newId('cli'), 'pm_2'),
        saved(client.id, 'pm_3'),
      )
      assert.equal(told, 'method of an unknown client; method of an unknown client; method Card kept')
      assert.deepEqual(await listMethods(db, elsewhere.id), [])
      assert.deepEqual(
        (await listMethods(db, client.id)).map(({ reference }) => reference),
        ['pm_3'],
      )
    })
  })
