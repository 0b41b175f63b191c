import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { clientCredit, grantCredit } from '../../../core/billing/index.ts'
import { sql } from '../../../core/db/index.ts'
import { engines, makeDatabase } from '../../support/databases.ts'
import { staffActor } from '../../support/make.ts'
import { testMeans } from '../../support/means.ts'
import { startWeb, type Web, type WebBrowser } from '../../support/web.ts'
import { draft, issue, makeGateway } from '../../billing/support.ts'
import { makePortal, signedIn, textOf } from './shop.ts'

for (const engine of engines)
  describe(`credit in the portal (${engine})`, async () => {
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

    it('shows what was given and until when, and lets its client choose when it is used', async () => {
      const input = {
        client_id: client.id,
        amount_minor: '500',
        origin: 'promotional',
        reason: 'Secret reason',
      }
      await grantCredit(means, { ...input, expires_on: '2026-03-01' }, staffActor())
      const page = await browser.get('/portal/credit')
      assert.match(textOf(page.text), /Promotion € ?5\.00|Promotion .*5\.00/)
      assert.doesNotMatch(page.text, /Secret reason/)
      assert.equal((await browser.post('/portal/credit/use', {})).status, 303)
      await issue(means, draft(client))
      assert.equal((await clientCredit(db, client.id, 'EUR')).grants[0]?.leftMinor, 500n)
      await browser.get('/portal/credit')
      assert.equal((await browser.post('/portal/credit/use', { always: 'on' })).status, 303)
      await issue(means, draft(client))
      assert.deepEqual((await clientCredit(db, client.id, 'EUR')).grants, [])
    })

    it('refills by itself from the form, refuses what is no sum, and stops', async () => {
      await makeGateway(means)
      await browser.get('/portal/credit')
      const bad = await browser.post('/portal/credit/top-up', { threshold: 'ten', top_up: '20' })
      assert.equal(bad.status, 422)
      const much = await browser.post('/portal/credit/top-up', { threshold: '10', top_up: '99999' })
      assert.equal(much.status, 422)
      assert.match(textOf(much.text), /must lie between 5\.00 EUR and 1000\.00 EUR/)
      for (const [href, fields] of [
        ['/portal/credit', { amount: '-5' }],
        ['/portal/credit/top-up', { threshold: '-1', top_up: '20' }],
        ['/portal/credit/top-up', { threshold: '10', top_up: '-20' }],
      ] as const) {
        const below = await browser.post(href, fields)
        assert.equal(below.status, 422)
        assert.match(textOf(below.text), /Must be an amount such as 24\.00/, JSON.stringify(fields))
      }
      const set = await browser.post('/portal/credit/top-up', { threshold: '10', top_up: '20' })
      assert.equal(set.status, 303)
      const row = await db.get<{ threshold_minor: bigint; amount_minor: bigint }>(
        sql`select threshold_minor, amount_minor from credit_top_ups where client_id = ${client.id}`,
      )
      assert.deepEqual(row, { threshold_minor: 1_000n, amount_minor: 2_000n })
      await browser.get('/portal/credit')
      assert.equal((await browser.post('/portal/credit/top-up/stop', {})).status, 303)
      assert.equal((await db.all(sql`select client_id from credit_top_ups`)).length, 0)
    })
  })
