import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { bookOutcome, startPayment, type Payments } from '../../../core/billing/index.ts'
import { actor, draft, issue, makeBuyer, makeGateway, scriptedGateway } from '../../billing/support.ts'
import { engines } from '../../support/databases.ts'
import { assertShows, openAdmin, type AdminWorld } from './support.ts'

for (const engine of engines)
  describe(`a payment of another amount than was asked for (${engine})`, () => {
    let world: AdminWorld
    before(async () => {
      world = await openAdmin(engine)
    })
    after(() => world.close())

    /** Asked for 11.90. */
    const pay = async (minor: string) => {
      const { means } = world
      const { client } = await makeBuyer(means)
      const gateway = await makeGateway(means)
      const payments: Payments = {
        ...means,
        plugins: scriptedGateway([{ outcome: 'pending', reference: `tr_${minor}` }]),
      }
      const { id: invoice_id } = await issue(means, draft(client))
      const urls = { return_url: 'http://shop.example/r', cancel_url: 'http://shop.example/c' }
      const { id } = await startPayment(payments, { invoice_id, instance_id: gateway.id, ...urls }, actor)
      const amount = { minor, currency: 'EUR' }
      const outcome = { outcome: 'succeeded', reference: `tr_${minor}`, amount } as never
      await means.db.transaction((trx) => bookOutcome(means, trx, { paymentId: id, outcome }, actor))
      return id
    }

    it('is marked in the list, has a tab, and its page says both amounts', async () => {
      const ids = [await pay('1190'), await pay('1500'), await pay('900')]
      const { staff } = world
      const { text } = await staff.get('/admin/payments')
      assert.equal(text.split('Other amount than asked').length, 3, 'two are marked')
      const tab = (await staff.get('/admin/payments?status=differing')).text
      assert.deepEqual(
        ids.map((id) => tab.includes(`/admin/payments/${id}`)),
        [false, true, true],
      )
      const page = await staff.get(`/admin/payments/${ids[1]!}`)
      assertShows(page.text, /Asked for[^]*€11\.90[^]*Received[^]*€15\.00/)
      assertShows(page.text, /booked with another amount than asked/)
    })
  })
