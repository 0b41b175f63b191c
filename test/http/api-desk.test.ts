import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql } from '../../core/db/index.ts'
import { engines } from '../support/databases.ts'
import { clientActor } from '../support/make.ts'
import { openAdmin, type AdminWorld } from './admin/support.ts'
import { assertShape, keeperOf, keyOf, refusal, type Ask } from './api-keys.ts'

for (const engine of engines)
  describe(`acts of the desk over the API (${engine})`, () => {
    let world: AdminWorld
    let staff: Ask
    before(async () => {
      const call = () => Promise.resolve(there.shift()) as Promise<never>
      world = await openAdmin(engine, { plugins: { call } })
      staff = await keyOf(world, await keeperOf(world.means))
    })
    after(() => world.close())
    /** What the provider says when it is asked, in this order. */
    const there: object[] = []
    /** As the delivery stood when it had failed. */
    const failAgain = async (step = 'call') => {
      await world.means.db.run(sql`
        update deliveries set status = 'failed', step = ${step}, server_id = ${world.ids.server}, ended_at = null,
          busy_until = null, generation = 1 where id = ${world.ids.delivery}`)
      await world.means.db.run(sql`
        update services set delivery_status = 'creating', server_id = ${world.ids.server}, remote_id = null,
          instance_id = ${world.ids.instance}, generation = 1 where id = ${world.ids.service}`)
    }

    it('marks by hand, takes back, adopts and gives up, with a key that reads nothing', async () => {
      const narrow = await keyOf(world, await keeperOf(world.means), ['delivery.*', 'payment.refund'])
      const at = `/deliveries/${world.ids.delivery}`
      await failAgain('by_hand')
      const marked = await narrow(`${at}/mark-done`, {})
      assert.deepEqual([marked.status, marked.body.status], [200, 'done'])
      assertShape('Delivery', marked.body)
      await failAgain('by_hand')
      assert.deepEqual(refusal(await narrow(`${at}/undo`, {})), [409, 'delivery.wrong_action'])
      await failAgain()
      const undone = await narrow(`${at}/undo`, {})
      assert.deepEqual([undone.status, undone.body.status], [200, 'open'])

      await failAgain()
      there.push({ state: 'absent' })
      const absent = await narrow(`${at}/adopt`, { remote_id: 'r7' })
      assert.deepEqual(refusal(absent), [409, 'delivery.not_at_provider'])
      there.push({ state: 'live', remote_id: 'r7', access: [] })
      assert.equal((await narrow(`${at}/adopt`, { remote_id: 'r7' })).body.status, 'done')

      await failAgain()
      const seen = await narrow(`${at}/give-up`)
      assert.equal(seen.status, 200)
      assertShape('DeliveryRefundPreview', seen.body)
      assert.deepEqual(refusal(await narrow(`${at}/give-up`, {})), [422, 'input.invalid'])
      const poor = await keyOf(world, await keeperOf(world.means), ['delivery.*'])
      const refund = { refund: 'credit', reason: 'No room' }
      assert.deepEqual(refusal(await poor(`${at}/give-up`, refund)), [403, 'actor.forbidden'])
      const given = await poor(`${at}/give-up`, { reason: 'No room' })
      assert.equal(given.status, 200)
      assertShape('GivenUpDelivery', given.body)
      assert.partialDeepStrictEqual(given.body, {
        delivery: { status: 'abandoned' },
        sent: null,
        credit: null,
      })
    })

    it('gives up with a refund: nothing was paid, so its invoice falls away and the service ends', async () => {
      await failAgain()
      const at = `/deliveries/${world.ids.delivery}/give-up`
      const { body } = await staff(at)
      assert.deepEqual(body.paid, { minor: '0', currency: 'EUR' })
      assert.notEqual((body.open as { minor: string }).minor, '0')
      const given = await staff(at, { refund: 'credit', reason: 'No room' })
      assert.equal(given.status, 200, JSON.stringify(given.body))
      assertShape('GivenUpDelivery', given.body)
      assert.deepEqual(given.body.credit, { minor: '0', currency: 'EUR' })
      assert.equal((await staff(`/services/${world.ids.service}`)).body.billing_status, 'ended')
    })

    it('makes a client with its owner, changes it, and moves its state', async () => {
      const profile = { name: 'Eva Berg', email: 'eva@example.com', country: 'DE', city: 'Bremen' }
      const wish = { brand_id: world.ids.brand, profile, owner_email: 'eva@example.com' }
      const made = await staff('/clients', wish)
      assert.equal(made.status, 201, JSON.stringify(made.body))
      assertShape('ClientDetail', made.body)
      const at = `/clients/${String(made.body.id)}`
      assert.deepEqual((await staff(at)).body, made.body)
      const wrong = await staff('/clients', { ...wish, brand_id: world.means.newId('brd') })
      assert.deepEqual(refusal(wrong), [404, 'record.not_found'])
      const changed = await staff(at, { profile: { city: 'Hamburg' } })
      assert.deepEqual([changed.body.city, changed.body.name], ['Hamburg', 'Eva Berg'])
      assert.deepEqual(refusal(await staff(at, { profile: { country: 'ZZ' } })), [422, 'input.invalid'])
      assert.equal((await staff(`${at}/switches`, { late_fees: false })).body.late_fees, false)
      const currency = await staff(`${at}/currency`, { currency: 'XXX' })
      assert.deepEqual(refusal(currency), [422, 'input.invalid'])
      for (const [act, status] of [
        ['suspend', 'suspended'],
        ['reinstate', 'active'],
        ['close', 'closed'],
        ['reopen', 'active'],
      ])
        assert.equal((await staff(`${at}/${act}`, { reason: 'Asked' })).body.status, status)
      assert.deepEqual(refusal(await staff(`${at}/reopen`, { reason: 'Again' })), [409, 'state.illegal'])
    })

    it('lets clients change their own profile alone', async () => {
      const { client: own, otherClient, user } = world.ids
      const client = await keyOf(world, clientActor(own, { id: user }))
      const { status, body } = await client(`/clients/${own}`, { profile: { phone: '+49 421 1' } })
      assert.deepEqual([status, body.phone], [200, '+49 421 1'])
      const other = await client(`/clients/${otherClient}`, { profile: { phone: '1' } })
      assert.deepEqual(refusal(other), [404, 'record.not_found'])
      const beyond = await client(`/clients/${own}/switches`, { tax_exempt: true })
      assert.deepEqual(refusal(beyond), [403, 'actor.forbidden'])
    })
  })
