import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { engines } from '../support/databases.ts'
import { openAdmin, type AdminWorld } from './admin/support.ts'
import { assertShape, keeperOf, keyOf, refusal, type Ask } from './api-keys.ts'

for (const engine of engines)
  describe(`decisions on orders over the API (${engine})`, () => {
    let world: AdminWorld
    let staff: Ask
    before(async () => {
      world = await openAdmin(engine)
      staff = await keyOf(world, await keeperOf(world.means))
    })
    after(() => world.close())

    it('holds an order, lets it go on, and calls it off with its services and its invoice', async () => {
      const at = `/orders/${world.ids.order}`
      assert.deepEqual(refusal(await staff(`${at}/hold`, {})), [422, 'input.invalid'])
      const held = await staff(`${at}/hold`, { reason: 'Odd address' })
      assert.deepEqual([held.status, held.body.status], [200, 'held'])
      assertShape('Order', held.body)
      assert.equal((await staff(`${at}/accept`, {})).body.status, 'accepted')
      assert.deepEqual(refusal(await staff(`${at}/reject`, { reason: 'Late' })), [409, 'state.illegal'])
      const cancelled = await staff(`${at}/cancel`, { reason: 'Asked for it' })
      assert.deepEqual([cancelled.status, cancelled.body.status], [200, 'cancelled'])
      assert.equal((await staff(`/services/${world.ids.service}`)).body.billing_status, 'ended')
      assert.equal((await staff(`/invoices/${world.ids.orderInvoice}`)).body.status, 'void')
    })

    it('refuses each act without its own scope', async () => {
      const narrow = await keyOf(world, await keeperOf(world.means), ['order.read'])
      for (const act of ['hold', 'reject', 'cancel']) {
        const refused = await narrow(`/orders/${world.ids.order}/${act}`, { reason: 'x' })
        assert.deepEqual(refusal(refused), [403, 'actor.forbidden'], act)
      }
    })
  })
