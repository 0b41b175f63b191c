import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { acceptStayOffer, offerToStay } from '../../../core/services/index.ts'
import { engines } from '../../support/databases.ts'
import { staffActor } from '../../support/make.ts'
import { openAdmin, type AdminWorld } from './support.ts'

for (const engine of engines) {
  describe(`pages of cancellations (${engine})`, () => {
    let world: AdminWorld
    before(async () => {
      world = await openAdmin(engine)
    })
    after(() => world.close())

    test('a reason is made with its offer, what is wrong is said at its field, and figures tell what came of it', async () => {
      const { staff, ids, means } = world
      assert.match((await staff.get('/admin/cancel-reasons')).text, /Six reasons are asked for/)
      const form = {
        brand_id: ids.brand,
        name: 'Too expensive',
        position: '1',
        product_ids: '',
        offer: 'discount',
      }
      await staff.get('/admin/cancel-reasons/new')
      const refused = await staff.post('/admin/cancel-reasons', {
        ...form,
        percent: '150',
        renewals: '3',
        label: 'Thanks',
      })
      assert.equal(refused.status, 422)
      assert.match(refused.text, /id="f-percent-error"/)
      await staff.get('/admin/cancel-reasons/new')
      const made = await staff.post('/admin/cancel-reasons', {
        ...form,
        percent: '12,5',
        renewals: '3',
        label: 'Thanks',
      })
      assert.match(made.location!, /^\/admin\/cancel-reasons\/cnr_\w+$/)
      const listed = (await staff.get('/admin/cancel-reasons')).text
      assert.match(listed, /12\.5% off 3 renewals/)
      const { text } = await staff.get(made.location!)
      assert.match(text, /value="12\.5"/)
      await staff.post(made.location!, { ...form, name: 'It is too dear', offer: 'talk', version: '1' })
      assert.match((await staff.get('/admin/cancel-reasons')).text, /It is too dear[^]*A talk with us/)

      const reason_id = made.location!.split('/').at(-1)!
      const service_id = ids.service
      await means.db.run(
        sql`update services set billing_status = 'active', cancel_on = null where id = ${service_id}`,
      )
      await offerToStay(means, { service_id, reason_id }, staffActor())
      await acceptStayOffer(means, { service_id }, staffActor())
      const row = /id="row-cnr_[^]*?<\/tr>/.exec((await staff.get('/admin/cancel-reasons')).text)![0]
      const cells = row.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')
      assert.match(cells, /A talk with us 0 1 1 0/)
      await staff.post(`${made.location!}/retire`)
      assert.match((await staff.get('/admin/cancel-reasons')).text, /no longer asked/)
    })

    test('are for staff who may', async () => {
      const some = await world.signedIn(['service.list'])
      assert.equal((await some.get('/admin/cancel-reasons')).status, 403)
    })
  })
}
