import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { cycle, isoDate, systemActor } from '../../../core/kernel/index.ts'
import { changePorts } from '../../../core/app/wire/change-ports.ts'
import { createServices, requestChange } from '../../../core/services/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../../support/databases.ts'
import { PASSWORD, staffActor } from '../../support/make.ts'
import { testMeans, type TestMeans } from '../../support/means.ts'
import type { WebBrowser } from '../../support/web.ts'
import { makeBuyer, openShopFront, type ShopFront } from '../storefront/shop-front.ts'
import { textOf } from './shop.ts'

const HTMX = { 'HX-Request': 'true', 'HX-Request-Type': 'partial' }

for (const engine of engines) {
  describe(`options that wait for others, of a running service (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let shop: ShopFront
    let browser: WebBrowser
    let clientId: string
    let productId: string
    const ids: Record<string, string> = {}
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db)
      shop = await openShopFront(means)
      const buyer = await makeBuyer(means, shop.brand, 'panel@buyer.example')
      clientId = buyer.client.id
      const rows = await means.db.all<{ option_key: string; id: string; product_id: string }>(sql`
        select o.option_key, o.id, o.product_id from options o join products p on p.id = o.product_id
        where p.slug = 'vps'`)
      for (const row of rows) ids[row.option_key] = row.id
      productId = rows[0]!.product_id
      browser = shop.web.browser()
      await browser.signIn(buyer.email, PASSWORD)
    })
    after(async () => {
      await shop.close()
      await database.remove()
    })

    /** 2 cores, 8 GB and a panel for any number of sites: 25.90 a month, paid for January; it is the 15th. */
    async function sell(): Promise<string> {
      const chosen = { valueId: null, quantity: 1, setting: null, moduleValue: null, priceId: 'prc_o' }
      const option = (key: string, value: string, label: string, amountMinor: bigint) => ({
        ...{ ...chosen, optionId: ids[key]!, value, label, amountMinor },
      })
      const spec = {
        ...{ brandId: shop.brand.id, clientId, orderItemId: null, productId, label: 'web1' },
        ...{ currency: 'EUR', cycle: cycle('1m'), quantity: 1, priceId: 'prc_1', taxClass: 'standard' },
        ...{ amountMinor: 190n, recurringMinor: 2_590n, zone: 'Europe/Berlin', periodIndex: 1 },
        ...{ anchorOn: isoDate('2026-01-01'), chargedThrough: isoDate('2026-02-01') },
        ...{ nextPeriodOn: isoDate('2026-02-01'), deliveryOn: 'payment' as const, instanceId: null },
        ...{ serverGroupId: null, moduleSettings: {}, fields: [] },
        options: [
          option('cores', '2', 'Cores: 2', 240n),
          option('memory', '8', 'Memory: 8 GB', 960n),
          option('system', 'debian-13', 'Operating system: Debian 13', 0n),
          option('panel', 'any-sites', 'Control panel: Any number of sites', 1_200n),
        ],
      }
      const [id] = await means.db.transaction((trx) =>
        createServices(means, trx, [spec], systemActor('test')),
      )
      await means.db.run(
        sql`update services set billing_status = 'active', delivery_status = 'live' where id = ${id!}`,
      )
      return id!
    }

    const asked = (more: Record<string, string> = {}) => {
      const all = {
        cores: '2',
        memory: '8',
        system: 'debian-13',
        panel: 'any-sites',
        addresses: '0',
        ...more,
      }
      return Object.fromEntries(Object.entries(all).map(([key, value]) => [`o.${ids[key]!}`, value]))
    }
    const query = (more: Record<string, string>) => new URLSearchParams(asked(more)).toString()
    const hidden = (text: string) =>
      Object.fromEntries(
        [...text.matchAll(/<input type="hidden" name="(o\.[^"]+)" value="([^"]*)"/g)].map(
          ([, name, value]) => [name!, value!],
        ),
      )
    const optionsOf = async (id: string) =>
      (
        await means.db.all<{ label: string }>(
          sql`select label from service_options where service_id = ${id} order by label`,
        )
      ).map(({ label }) => label)
    const recurring = async (id: string) =>
      (await means.db.get<{ recurring_minor: bigint }>(
        sql`select recurring_minor from services where id = ${id}`,
      ))!.recurring_minor

    test('a change of what an option waits for drops it, as was shown before, to the cent', async () => {
      const id = await sell()
      const at = `/portal/services/${id}/upgrade`
      const part = await browser.get(`${at}?${query({ system: 'ubuntu-24.04' })}`, {
        ...HTMX,
        'HX-Target': 'div#change-options',
      })
      assert.match(part.text, /^\s*<div id="change-options"/)
      assert.doesNotMatch(part.text, new RegExp(ids.panel!))
      const shown = await browser.get(`${at}/preview?${query({ system: 'ubuntu-24.04' })}`, {
        ...HTMX,
        'HX-Target': 'div#change-preview',
      })
      const text = textOf(shown.text)
      assert.match(
        text,
        /Falls away: Operating system: Debian 13 Falls away: Control panel: Any number of sites/,
      )
      assert.match(text, /From now on: Operating system: Ubuntu 24\.04 LTS/)
      assert.match(text, /From the next charge on €13\.90 per month/)
      await browser.get(at)
      const done = await browser.post(at, hidden(shown.text))
      assert.equal(done.location, `/portal/services/${id}`)
      assert.equal(await recurring(id), 1_390n)
      assert.deepEqual(await optionsOf(id), [
        'Cores: 2',
        'Memory: 8 GB',
        'Operating system: Ubuntu 24.04 LTS',
      ])
    })

    test('without scripts the form comes again with what the choice offers', async () => {
      const id = await sell()
      const at = `/portal/services/${id}/upgrade`
      const again = await browser.get(`${at}/preview?${query({ memory: '6' })}`)
      assert.match(textOf(again.text), /Your choice opens or closes other options/)
      const panel = new RegExp(`name="o\\.${ids.panel!}"[^]*?</select>`).exec(again.text)![0]
      assert.doesNotMatch(panel, /any-sites/)
      const sums = await browser.get(`${at}/preview?${query({ memory: '6', panel: 'ten-sites' })}`)
      assert.match(
        textOf(sums.text),
        /Falls away: Memory: 8 GB Falls away: Control panel: Any number of sites/,
      )
      assert.match(textOf(sums.text), /From the next charge on €17\.50 per month/)
      await browser.post(at, hidden(sums.text))
      assert.deepEqual(await optionsOf(id), [
        ...['Control panel: Up to 10 sites', 'Cores: 2', 'Memory: 6 GB', 'Operating system: Debian 13'],
      ])
      assert.equal(await recurring(id), 1_750n)
    })

    test('what is not offered is refused when it is asked for by name, and dropped when it is not', async () => {
      const id = await sell()
      const at = `/portal/services/${id}/upgrade`
      await browser.get(at)
      const refused = await browser.post(at, asked({ system: 'ubuntu-24.04' }))
      assert.equal(refused.status, 422)
      assert.equal(await recurring(id), 2_590n)
      await browser.get(at)
      const done = await browser.post(at, { [`o.${ids.system!}`]: 'ubuntu-24.04' })
      assert.equal(done.location, `/portal/services/${id}`)
      assert.equal(await recurring(id), 1_390n)
    })

    describe('of which one may not change later', () => {
      before(() => means.db.run(sql`update options set changeable = 0 where id = ${ids.panel!}`))
      after(() => means.db.run(sql`update options set changeable = 1 where id = ${ids.panel!}`))

      const TAKEN = /cannot be changed on a running service, and this choice would take it away/

      test('a choice that would take it away is refused, so that none brings it back otherwise', async () => {
        const id = await sell()
        const at = `/portal/services/${id}/upgrade`
        const wished = new URLSearchParams({ [`o.${ids.system!}`]: 'ubuntu-24.04' })
        const shown = await browser.get(`${at}/preview?${wished}`)
        assert.equal(shown.status, 422)
        assert.match(textOf(shown.text), TAKEN)
        await browser.get(at)
        const refused = await browser.post(at, { [`o.${ids.system!}`]: 'ubuntu-24.04' })
        assert.equal(refused.status, 422)
        assert.match(textOf(refused.text), new RegExp(`Control panel: It ${TAKEN.source}`))
        const options = [{ option_id: ids.system!, value_id: 'ubuntu-24.04', value: 'ubuntu-24.04' }]
        const wish = { service_id: id, options }
        const ports = { ...means, changes: changePorts }
        await assert.rejects(requestChange(ports, wish, staffActor()), {
          code: 'input.invalid',
          message: TAKEN,
        })
        const smaller = { option_id: ids.memory!, value_id: '6', value: '6' }
        await assert.rejects(requestChange(ports, { ...wish, options: [smaller] }, staffActor()), {
          message: TAKEN,
        })
        assert.equal(await recurring(id), 2_590n)
      })

      test('whoever left it out may change what it waits for', async () => {
        const id = await sell()
        await means.db.run(
          sql`delete from service_options where service_id = ${id} and option_id = ${ids.panel!}`,
        )
        await means.db.run(sql`update services set recurring_minor = 1390 where id = ${id}`)
        await browser.get(`/portal/services/${id}/upgrade`)
        const done = await browser.post(`/portal/services/${id}/upgrade`, {
          [`o.${ids.system!}`]: 'ubuntu-24.04',
        })
        assert.equal(done.location, `/portal/services/${id}`)
      })

      test('what the catalogue took from it since keeps nobody from other changes', async () => {
        const id = await sell()
        const conditions = '[{"option":"memory","at_least":64}]'
        const { conditions: before } = (await means.db.get<{ conditions: string }>(
          sql`select conditions from options where id = ${ids.panel!}`,
        ))!
        await means.db.run(sql`update options set conditions = ${conditions} where id = ${ids.panel!}`)
        await browser.get(`/portal/services/${id}/upgrade`)
        const done = await browser.post(`/portal/services/${id}/upgrade`, { [`o.${ids.memory!}`]: '6' })
        assert.equal(done.location, `/portal/services/${id}`)
        await means.db.run(sql`update options set conditions = ${before} where id = ${ids.panel!}`)
      })
    })

    test('a condition that came after the sale changes nothing until something is changed', async () => {
      const id = await sell()
      await means.db.run(
        sql`update options set conditions = ${'[{"option":"memory","at_least":64}]'} where id = ${ids.panel!}`,
      )
      assert.equal(await recurring(id), 2_590n)
      const { text } = await browser.get(`/portal/services/${id}`)
      assert.match(text, /Control panel: Any number of sites/)
    })
  })
}
