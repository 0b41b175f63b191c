import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  bookOutcome,
  recordPayment,
  sayPaid,
  startPayment,
  type Payments,
} from '../../../core/billing/index.ts'
import { actor, draft, issue, makeBuyer, makeGateway, scriptedGateway } from '../../billing/support.ts'
import { engines } from '../../support/databases.ts'
import { clientActor, makeClient, staffActor } from '../../support/make.ts'
import { assertShows, openAdmin, type AdminWorld } from './support.ts'

for (const engine of engines)
  describe(`a transfer that its client says was made (${engine})`, () => {
    let world: AdminWorld
    before(async () => {
      world = await openAdmin(engine)
    })
    after(() => world.close())

    /** An attempt that waits for a transfer. */
    const awaited = async () => {
      const { means } = world
      const { client, brand } = await makeBuyer(means)
      const gateway = await makeGateway(means)
      const instructions = [{ label: 'Reference', value: 'BT-1' }]
      const reference = means.newId('req')
      const plugins = scriptedGateway([{ outcome: 'needs_client', reference, instructions }])
      const payments: Payments = { ...means, plugins }
      const { id: invoice_id } = await issue(means, draft(client))
      const urls = { return_url: 'http://shop.example/r', cancel_url: 'http://shop.example/c' }
      const { id } = await startPayment(payments, { invoice_id, instance_id: gateway.id, ...urls }, actor)
      return { id, invoice_id, client, brand }
    }
    const listed = async (id: string) =>
      (await world.staff.get('/admin/payments?status=to_check')).text.includes(`/admin/payments/${id}`)
    const onBoard = async () => (await world.staff.get('/admin')).text.includes('id="waiting-transfers"')

    it('is marked for staff until its invoice is settled', async () => {
      const { means, staff } = world
      const { id, invoice_id, client } = await awaited()
      assert.deepEqual([await listed(id), await onBoard()], [false, false])
      await sayPaid(means, { invoice_id }, clientActor(client.id))
      assert.deepEqual([await listed(id), await onBoard()], [true, true])
      assertShows((await staff.get('/admin/payments')).text, /To be checked/)
      const page = await staff.get(`/admin/payments/${id}`)
      assertShows(page.text, /Client says it paid on/)
      assertShows(page.text, /said to be paid/)
      // The offer ends, and the money may still come.
      const outcome = { outcome: 'cancelled', reason: 'The time to pay is over.' } as const
      await means.db.transaction((trx) => bookOutcome(means, trx, { paymentId: id, outcome }, actor))
      assert.deepEqual([await listed(id), await onBoard()], [true, true])
      const came = { invoice_id, amount_minor: '1190', reference: 'BT-1' }
      await recordPayment({ ...means, plugins: scriptedGateway([]) }, came, staffActor())
      assert.deepEqual([await listed(id), await onBoard()], [false, false])
    })

    it('is said by its client alone, of what is awaited', async () => {
      const { means } = world
      const { invoice_id, client, brand } = await awaited()
      const other = await makeClient(means, { brand_id: brand.id })
      const say = (by: Parameters<typeof sayPaid>[2], of = invoice_id) =>
        sayPaid(means, { invoice_id: of }, by)
      await assert.rejects(say(clientActor(other.id)), { status: 404 })
      await assert.rejects(say(staffActor()), { code: 'actor.forbidden' })
      const { id: unasked } = await issue(means, draft(client))
      await assert.rejects(say(clientActor(client.id), unasked), { code: 'payment.no_transfer_awaited' })
    })
  })
