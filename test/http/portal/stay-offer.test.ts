import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { createCancelReason } from '../../../core/services/index.ts'
import { sql } from '../../../core/db/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../../support/databases.ts'
import { scriptedGateway } from '../../billing/support.ts'
import { makeMembership, makeUser, staffActor } from '../../support/make.ts'
import { testMeans, type TestMeans } from '../../support/means.ts'
import { startWeb, type Web, type WebBrowser } from '../../support/web.ts'
import { makeFullPortal } from './full-shop.ts'
import { signedIn, textOf } from './shop.ts'

for (const engine of engines) {
  describe(`what the cancellation asks and offers (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let web: Web
    let portal: Awaited<ReturnType<typeof makeFullPortal>>
    let browser: WebBrowser
    let at: string
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db)
      portal = await makeFullPortal(means)
      web = await startWeb(means, { plugins: scriptedGateway([]) })
      browser = await signedIn(web, portal.user)
      at = `/portal/services/${portal.serviceId}`
    })
    after(async () => {
      await web.close()
      await database.remove()
    })
    beforeEach(async () => {
      for (const table of [sql`stay_offers`, sql`settings`, sql`cancellations`])
        await means.db.run(sql`delete from ${table}`)
      await means.db.run(sql`update cancel_reasons set retired_at = '2026-01-01T00:00:00.000Z'`)
      await means.db.run(
        sql`update services set billing_status = 'active', cancel_on = null, cancel_reason = null where id = ${portal.serviceId}`,
      )
    })

    const reason = (more: object = {}) => {
      const input = { brand_id: portal.client.brand_id, name: 'It costs too much', ...more }
      return createCancelReason(means, input, staffActor())
    }
    const discount = {
      offer: 'discount',
      percent: '50',
      renewals: 3,
      label: 'Thanks',
      offer_text: 'We like you.',
    }
    const cancel = async (fields: Record<string, string>) => {
      await browser.get(`${at}/cancel`)
      return browser.post(`${at}/cancel`, { at: 'end', note: '', ...fields })
    }
    /** Presses the button of the page as it stands. */
    const decline = async (page?: string, by = browser) => {
      const text = page ?? (await by.get(`${at}/cancel/offer`)).text
      const form = text.slice(text.indexOf('/cancel/offer/decline"'))
      const hidden = form.matchAll(/<input type="hidden" name="(at|reason|note)" value="([^"]*)"/g)
      const fields = Object.fromEntries([...hidden].map(([, name, value]) => [name!, value!]))
      return by.post(`${at}/cancel/offer/decline`, fields)
    }
    const cancelled = () => means.db.all(sql`select at, reason, reason_id from cancellations`)
    const service = async () =>
      (await means.db.get<{ billing_status: string }>(
        sql`select billing_status from services where id = ${portal.serviceId}`,
      ))!.billing_status
    /** The service with all that an answer to the offer would write about it. */
    const written = async () => ({
      service: await means.db.get(sql`select * from services where id = ${portal.serviceId}`),
      offers: await means.db.all(sql`select * from stay_offers order by id`),
      discounts: await means.db.all(sql`select * from service_discounts order by id`),
      cancellations: await means.db.all(sql`select * from cancellations order by id`),
      audit: await means.db.all(
        sql`select id from audit where client_id = ${portal.client.id} and action <> 'access.refused' order by id`,
      ),
      events: await means.db.all(
        sql`select id from events where client_id = ${portal.client.id} order by id`,
      ),
    })
    const lowered = () =>
      means.db.all(
        sql`select id from service_discounts where service_id = ${portal.serviceId} and cause = 'stay_offer'`,
      )

    test('the reasons of the shop stand in its order, in place of the six of every shop', async () => {
      assert.match((await browser.get(`${at}/cancel`)).text, /It is too expensive/)
      await reason({ name: 'Second', position: 2 })
      await reason({ name: 'First', position: 1 })
      const { text } = await browser.get(`${at}/cancel`)
      assert.doesNotMatch(text, /It is too expensive/)
      assert.match(textOf(text), /First Second/)
    })

    test('an offer comes before the cancellation; taken, it is kept and nothing is cancelled', async () => {
      const id = await reason(discount)
      assert.equal((await cancel({ reason: id })).location, `${at}/cancel/offer`)
      assert.equal(await service(), 'active')
      const { text } = await browser.get(`${at}/cancel/offer`)
      assert.match(textOf(text), /50% off the next 3 renewals We like you\./)
      assert.match(textOf(text), /Otherwise it ends with the term, as you chose/)
      const taken = await browser.post(`${at}/cancel/offer`)
      assert.equal(taken.location, at)
      assert.match((await browser.get(at)).text, /its next renewals cost less/)
      assert.deepEqual([await service(), (await lowered()).length], ['active', 1])
      const twice = await browser.post(`${at}/cancel/offer`)
      assert.equal(twice.location, at)
      assert.match((await browser.get(at)).text, /does not hold any more/)
      assert.equal((await lowered()).length, 1)
      // Within the year the cancellation is a cancellation.
      assert.equal((await cancel({ reason: id })).location, at)
      assert.equal(await service(), 'ending')
    })

    test('declined, the cancellation is what was asked for', async () => {
      const id = await reason(discount)
      await cancel({ reason: id, note: 'Elsewhere it is half' })
      assert.equal((await decline()).location, at)
      const rows = await means.db.all(sql`select at, reason, reason_id from cancellations`)
      assert.deepEqual(rows, [
        { at: 'end', reason: 'It costs too much: Elsewhere it is half', reason_id: id },
      ])
      assert.equal(await service(), 'ending')
      assert.equal((await browser.get(`${at}/cancel/offer`)).location, `${at}/cancel`)
    })

    test('of two wishes the last one is carried out', async () => {
      const first = await reason(discount)
      const second = await reason({ name: 'I move away' })
      await cancel({ reason: first, at: 'now', note: 'At once' })
      const again = await cancel({ reason: second, at: 'end', note: 'To Rome' })
      assert.equal(again.location, `${at}/cancel/offer`)
      const { text } = await browser.get(`${at}/cancel/offer`)
      assert.match(textOf(text), /Otherwise it ends with the term, as you chose/)
      assert.match(textOf(text), /50% off the next 3 renewals/)
      assert.equal((await decline()).location, at)
      assert.deepEqual(await cancelled(), [{ at: 'end', reason: 'I move away: To Rome', reason_id: second }])
      assert.equal(await service(), 'ending')
    })

    test('whoever declines does what their page says, whatever another member wished since', async () => {
      const id = await reason(discount)
      await cancel({ reason: id, at: 'end' })
      const page = (await browser.get(`${at}/cancel/offer`)).text
      await cancel({ reason: id, at: 'now', note: 'Another wants it gone' })
      assert.equal((await decline(page)).location, at)
      assert.deepEqual(await cancelled(), [{ at: 'end', reason: 'It costs too much', reason_id: id }])
    })

    test('the longest name and word are no hindrance', async () => {
      const name = 'n'.repeat(120)
      const note = 'w'.repeat(900)
      await cancel({ reason: await reason({ ...discount, name }), note })
      assert.equal((await decline()).location, at)
      assert.equal(await service(), 'ending')
    })

    test('a wish that became impossible is asked for again, with the other choice open', async () => {
      const id = await reason(discount)
      await cancel({ reason: id, at: 'end', note: 'Enough' })
      await means.db.run(sql`update services set paused_on = '2026-01-10' where id = ${portal.serviceId}`)
      const refused = await decline()
      assert.equal(refused.status, 409)
      assert.match(refused.text, new RegExp(`action="${at}/cancel"`))
      assert.match(refused.text, /it is paused/)
      assert.match(refused.text, /Enough/)
      assert.equal((await cancel({ reason: id, at: 'now' })).location, `${at}/cancel/offer`)
      assert.equal((await decline()).location, at)
      assert.deepEqual(await cancelled(), [{ at: 'now', reason: 'It costs too much', reason_id: id }])
      assert.equal(await service(), 'ended')
      await means.db.run(sql`update services set paused_on = null where id = ${portal.serviceId}`)
    })

    test('an offer that leads elsewhere does so', async () => {
      await cancel({ reason: await reason({ offer: 'pause' }) })
      assert.match(textOf((await browser.get(`${at}/cancel/offer`)).text), /Take a pause instead/)
      assert.equal((await browser.post(`${at}/cancel/offer`)).location, `${at}/pause`)
      assert.equal(await service(), 'active')
    })

    test('a reason is demanded, or may be left out, as the shop says', async () => {
      const id = await reason({ asks_note: true })
      assert.equal((await cancel({ reason: '' })).status, 422)
      const noted = await cancel({ reason: id })
      assert.equal(noted.status, 422)
      assert.match(noted.text, /id="f-note-error"/)
      assert.equal((await cancel({ reason: 'cnr_x' })).status, 422)
      const stamp = { version: 1, updated_by: 'test', updated_at: means.business.now() }
      const key = { key: 'services.cancel_reason', scope: 'installation', scope_id: '' }
      await means.db.insert('settings', [{ ...key, value: '"optional"', ...stamp }])
      assert.equal((await cancel({ reason: '' })).location, at)
      assert.equal(await service(), 'ending')
    })

    test('who is not signed in is neither shown nor given anything', async () => {
      const id = await reason(discount)
      await cancel({ reason: id })
      const before = await written()
      const guest = web.browser()
      assert.match((await guest.get(`${at}/cancel/offer`)).location!, /sign-in/)
      for (const path of ['/cancel/offer', '/cancel/offer/decline', '/cancel'])
        await guest.post(`${at}${path}`, { at: 'now', reason: id, note: '' })
      assert.deepEqual(await written(), before)
    })

    test('a user of another client finds neither the offer nor the service', async () => {
      const id = await reason(discount)
      await cancel({ reason: id })
      const before = await written()
      const user = await makeUser(means, { realm_id: portal.brand.realm_id })
      await makeMembership(means, { client_id: portal.foreign.id, user_id: user.id })
      const stranger = await signedIn(web, user)
      for (const path of ['/cancel', '/cancel/offer'])
        assert.equal((await stranger.get(`${at}${path}`)).status, 404, path)
      for (const path of ['/cancel/offer', '/cancel/offer/decline', '/cancel']) {
        const refused = await stranger.post(`${at}${path}`, { at: 'now', reason: id, note: '' })
        assert.equal(refused.status, 404, path)
      }
      assert.deepEqual(await written(), before)
      assert.equal((await browser.post(`${at}/cancel/offer`)).location, at, 'it still stands for its client')
    })
  })
}
