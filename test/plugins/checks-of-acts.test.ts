import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { recordPayment, refundPayment, type Payments } from '../../core/billing/index.ts'
import { createClient, signUp } from '../../core/clients/index.ts'
import { sql } from '../../core/db/index.ts'
import { guestActor } from '../../core/kernel/index.ts'
import { draft, issue, makeBuyer, makeGateway, scriptedGateway } from '../billing/support.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { PASSWORD, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { openHookHouse } from './support/hook-house.ts'
import { loadWritten } from './support/setup.ts'

const guard = await loadWritten('guard', {
  code: `export default { check: ({ log }) => ({
    'client.create:check': async ({ actor_kind, brand_id, client_id, facts }) => {
      log.info(JSON.stringify([actor_kind, client_id, facts]))
      return facts.email_host === 'throwaway.example' ? { allow: false, message: 'Use another address' } : { allow: true }
    },
    'refund.create:check': async ({ subject, reason, facts }) => {
      log.info(JSON.stringify([subject, reason, facts]))
      if (reason === 'broken') throw new Error('not now')
      return Number(facts.amount_minor) > 500 ? { allow: false, message: 'Ask the boss' } : { allow: true }
    },
  }) }`,
  manifest: { kinds: {}, hooks: ['client.create:check', 'refund.create:check'] },
})

for (const engine of engines)
  describe(`checks of acts that move no state on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const { hooks, bench, close } = await openHookHouse(db, [guard])
    after(async () => {
      close()
      await remove()
    })
    const means = { ...testMeans(db), hooks }
    const staff = staffActor()
    const { brand, client } = await makeBuyer(means)
    const lines = () => bench.lines.splice(0).map(({ text }) => JSON.parse(text) as unknown[])
    const clients = async () => (await db.all(sql`select id from clients`)).length

    test('a client is refused before anything is written, and the plugin sees no more than where its mail goes', async () => {
      const before = await clients()
      lines()
      const profile = (email: string) => ({
        ...{ kind: 'person' as const, name: 'Ada', email, address_1: 'Way 1' },
        ...{ city: 'Bonn', postcode: '53111', country: 'DE' },
      })
      const guest = guestActor(brand.id)
      const join = (email: string) =>
        signUp(means, { brand_id: brand.id, password: PASSWORD, profile: profile(email) }, guest)
      await assert.rejects(join('ada@Throwaway.example'), {
        code: 'hook.refused',
        message: 'Use another address',
      })
      assert.equal(await clients(), before)
      assert.deepEqual(await db.all(sql`select id from users where email = 'ada@throwaway.example'`), [])
      const facts = { kind: 'person', country: 'DE', currency: 'EUR' }
      assert.deepEqual(lines(), [['guest', null, { ...facts, email_host: 'throwaway.example' }]])
      await join('ada@good.example')
      const input = { brand_id: brand.id, profile: profile('x@throwaway.example') }
      await assert.rejects(createClient(means, input, staff), { code: 'hook.refused' })
      assert.equal(await clients(), before + 1)
      assert.deepEqual(
        lines().map(([who]) => who),
        ['guest', 'staff'],
      )
    })

    test('a refund is refused or waits for the plugin; one that was entered is not asked about again', async () => {
      const gateway = await makeGateway(means)
      const payments: Payments = { ...means, plugins: scriptedGateway([]) }
      const invoice = await issue(means, draft(client, { amounts: [1_000n] }))
      const payment = await recordPayment(
        payments,
        { invoice_id: invoice.id, instance_id: gateway.id, amount_minor: '1190', reference: 'CARD-1' },
        staff,
      )
      const refund = (amount_minor: string, reason: string) =>
        refundPayment(
          payments,
          { payment_id: payment.id, amount_minor, destination: 'recorded', reason, once: reason },
          staff,
        )
      lines()
      await assert.rejects(refund('501', 'late'), { code: 'hook.refused', message: 'Ask the boss' })
      await assert.rejects(refund('1', 'broken'), { code: 'hook.unanswered' })
      assert.deepEqual(await db.all(sql`select id from refunds`), [])
      const facts = {
        ...{ currency: 'EUR', destination: 'recorded', credit_note: false },
        ...{ invoice_id: invoice.id, taken_from: 'goodwill' },
      }
      assert.deepEqual(lines(), [
        [payment.id, 'late', { ...facts, amount_minor: '501' }],
        [payment.id, 'broken', { ...facts, amount_minor: '1' }],
      ])
      const first = await refund('500', 'good')
      assert.equal((await refund('500', 'good')).id, first.id)
      assert.equal(lines().length, 1)
      assert.equal((await db.all(sql`select id from refunds`)).length, 1)
    })
  })
