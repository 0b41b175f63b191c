import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { orderDeps } from '../../core/app/wire/orders-area.ts'
import {
  billingConsumers,
  captureMode,
  carryOut,
  checkPayment,
  findAuthorisation,
  overrideSetting,
  startPayment,
  verifyBooks,
  type PluginCalls,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import type { StoredEvent } from '../../core/events/index.ts'
import { isoDate, systemActor } from '../../core/kernel/index.ts'
import { cancelOrder, getOrder, orderConsumers, placeOrder } from '../../core/orders/index.ts'
import { serviceConsumers } from '../../core/services/index.ts'
import plugin from '../../plugins/stripe/index.ts'
import { openTestInstance, strictGateway } from '../../sdk/test-kit/index.ts'
import { startStripe } from '../../simulators/stripe/index.ts'
import { makeGateway } from '../billing/support.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { makeShop } from './support.ts'

const staff = staffActor()
const janitor = systemActor('test')

/** One Stripe for both engines, because the sandbox of the tests has one way out. */
const stripe = await startStripe({
  clock: () => Date.UTC(2026, 0, 31, 10),
  settleAfterMs: null,
  webhookRetryGapsMs: [5],
})
const { context, close } = openTestInstance({
  secrets: { api_key: stripe.secretKey, webhook_secret: 'whsec_shop' },
  outbound: { 'https://api.stripe.com': stripe.url },
})
const gateway = strictGateway(plugin, context) as unknown as Record<string, (input: object) => Promise<never>>
const plugins: PluginCalls = {
  call: (_instance, _kind, operation, input) => gateway[operation]!(input),
}
after(async () => {
  close()
  await stripe.close()
})

for (const engine of engines)
  describe(`orders on money that Stripe holds (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const means = testMeans(db, { now: '2026-01-31T10:00:00.000Z' })
    const payments = { ...means, plugins }
    after(remove)

    /** Tells everybody what has happened, until nothing is new. */
    let told = ''
    const hear = async () => {
      for (;;) {
        const rows = await db.all<Omit<StoredEvent, 'body'> & { body: string }>(
          sql`select * from events where id > ${told} order by id`,
        )
        if (rows.length === 0) return
        for (const row of rows) {
          told = row.id
          const event = { ...row, body: JSON.parse(row.body) as StoredEvent['body'] }
          for (const consumer of [
            ...billingConsumers(means),
            ...serviceConsumers(means),
            ...orderConsumers(means),
          ])
            if (consumer.types.includes(event.type))
              await db.transaction((trx) => consumer.handle(trx, event))
        }
      }
    }
    const work = async () => {
      const jobs = means.jobs.of('billing.authorisation') as { payment_id: string }[]
      means.jobs.entered.length = 0
      for (const { payment_id } of jobs) await carryOut(payments, payment_id, janitor)
      await hear()
    }
    const reserved = async (mode: string) => {
      const { brand, buyer, order } = await makeShop(means)
      const instance = await makeGateway(means, ['start_payment', 'look_up', 'capture', 'void'])
      await overrideSetting(
        means,
        { key: captureMode.key, scope: 'brand', scope_id: brand.id, value: mode },
        staff,
      )
      const placed = await placeOrder(orderDeps(means), order(), buyer)
      const started = await startPayment(
        payments,
        {
          ...{ invoice_id: placed.invoice_id, instance_id: instance.id },
          ...{ return_url: 'https://shop.example/back', cancel_url: 'https://shop.example/no' },
        },
        staff,
      )
      const { url } = JSON.parse(started.needs!) as { url: string }
      const typed = { number: '4242424242424242', expiry: '12 / 34', cvc: '123' }
      await fetch(url, { method: 'POST', redirect: 'manual', body: new URLSearchParams(typed) })
      const payment = await checkPayment(payments, { payment_id: started.id }, staff)
      await hear()
      return { placed, payment }
    }
    const stateOf = async (id: string) => {
      const { status } = await getOrder(db, staff, id)
      const services = await db.all<{ billing_status: string; delivery_status: string }>(sql`
        select s.billing_status, s.delivery_status from services s join order_items i on i.service_id = s.id where i.order_id = ${id}`)
      return [status, ...new Set(services.map((row) => `${row.billing_status} ${row.delivery_status}`))]
    }
    const chargeOf = (reference: string | null) =>
      stripe.control.state().charges.find((charge) => charge.payment_intent === reference)!
    const clean = async () => assert.deepEqual(await verifyBooks(db, isoDate('2026-01-31')), [])

    test('are delivered on it, and it is taken once everything is live', async () => {
      const { placed, payment } = await reserved('on_delivery')
      assert.equal(payment.status, 'authorised')
      assert.deepEqual(await stateOf(placed.id), ['accepted', 'active creating'])
      await work()
      assert.equal(chargeOf(payment.reference).captured, false)
      await clean()
      await db.run(
        sql`update services set delivery_status = 'live' where id in (select service_id from order_items where order_id = ${placed.id})`,
      )
      const live = { type: 'service.live', body: { id: placed.service_ids[0] } } as unknown as StoredEvent
      for (const consumer of orderConsumers(means))
        if (consumer.types.includes('service.live')) await db.transaction((trx) => consumer.handle(trx, live))
      await hear()
      assert.equal((await stateOf(placed.id))[0], 'done')
      await work()
      assert.equal(chargeOf(payment.reference).captured, true)
      const invoice = await db.get<{ status: string }>(
        sql`select status from invoices where id = ${placed.invoice_id}`,
      )
      assert.equal(invoice!.status, 'paid')
      await clean()
    })

    test('are charged at acceptance when that is the rule, and nothing is held for one that falls through', async () => {
      const first = await reserved('on_acceptance')
      await work()
      assert.equal(chargeOf(first.payment.reference).captured, true)
      const second = await reserved('by_hand')
      await work()
      assert.equal(chargeOf(second.payment.reference).captured, false)
      await cancelOrder(orderDeps(means), { order_id: second.placed.id, reason: 'Refused' }, staff)
      await hear()
      await work()
      assert.equal((await findAuthorisation(db, second.payment.id))!.status, 'released')
      const intent = stripe.control.state().payment_intents.find(({ id }) => id === second.payment.reference)
      assert.equal(intent?.status, 'canceled')
      await clean()
    })
  })
