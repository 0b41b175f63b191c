import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import {
  eligible,
  ELIGIBILITY_WAITS_MS,
  getGateway,
  startDeposit,
  startMany,
  startPayment,
  type Payments,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { noHooks } from '../../core/records/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

const back = { return_url: 'http://shop.example/r', cancel_url: 'http://shop.example/c' }

for (const engine of engines)
  describe(`whether a gateway takes a payment (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const base = testMeans(db)
    const { client } = await makeBuyer(base)
    const picky = await getGateway(db, (await makeGateway(base, ['start_payment', 'eligibility'])).id)
    const plain = await getGateway(db, (await makeGateway(base)).id)
    const asked: Record<string, unknown>[] = []
    let answer: () => Promise<unknown>
    /** A new process each time: nothing is remembered. */
    const open = () => ({
      ...base,
      hooks: {
        ...noHooks,
        ask: (instance: string, kind: string, operation: string, input: object) => {
          assert.deepEqual([instance, kind, operation], [picky.id, 'gateway', 'eligibility'])
          asked.push(input as Record<string, unknown>)
          return answer()
        },
      },
    })
    const paying = { clientId: client.id, currency: 'EUR', amountMinor: 1_190n }
    const offered = async (means = open(), of = paying) =>
      (await eligible(means, [picky, plain], of)).map(({ id }) => id)
    const no = () => Promise.resolve({ eligible: false, reason: 'Not in this country' })
    beforeEach(() => {
      asked.length = 0
      answer = () => Promise.resolve({ eligible: true })
    })

    test('it is asked with sum and client, once for a minute, and one without the question is offered', async () => {
      const means = open()
      assert.deepEqual(await offered(means), [picky.id, plain.id])
      assert.deepEqual(await offered(means), [picky.id, plain.id])
      const { id, name, email, country, locale } = (await db.get<Record<string, string>>(
        sql`select id, name, email, country, locale from clients where id = ${client.id}`,
      ))!
      assert.deepEqual(asked, [
        {
          ...{ amount: { minor: '1190', currency: 'EUR' }, present: true },
          client: { id, name, email, country, locale },
        },
      ])
      await offered(means, { ...paying, amountMinor: 5n })
      base.clock.advance(60_000)
      await offered(means)
      assert.equal(asked.length, 3)
    })

    test('its no takes it off the list', async () => {
      answer = no
      assert.deepEqual(await offered(), [plain.id])
    })

    test('one that fails is offered and asked again; one that is late is offered, and its answer is there later', async () => {
      const means = open()
      answer = () => Promise.reject(new Error('down'))
      assert.deepEqual(await offered(means), [picky.id, plain.id])
      const late = Promise.withResolvers<unknown>()
      answer = () => late.promise
      const began = performance.now()
      assert.deepEqual(await offered(means), [picky.id, plain.id])
      assert.ok(performance.now() - began < ELIGIBILITY_WAITS_MS * 3)
      late.resolve({ eligible: false, reason: 'Too late' })
      assert.deepEqual(await offered(means), [plain.id])
      assert.equal(asked.length, 2)
    })

    test('a payment through one that says no does not begin, whatever the page had shown; staff may', async () => {
      const buyer = clientActor(client.id)
      const started = { outcome: 'pending', reference: 'p_1' }
      const payments = (): Payments => ({ ...open(), plugins: scriptedGateway([started]) })
      const invoice = await issue(base, draft(client))
      const wish = { invoice_id: invoice.id, instance_id: picky.id, ...back }
      const count = async () => (await db.all(sql`select id from payments`)).length
      answer = no
      await assert.rejects(startPayment(payments(), wish, buyer), { code: 'gateway.ineligible' })
      const many = { invoice_ids: [invoice.id], instance_id: picky.id, ...back }
      await assert.rejects(startMany(payments(), many, buyer), { code: 'gateway.ineligible' })
      const deposit = { client_id: client.id, instance_id: picky.id, amount_minor: '1000', ...back }
      await assert.rejects(startDeposit(payments(), deposit, buyer), { code: 'gateway.ineligible' })
      assert.equal(await count(), 0)
      assert.equal((await startPayment(payments(), wish, staffActor())).status, 'pending')
      answer = () => Promise.reject(new Error('down'))
      const second = await issue(base, draft(client))
      const taken = await startPayment(payments(), { ...wish, invoice_id: second.id }, buyer)
      assert.equal(taken.status, 'pending')
    })
  })
