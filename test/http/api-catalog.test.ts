import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { enterRate, exportCatalog } from '../../core/catalog/index.ts'
import { sql } from '../../core/db/index.ts'
import { openApi } from '../../core/http/api/open-api.ts'
import { engines } from '../support/databases.ts'
import { makeBrand, staffActor } from '../support/make.ts'
import { assertStatus, openAdmin, type AdminWorld } from './admin/support.ts'

const document = openApi('http://shop.example')
const ajv = new Ajv2020({ strict: false, allErrors: true })
formats.default(ajv)

for (const engine of engines)
  describe(`the catalogue by API (${engine})`, () => {
    let world: AdminWorld
    let brandId: string
    let key: string
    const keyOf = async (browser: AdminWorld['staff'], scopes: string): Promise<string> => {
      await browser.get('/admin/me/keys')
      const made = await browser.post('/admin/me/keys', { name: scopes, scopes, days: '' })
      assertStatus(made, 200)
      return /berth_[\w-]+/.exec(made.text)![0]
    }
    before(async () => {
      world = await openAdmin(engine)
      const row = await world.means.db.get<{ brand_id: string }>(
        sql`select brand_id from products where id = ${world.ids.product}`,
      )
      brandId = row!.brand_id
      key = await keyOf(world.staff, '*')
    })
    after(() => world.close())

    type Body = Record<string, unknown> & { items: Record<string, unknown>[] }
    const send = async (method: string, path: string, body?: object, bearer = key) => {
      const headers = { Authorization: `Bearer ${bearer}`, 'Content-Type': 'application/json' }
      const init = body ? { method, headers, body: JSON.stringify(body) } : { method, headers }
      const response = await fetch(`${world.web.address}/api/v1${path}`, init)
      return { status: response.status, body: JSON.parse((await response.text()) || '{}') as Body }
    }
    const shaped = (name: string, value: object) => {
      const $id = `berth-${engine}-${name}-${Math.random()}`
      const schema = { $id, ...document, ...document.components.schemas[name] }
      assert.ok(ajv.validate(schema, value), `${name}: ${JSON.stringify(ajv.errors)}`)
      return value as Body
    }
    const done = async (status: number, name: string, [method, path, body]: [string, string, object?]) => {
      const answer = await send(method, path, body)
      assert.equal(answer.status, status, JSON.stringify(answer.body))
      return shaped(name, answer.body)
    }
    const make = async (slug: string, kind: string, groupId: string) => {
      const body = { group_id: groupId, slug, name: slug, kind }
      const made = await done(201, 'ProductDetail', ['POST', '/products', body])
      return made.id as string
    }

    it('makes a product that asks what its kind asks, prices it and puts it on sale', async () => {
      const group_id = world.ids.group
      const made = await done(201, 'ProductDetail', [
        'POST',
        '/products',
        { group_id, slug: 'api-vps', name: 'Cloud', kind: 'vps' },
      ])
      const id = made.id as string
      assert.deepEqual(
        [made.status, (made.fields as { kind: string }[]).map(({ kind }) => kind)],
        ['draft', ['hostname']],
      )
      const at = `/products/${id}`
      const price = { owner_id: id, cycle: '1m', currency: 'EUR', amount: '7.50', setup: '2.00' }
      assert.equal((await send('POST', '/prices', price)).status, 204)
      const terms = { periods_max: 12, trial_days: 14, trial_prices: { EUR: '1.00' }, trial_then: 'end' }
      const termed = await done(200, 'ProductDetail', ['POST', `${at}/terms`, terms])
      assert.deepEqual(
        [termed.periods_max, termed.trial],
        [12, { days: 14, then: 'end', prices: [{ minor: '100', currency: 'EUR' }] }],
      )
      assert.equal((await done(200, 'ProductDetail', ['POST', `${at}/publish`])).status, 'active')
      const changed = await done(200, 'ProductDetail', ['POST', at, { name: 'Cloud S', stock: 3 }])
      const read = await done(200, 'ProductDetail', ['GET', at])
      assert.deepEqual(read, changed)
      assert.deepEqual([read.name, read.stock], ['Cloud S', 3])
      const [first] = read.prices as { amount: object; setup: object }[]
      assert.deepEqual(
        [first!.amount, first!.setup],
        [
          { minor: '750', currency: 'EUR' },
          { minor: '200', currency: 'EUR' },
        ],
      )
      assert.equal(
        (await send('POST', '/prices/retire', { owner_id: id, cycle: '1m', currency: 'EUR' })).status,
        204,
      )
      assert.deepEqual((await done(200, 'ProductDetail', ['GET', at])).prices, [])
      const stale = await send('POST', at, { version: 1, name: 'Old' })
      assert.deepEqual([stale.status, stale.body.code], [409, 'record.changed'])
      assert.equal((await done(200, 'ProductDetail', ['POST', `${at}/hide`])).status, 'hidden')
      assert.equal((await done(200, 'ProductDetail', ['POST', `${at}/retire`])).status, 'retired')
      const again = await send('POST', `${at}/hide`)
      assert.equal(again.status, 409)
      const { body } = await send('GET', `/products?brand_id=${brandId}&kind=vps`)
      assert.deepEqual(
        body.items.map((item) => item.id),
        [id],
      )
      assert.equal((await send('GET', `/products?brand_id=${brandId}&kind=boat`)).status, 422)
    })

    it('keeps bundles, gifts and price lists', async () => {
      const [web, name] = [
        await make('api-web', 'shared_hosting', world.ids.group),
        await make('api-name', 'domain', world.ids.group),
      ]
      const members = [
        { product_id: web, cycles: ['1y'] },
        { product_id: name, cycles: [] },
      ]
      const facts = { name: 'Both', members, kind: 'percent', percent: '12.5', lasts: 'whole' }
      const cases = [
        {
          ...{
            path: '/bundles',
            component: 'Bundle',
            made: { brand_id: brandId, slug: 'api-both', ...facts },
          },
          change: { ...facts, kind: 'price', percent: undefined, amount: '9.00', currency: 'EUR' },
          was: { percent_ppm: 125_000, amount: null, members },
          is: { percent_ppm: null, amount: { minor: '900', currency: 'EUR' }, kind: 'price' },
        },
        {
          ...{ path: '/gifts', component: 'Gift' },
          made: { giver_id: web, given_id: name, giver_cycles: ['1y'], percent: '100', lasts: 'first' },
          change: { percent: '50', lasts: 'whole' },
          was: { percent_ppm: 1_000_000, giver_cycles: ['1y'], given_cycles: [], lasts: 'first' },
          is: { percent_ppm: 500_000, giver_cycles: [], lasts: 'whole' },
        },
        {
          ...{ path: '/price-lists', component: 'PriceList' },
          made: { brand_id: brandId, name: 'By API', discount_ppm: 50_000 },
          change: { name: 'By key', discount_ppm: 60_000 },
          was: { discount_ppm: 50_000, retired: false },
          is: { discount_ppm: 60_000, name: 'By key' },
        },
      ]
      for (const { path, component, made, change, was, is } of cases) {
        const first = await done(201, component, ['POST', path, made])
        const at = `${path}/${first.id as string}`
        assert.deepEqual({ ...first, ...was }, first)
        const second = await done(200, component, ['POST', at, change])
        assert.deepEqual({ ...second, ...is }, second)
        assert.deepEqual(await done(200, component, ['GET', at]), second)
        const retired = await done(200, component, ['POST', `${at}/retire`])
        assert.ok(retired.status === 'retired' || retired.retired === true, path)
        if (component !== 'PriceList')
          assert.equal((await done(200, component, ['POST', `${at}/restore`])).status, 'active')
        const { body } = await send('GET', `${path}?brand_id=${brandId}`)
        assert.ok(body.items.some((item) => item.id === first.id))
        for (const item of body.items) shaped(component, item)
        assert.equal((await send('GET', path)).status, 422, 'a list is of one brand')
        const elsewhere = await makeBrand(world.means)
        assert.deepEqual((await send('GET', `${path}?brand_id=${elsewhere.id}`)).body.items, [])
        assert.equal((await send('POST', path, {})).status, 422)
      }
      const list = await done(201, 'PriceList', ['POST', '/price-lists', { brand_id: brandId, name: 'Own' }])
      const own = { owner_id: web, cycle: '1m', currency: 'EUR', amount: '3.00', list_id: list.id }
      assert.equal((await send('POST', '/prices', own)).status, 204)
      const held = await world.means.db.all<{ amount_minor: bigint }>(
        sql`select amount_minor from prices where owner_id = ${web} and list_id = ${list.id as string}`,
      )
      assert.deepEqual(held, [{ amount_minor: 300n }])
    })

    it('derives prices by a rule: shown first, then set', async () => {
      const id = await make('api-rate', 'saas', world.ids.group)
      await send('POST', '/prices', { owner_id: id, cycle: '1m', currency: 'EUR', amount: '10.00' })
      const rule = { brand_id: brandId, base: 'EUR', currency: 'USD', markup_ppm: 20_000, follows: false }
      const rounding = { mode: 'up', step: '1.00', ending: '0.99' }
      const set = await done(200, 'PriceRule', ['POST', '/price-rules', { ...rule, ...rounding }])
      assert.deepEqual({ ...set, ...rule, ...rounding }, set)
      const at = `/price-rules/${set.id as string}`
      assert.equal((await send('GET', `${at}/preview`)).body.code, 'price_rule.rate_missing')
      const day = world.means.business.today('UTC')
      await enterRate(world.means, { base: 'EUR', currency: 'USD', rate: '1.1', valid_on: day }, staffActor())
      const { body } = await send('GET', `${at}/preview`)
      for (const item of body.items) shaped('DerivedPrice', item)
      const of = (items: Body['items']) => items.filter((item) => item.owner_id === id)
      // 10.00 × 1.1 × 1.02 = 11.22, up to 11.99.
      assert.deepEqual(of(body.items), [
        {
          ...{ owner_id: id, cycle: '1m', amount: { minor: '1199', currency: 'USD' } },
          ...{ setup: { minor: '0', currency: 'USD' }, old: null },
        },
      ])
      assert.equal((await send('POST', `${at}/apply`)).status, 204)
      assert.deepEqual((await send('GET', `${at}/preview`)).body.items, [])
      const rules = await send('GET', `/price-rules?brand_id=${brandId}`)
      assert.deepEqual(rules.body.items, [set])
    })

    it('is written as a file and read into another brand, whole or not at all', async () => {
      const { text } = await done(200, 'CatalogFile', ['GET', `/catalog?brand_id=${brandId}`])
      assert.equal(text, await exportCatalog(world.means, { brand_id: brandId }, staffActor()))
      const to = (await makeBrand(world.means)).id
      const broken = `${text as string}nonsense: 1\n`
      const refused = await send('POST', '/catalog', { brand_id: to, text: broken })
      assert.equal(refused.status, 422)
      assert.match(refused.body.detail as string, /\d+:1 nonsense: is not known here/)
      assert.deepEqual((await send('GET', `/products?brand_id=${to}`)).body.items, [])
      const report = await done(200, 'ImportReport', ['POST', '/catalog', { brand_id: to, text }])
      assert.ok((report.created as number) > 0)
      const long = `${text as string}${'# nothing'.repeat(40_000)}\n`
      const again = await done(200, 'ImportReport', ['POST', '/catalog', { brand_id: to, text: long }])
      assert.deepEqual([again.created, again.changed], [0, 0])
      const copy = await done(200, 'CatalogFile', ['GET', `/catalog?brand_id=${to}`])
      assert.equal(copy.text, text)
    })

    it('is closed to keys without the scope, and to staff of another brand', async () => {
      const narrow = await keyOf(world.staff, 'bundle.list')
      assert.equal((await send('GET', `/bundles?brand_id=${brandId}`, undefined, narrow)).status, 200)
      for (const [method, path] of [
        ['POST', '/bundles'],
        ['GET', `/gifts?brand_id=${brandId}`],
        ['GET', `/catalog?brand_id=${brandId}`],
        ['POST', '/catalog'],
        ['POST', '/products'],
        ['GET', `/products/${world.ids.product}`],
        ['POST', '/prices'],
        ['POST', '/price-lists'],
        ['POST', '/price-rules'],
      ] as const) {
        const answer = await send(method, path, method === 'POST' ? {} : undefined, narrow)
        assert.deepEqual([answer.status, answer.body.code], [403, 'actor.forbidden'], `${method} ${path}`)
      }
      await world.means.db.run(sql`update staff set brand_ids = ${JSON.stringify(['brd_elsewhere'])}`)
      for (const path of ['/bundles', '/gifts', '/price-lists', '/price-rules', '/products'])
        assert.deepEqual((await send('GET', `${path}?brand_id=${brandId}`)).body.items, [], path)
      for (const path of [`/products/${world.ids.product}`, `/catalog?brand_id=${brandId}`])
        assert.equal((await send('GET', path)).status, 404, path)
      const foreign = await send('POST', '/price-lists', { brand_id: brandId, name: 'Mine' })
      assert.equal(foreign.status, 404)
      await world.means.db.run(sql`update staff set brand_ids = null`)
    })
  })
