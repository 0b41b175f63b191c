import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { makeServices } from '../../billing/make-services.ts'
import { makeGateway } from '../../billing/support.ts'
import { engines, makeDatabase } from '../../support/databases.ts'
import { testMeans } from '../../support/means.ts'
import { startWeb, type Web, type WebBrowser } from '../../support/web.ts'
import { makePortal, signedIn, textOf } from './shop.ts'

for (const engine of engines)
  describe(`agreements in the portal (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const means = testMeans(db)
    const { client, user } = await makePortal(means)
    let web: Web
    let browser: WebBrowser
    before(async () => {
      web = await startWeb(means)
      browser = await signedIn(web, user)
    })
    after(async () => {
      await web.close()
      await remove()
    })

    it('stand with the methods while they charge, those of others never', async () => {
      const gateway = await makeGateway(means)
      const brand = (await db.get<{ id: string }>(sql`select * from brands where id = ${client.brand_id}`))!
      await makeServices(means, brand as never, { clients: 1, perClient: 1, nextPeriodOn: '2026-02-01' })
      const service = (await db.get<{ id: string; client_id: string; label: string }>(
        sql`select id, client_id, label from services where brand_id = ${client.brand_id} order by id desc limit 1`,
      ))!
      const now = means.business.now()
      await db.insert('agreements', [
        {
          ...{ id: 'agr_1', instance_id: gateway.id, brand_id: client.brand_id, reference: 'sub_1' },
          ...{ status: 'live', currency: 'EUR', amount_minor: 990n, next_on: '2026-02-15' },
          ...{ client_id: service.client_id, service_id: service.id, created_at: now, updated_at: now },
        },
      ])
      const shown = async () => textOf((await browser.get('/portal/payment-methods')).text)
      assert.doesNotMatch(await shown(), /Charged by the gateway/)
      await db.run(sql`update services set client_id = ${client.id} where id = ${service.id}`)
      await db.run(sql`update agreements set client_id = ${client.id}`)
      const text = await shown()
      assert.match(text, /Charged by the gateway/)
      assert.match(text, /9\.90, next on 15 Feb 2026/)
      await db.run(sql`update agreements set status = 'ended'`)
      assert.doesNotMatch(await shown(), /Charged by the gateway/)
    })
  })
