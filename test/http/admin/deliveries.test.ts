import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { recordPayment } from '../../../core/billing/index.ts'
import { sql } from '../../../core/db/index.ts'
import { scriptedGateway } from '../../billing/support.ts'
import { engines } from '../../support/databases.ts'
import { staffActor } from '../../support/make.ts'
import type { Reply } from '../../support/web.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

for (const engine of engines)
  describe(`what staff do with deliveries (${engine})`, () => {
    let world: AdminWorld
    let at: string
    const there: object[] = []
    before(async () => {
      const call = <T>() => Promise.resolve(there.shift() as T)
      world = await openAdmin(engine, { plugins: { call } })
      at = `/admin/deliveries/${world.ids.delivery}`
    })
    after(() => world.close())

    const send = async (act: string, fields: Record<string, string> = {}, page = at): Promise<Reply> => {
      assertStatus(await world.staff.get(page), 200)
      return world.staff.post(`${at}/${act}`, fields)
    }
    const follow = async (reply: Reply): Promise<string> => {
      assertStatus(reply, 303)
      return (await world.staff.get(reply.location!)).text.replace(/\s+/g, ' ')
    }
    const states = async () => {
      const row = await world.means.db.get<Record<string, string>>(sql`
        select d.status, d.step, s.delivery_status, s.billing_status, s.remote_id from deliveries d
        join services s on s.id = d.service_id where d.id = ${world.ids.delivery}`)
      return Object.values(row!)
    }
    /** As it stood when it had failed. */
    const failAgain = async (step = 'call') => {
      await world.means.db.run(sql`
        update deliveries set status = 'failed', step = ${step}, server_id = ${world.ids.server}, ended_at = null,
          busy_until = null, generation = 1 where id = ${world.ids.delivery}`)
      await world.means.db.run(sql`
        update services set delivery_status = 'creating', server_id = ${world.ids.server}, remote_id = null,
          instance_id = ${world.ids.instance}, generation = 1 where id = ${world.ids.service}`)
    }

    it('takes back what was made', async () => {
      await failAgain()
      assertShows(await follow(await send('undo')), /What was made is taken back/)
      assert.deepEqual((await states()).slice(0, 2), ['open', 'undo'])
      await failAgain('by_hand')
      assertStatus(await send('undo'), 409)
    })

    it('adopts what exists at the provider, and says at the form that it does not', async () => {
      await failAgain()
      assertStatus(await send('adopt', { remote_id: '' }), 422)
      there.push({ state: 'absent' })
      const refused = await send('adopt', { remote_id: 'r7' })
      assertStatus(refused, 409)
      assertShows(refused.text, /r7/)
      there.push({ state: 'live', remote_id: 'r7', access: [] })
      assertShows(await follow(await send('adopt', { remote_id: 'r7' })), /The account was adopted/)
      assert.deepEqual((await states()).slice(0, 3), ['done', 'call', 'live'])
      assert.equal((await states())[4], 'r7')
      there.push({ state: 'live', remote_id: 'r7', access: [] })
      assertStatus(await send('adopt', { remote_id: 'r7' }), 409)
    })

    it('marks as delivered what a person has delivered', async () => {
      await failAgain('by_hand')
      const page = await world.staff.get(at)
      assertShows(page.text, new RegExp(`${at}/mark-done`))
      assertShows(await follow(await send('mark-done')), /The delivery was marked as done/)
      assert.deepEqual((await states()).slice(0, 3), ['done', 'by_hand', 'live'])
    })

    it('gives up and leaves the money where it is', async () => {
      await failAgain()
      const form = `${at}/abandon`
      const page = await world.staff.get(form)
      assertShows(page.text, /€16\.54 is not paid, and falls away/)
      assertStatus(await send('abandon', { reason: '' }, form), 422)
      assertShows(
        await follow(await send('abandon', { reason: 'No room' }, form)),
        /The delivery was given up\./,
      )
      assert.deepEqual((await states()).slice(0, 4), ['abandoned', 'call', 'none', 'pending'])
      assertStatus(await world.staff.post(form, { reason: 'No room' }), 409)
    })

    it('gives up with a refund: shows the sum first, and moves exactly that', async () => {
      await failAgain()
      const pays = { ...world.means, plugins: scriptedGateway([]) }
      const money = { amount_minor: '1654', reference: 'CARD-1', instance_id: world.ids.instance }
      await recordPayment(pays, { invoice_id: world.ids.orderInvoice, ...money }, staffActor())
      const form = `${at}/abandon`
      assertShows((await world.staff.get(form)).text, /Yes, €16\.54 back to where it came from/)
      const technician = await world.signedIn(['delivery.*'])
      assert.doesNotMatch((await technician.get(form)).text, /name="refund"/)
      assertStatus(await technician.post(form, { reason: 'No room', refund: 'source' }), 403)
      assertStatus(await send('abandon', { reason: 'No room', refund: 'elsewhere' }, form), 422)
      assertShows(
        await follow(await send('abandon', { reason: 'No room', refund: 'source' }, form)),
        /On its way back: €16\.54\. Credit of the client: €0\.00/,
      )
      const refunds = await world.means.db.all(sql`select amount_minor, destination, status from refunds`)
      assert.deepEqual(refunds, [{ amount_minor: 1_654n, destination: 'source', status: 'created' }])
      assert.deepEqual((await states()).slice(0, 4), ['abandoned', 'call', 'gone', 'ended'])
      assertStatus(await world.staff.post(form, { reason: 'No room', refund: 'source' }), 409)
      assert.equal((await world.means.db.all(sql`select id from refunds`)).length, 1)
    })
  })
