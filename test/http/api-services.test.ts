import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setPrice } from '../../core/catalog/index.ts'
import { sql } from '../../core/db/index.ts'
import { makeProduct } from '../billing/make-services.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { clientActor, staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { startWeb, type Web } from '../support/web.ts'
import { assertShape, keeperOf, keyOf, refusal, type Ask } from './api-keys.ts'
import { makeFullPortal } from './portal/full-shop.ts'

for (const engine of engines)
  describe(`acts on services over the API (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let web: Web
    let portal: Awaited<ReturnType<typeof makeFullPortal>>
    let bigger: string
    let elsewhere: string
    let staff: Ask
    let client: Ask
    let at: string
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db, { now: '2026-01-15T10:00:00.000Z' })
      portal = await makeFullPortal(means)
      web = await startWeb(means)
      bigger = (await makeProduct(means, portal.brand)).id
      elsewhere = (await makeProduct(means, portal.brand)).id
      await means.db.run(sql`
        update products set group_id = (select group_id from products where id = ${portal.product.id}) where id = ${bigger}`)
      for (const [owner_id, amount] of [
        [portal.product.id, '5.99'],
        [bigger, '12.00'],
        [elsewhere, '9.00'],
      ])
        await setPrice(means, { owner_id, cycle: '1m', currency: 'EUR', amount }, staffActor())
      staff = await keyOf({ means, web }, await keeperOf(means))
      client = await keyOf({ means, web }, clientActor(portal.client.id, { id: portal.user.id }))
      at = `/services/${portal.serviceId}`
    })
    after(async () => {
      await web.close()
      await database.remove()
    })
    const holds = async () =>
      (
        await means.db.all<{ reason: string }>(
          sql`select reason from service_holds where service_id = ${portal.serviceId} order by reason`,
        )
      ).map(({ reason }) => reason)

    /** As after its provider has done everything that was asked for. */
    const settle = async () => {
      await means.db.run(sql`delete from deliveries where service_id = ${portal.serviceId}`)
      await means.db.run(sql`update services set delivery_status = 'live' where id = ${portal.serviceId}`)
    }

    test('a label and the automatic charge are set, by the client too', async () => {
      const { status, body } = await client(`${at}/edit`, { label: 'Harbour', auto_charge: false })
      assert.equal(status, 200)
      assertShape('Service', body)
      assert.deepEqual([body.label, body.auto_charge], ['Harbour', false])
      assert.equal((await staff(`${at}/edit`, { auto_charge: true })).body.auto_charge, true)
      assert.equal((await staff(at)).body.label, 'Harbour')
      assert.deepEqual(refusal(await client(`${at}/edit`, { label: '' })), [422, 'input.invalid'])
    })

    test('staff hold and release, with a key that reads nothing; clients pause and resume', async () => {
      const narrow = await keyOf({ means, web }, await keeperOf(means), [
        'service.suspend',
        'service.release',
      ])
      assert.deepEqual(refusal(await narrow(at)), [403, 'actor.forbidden'])
      const held = await narrow(`${at}/suspend`, { reason: 'abuse', note: 'Spam' })
      assert.equal(held.status, 200)
      assertShape('Service', held.body)
      assert.deepEqual(await holds(), ['abuse'])
      assert.deepEqual(refusal(await client(`${at}/release`, {})), [403, 'actor.forbidden'])
      const none = await narrow(`${at}/release`, { reason: 'staff' })
      assert.deepEqual(refusal(none), [409, 'service.hold_missing'])
      assert.equal((await narrow(`${at}/release`, {})).status, 200)
      assert.deepEqual(await holds(), [])
      assert.equal((await client(`${at}/pause`, {})).status, 200)
      assert.deepEqual(await holds(), ['client'])
      assert.equal((await client(`${at}/resume`, {})).status, 200)
      assert.deepEqual(refusal(await client(`${at}/resume`, {})), [409, 'service.hold_missing'])
      assert.equal((await staff(`${at}/spare`, { until_on: '2026-02-10' })).status, 200)
      const row = await means.db.get<{ suspend_after: string }>(
        sql`select suspend_after from services where id = ${portal.serviceId}`,
      )
      assert.equal(row!.suspend_after, '2026-02-10')
    })

    test('a change is priced, refused outside of what is offered, made, and taken back', async () => {
      const wish = { product_id: bigger }
      const seen = await client(`${at}/changes/preview`, wish)
      assert.equal(seen.status, 200, JSON.stringify(seen.body))
      assertShape('ChangePreview', seen.body)
      assert.deepEqual(seen.body.recurring, { minor: '1200', currency: 'EUR' })
      const beyond = { product_id: elsewhere }
      assert.deepEqual(refusal(await client(`${at}/changes/preview`, beyond)), [404, 'record.not_found'])
      assert.deepEqual(refusal(await client(`${at}/changes`, beyond)), [404, 'record.not_found'])
      assert.equal((await staff(`${at}/changes/preview`, beyond)).status, 200, 'staff may do more')
      const asked = await client(`${at}/changes`, wish)
      assert.equal(asked.status, 201)
      assertShape('ServiceChange', asked.body)
      assert.equal(asked.body.status, 'pending')
      const invoice = (await client(`/invoices/${String(asked.body.invoice_id)}`)).body
      assert.deepEqual(invoice.total, seen.body.total, 'what the preview said is what is charged')
      assert.equal((await client(`/service-changes/${String(asked.body.id)}/cancel`, {})).status, 204)
      assert.equal((await staff(`/invoices/${String(asked.body.invoice_id)}`)).body.status, 'void')
      const again = await client(`/service-changes/${String(asked.body.id)}/cancel`, {})
      assert.equal(again.status, 409)
    })

    test('a service is offered and the offer withdrawn; staff see what stands in the way and move it', async () => {
      await settle()
      const offered = await client(`${at}/transfers`, { email: 'bo@example.com' })
      assert.equal(offered.status, 201, JSON.stringify(offered.body))
      assertShape('Transfer', offered.body)
      assert.partialDeepStrictEqual(offered.body, { status: 'offered', to_email: 'bo@example.com' })
      const twice = await client(`${at}/transfers`, { email: 'al@example.com' })
      assert.deepEqual(refusal(twice), [409, 'service_transfer.offered_already'])
      const offer = `/transfers/${String(offered.body.id)}`
      assert.equal((await client(`${offer}/withdraw`, {})).status, 204)
      assert.deepEqual(refusal(await client(`${offer}/withdraw`, {})), [409, 'service_transfer.over'])

      const to = portal.foreign.id
      assert.deepEqual(refusal(await client(`${at}/transfers/preview?to_client_id=${to}`)), [
        403,
        'actor.forbidden',
      ])
      await staff(`${at}/suspend`, {})
      const held = await staff(`${at}/transfers/preview?to_client_id=${to}&prices=same`)
      assertShape('TransferPreview', held.body)
      assert.ok(JSON.stringify(held.body.obstacles).includes('"held"'))
      const move = { to_client_id: to, prices: 'same', reason: 'Asked by letter' }
      assert.deepEqual(refusal(await staff(`${at}/transfers/move`, move)), [409, 'service_transfer.blocked'])
      await staff(`${at}/release`, {})
      await settle()
      const moved = await staff(`${at}/transfers/move`, move)
      assert.equal(moved.status, 201, JSON.stringify(moved.body))
      assertShape('Transfer', moved.body)
      assert.deepEqual([moved.body.status, moved.body.to_client_id], ['done', to])
      assert.deepEqual(refusal(await client(at)), [404, 'record.not_found'])
      const itself = await staff(`${at}/transfers/move`, move)
      assert.deepEqual(refusal(itself), [409, 'service_transfer.same_client'])
      assert.equal((await staff(`/transfers/${String(moved.body.id)}/retry`, {})).status, 409)
      await means.db.run(
        sql`update services set client_id = ${portal.client.id} where id = ${portal.serviceId}`,
      )
    })

    test('it is cancelled with its term, kept, and terminated by staff alone', async () => {
      const cancelled = await client(`${at}/cancel`, { reason: 'Moving' })
      assert.equal(cancelled.status, 200, JSON.stringify(cancelled.body))
      assertShape('Cancellation', cancelled.body)
      assert.deepEqual(cancelled.body.effective_on, '2026-02-01')
      assert.equal((await client(at)).body.cancel_on, '2026-02-01')
      const kept = await client(`${at}/keep`, {})
      assert.deepEqual([kept.status, kept.body.cancel_on], [200, null])
      assert.deepEqual(refusal(await client(`${at}/keep`, {})), [409, 'cancellation.none'])
      assert.deepEqual(refusal(await client(`${at}/cancel`, {})), [422, 'input.invalid'])
      assert.deepEqual(refusal(await client(`${at}/terminate`, { reason: 'x' })), [403, 'actor.forbidden'])
      const ended = await staff(`${at}/terminate`, { reason: 'Abuse' })
      assert.deepEqual([ended.status, ended.body.billing_status], [200, 'ended'])
      assert.deepEqual(refusal(await staff(`${at}/suspend`, {})), [409, 'service.ended'])
    })
  })
