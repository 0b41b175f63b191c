import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  changeGroup,
  changeOption,
  changeProduct,
  copyProduct,
  createGroup,
  createOption,
  createProduct,
  createCoupon,
  hideProduct,
  linkAddon,
  listGroup,
  listGroups,
  loadProduct,
  priceAt,
  pricesOn,
  retireGroup,
  retireOptionValue,
  publishProduct,
  retirePrice,
  retireProduct,
  setPrice,
  unlinkAddon,
} from '../../core/catalog/index.ts'
import { sql } from '../../core/db/index.ts'
import { cycle, isoDate, type Actor, type BerthError } from '../../core/kernel/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { clientActor, makeBrand, staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { makeGameServer, makeGroup } from './make-product.ts'

const staff = staffActor()
const code = (expected: string) => (error: unknown) => (error as BerthError).code === expected

for (const engine of engines) {
  describe(`the catalogue on ${engine}`, () => {
    let database: TestDatabase
    let means: TestMeans
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db, { now: '2026-03-01T10:00:00.000Z' })
    })
    after(() => database.remove())

    it('loads a product whole, in a fixed number of statements', async () => {
      const statements: string[] = []
      const metered = await makeDatabase(engine, { before: (text) => void statements.push(text) })
      const own = testMeans(metered.db)
      const { brand, groupId } = await makeGroup(own)
      await makeGameServer(own, groupId)
      statements.length = 0
      const product = await loadProduct(own.db, brand.id, 'minecraft')
      assert.equal(statements.length, 4)
      assert.deepEqual(
        product?.options.map((option) => [option.key, option.kind, option.prices.length]),
        [
          ['memory', 'number', 2],
          ['place', 'list', 0],
          ['backup', 'checkbox', 1],
          ['addresses', 'quantity', 1],
        ],
      )
      assert.equal(product.options[1]?.values[1]?.prices[0]?.amountMinor, 100n)
      assert.equal(product.fields[0]?.pattern, '[a-z ]{3,20}')
      assert.equal(await loadProduct(own.db, 'brd_other', 'minecraft'), undefined)
      await metered.remove()
    })

    it('keeps old versions of a price and replaces one of the same day', async () => {
      const { brand, groupId } = await makeGroup(means)
      const { productId } = await makeGameServer(means, groupId)
      const set = (amount: string, valid_from?: string) =>
        setPrice(
          means,
          { owner_id: productId, cycle: '1m', currency: 'EUR', amount, setup: '5', valid_from },
          staff,
        )
      const before = await loadProduct(means.db, brand.id, 'minecraft')
      assert.equal(await set('4.90'), null)
      await set('6.90', '2026-04-01')
      await set('5.50')
      const product = await loadProduct(means.db, brand.id, 'minecraft')
      const on = (day: string) =>
        priceAt(product!.prices, { currency: 'EUR', cycle: cycle('1m'), day: isoDate(day) })?.amountMinor
      assert.deepEqual([on('2026-03-01'), on('2026-03-31'), on('2026-04-01')], [550n, 550n, 690n])
      const old = before!.prices.find((price) => price.cycle === '1m' && price.currency === 'EUR')!
      const kept = await means.db.get<{ amount_minor: bigint }>(
        sql`select amount_minor from prices where id = ${old.id}`,
      )
      assert.equal(kept?.amount_minor, 490n)
      await assert.rejects(set('1', '2026-02-28'), code('input.invalid'))
      const yen = { owner_id: productId, cycle: '1m', currency: 'JPY', amount: '1' }
      await assert.rejects(setPrice(means, yen, staff), code('input.invalid'))
      const input = { owner_id: productId, cycle: '1m', currency: 'EUR', amount: '4.901' }
      await assert.rejects(setPrice(means, input, staff), code('input.invalid'))
    })

    it('stops selling at a cycle', async () => {
      const { brand, groupId } = await makeGroup(means)
      const { productId } = await makeGameServer(means, groupId)
      await retirePrice(means, { owner_id: productId, cycle: '1y', currency: 'EUR' }, staff)
      const product = await loadProduct(means.db, brand.id, 'minecraft')
      assert.deepEqual(
        pricesOn(product!, 'EUR', isoDate('2026-03-01')).map((price) => price.cycle),
        ['1m'],
      )
    })

    it('puts nothing on sale that has no price; what is free has one of its own', async () => {
      const { groupId } = await makeGroup(means)
      const base = { group_id: groupId, slug: 'bare', name: 'Bare', kind: 'other' }
      const id = await createProduct(means, base, staff)
      await assert.rejects(publishProduct(means, { id }, staff), code('product.unpriced'))
      const paid = { owner_id: id, cycle: '1m', currency: 'EUR' }
      await setPrice(means, { ...paid, amount: '4.00' }, staff)
      await retirePrice(means, paid, staff)
      await assert.rejects(publishProduct(means, { id }, staff), code('product.unpriced'))
      await assert.rejects(
        setPrice(means, { ...paid, cycle: 'free', amount: '1.00' }, staff),
        code('input.invalid'),
      )
      await setPrice(means, { ...paid, cycle: 'free', amount: '0' }, staff)
      await publishProduct(means, { id }, staff)
    })

    it('nests groups, hides them with what is below, and refuses loops', async () => {
      const { brand, groupId } = await makeGroup(means)
      const child = await createGroup(
        means,
        { brand_id: brand.id, slug: 'survival', name: 'Survival', parent_id: groupId, hidden: true },
        staff,
      )
      await makeGameServer(means, child)
      const all = await listGroups(means.db, brand.id, { hidden: true })
      assert.deepEqual(
        all.map((group) => [group.slug, group.groups.map((inner) => inner.slug)]),
        [['games', ['survival']]],
      )
      assert.deepEqual((await listGroups(means.db, brand.id))[0]?.groups, [])
      assert.equal(await listGroup(means.db, brand.id, 'survival'), undefined)
      const page = await listGroup(means.db, brand.id, 'survival', { hidden: true })
      assert.deepEqual(
        page?.path.map((group) => group.slug),
        ['games'],
      )
      assert.deepEqual(
        page.products.map((product) => product.slug),
        ['minecraft'],
      )
      await assert.rejects(changeGroup(means, { id: groupId, parent_id: child }, staff), code('group.loop'))
      await assert.rejects(retireGroup(means, { id: groupId }, staff), code('group.in_use'))
    })

    it('lists what is published, and forgets hidden and retired products', async () => {
      const { brand, groupId } = await makeGroup(means)
      const { productId } = await makeGameServer(means, groupId)
      const shown = async () => (await listGroup(means.db, brand.id, 'games'))?.products.length
      assert.equal(await shown(), 1)
      await hideProduct(means, { id: productId }, staff)
      assert.equal(await shown(), 0)
      await retireProduct(means, { id: productId }, staff)
      await assert.rejects(hideProduct(means, { id: productId }, staff), code('state.illegal'))
      await retireGroup(means, { id: groupId }, staff)
      assert.equal(await listGroup(means.db, brand.id, 'games'), undefined)
    })

    it('copies a product as a draft with prices, options and questions', async () => {
      const { brand, groupId } = await makeGroup(means)
      const { productId, nyc } = await makeGameServer(means, groupId)
      await retireOptionValue(means, { id: nyc }, staff)
      await copyProduct(means, { id: productId, slug: 'rust', name: 'Rust' }, staff)
      const copy = await loadProduct(means.db, brand.id, 'rust')
      assert.equal(copy?.status, 'draft')
      assert.notEqual(copy.id, productId)
      assert.deepEqual(
        pricesOn(copy, 'EUR', isoDate('2026-03-01')).map((price) => [
          price.cycle,
          price.amountMinor,
          price.setupMinor,
        ]),
        [
          ['1m', 490n, 500n],
          ['1y', 4_900n, 0n],
        ],
      )
      assert.deepEqual(
        copy.options.map((option) => [option.key, option.values.map((value) => value.key)]),
        [
          ['memory', []],
          ['place', ['fra']],
          ['backup', []],
          ['addresses', []],
        ],
      )
      assert.deepEqual(
        copy.fields.map((field) => field.key),
        ['name'],
      )
      const again = { id: productId, slug: 'rust', name: 'Rust' }
      await assert.rejects(
        copyProduct(means, again, staff),
        (error: BerthError) => error.fields.slug !== undefined,
      )
    })

    it('changes only what is named, refuses stale forms and unknown fields', async () => {
      const { brand, groupId } = await makeGroup(means)
      const { productId, memory } = await makeGameServer(means, groupId)
      const first = await loadProduct(means.db, brand.id, 'minecraft')
      const change = { id: productId, version: first!.version, name: 'Blocks', features: ['NVMe'], stock: 3 }
      assert.equal(await changeProduct(means, change, staff), true)
      assert.equal(await changeProduct(means, { id: productId, name: 'Blocks' }, staff), false)
      const product = await loadProduct(means.db, brand.id, 'minecraft')
      assert.deepEqual([product?.name, product?.features, product?.stock], ['Blocks', ['NVMe'], 3])
      await assert.rejects(changeProduct(means, change, staff), code('record.changed'))
      const foreign = { id: productId, brand_id: 'brd_x' }
      await assert.rejects(changeProduct(means, foreign, staff), code('input.invalid'))
      await assert.rejects(changeOption(means, { id: memory, preset: '5' }, staff), code('input.invalid'))
      await changeOption(means, { id: memory, preset: '6' }, staff)
    })

    it('links add-ons of the same brand', async () => {
      const { brand, groupId } = await makeGroup(means)
      const { productId } = await makeGameServer(means, groupId)
      const addon = await createProduct(
        means,
        { group_id: groupId, slug: 'support', name: 'Support', kind: 'addon' },
        staff,
      )
      const link = { product_id: productId, addon_id: addon }
      assert.equal(await linkAddon(means, link, staff), true)
      assert.equal(await linkAddon(means, link, staff), false)
      const product = await loadProduct(means.db, brand.id, 'minecraft')
      assert.deepEqual(
        product?.addons.map((one) => one.slug),
        ['support'],
      )
      const itself = { product_id: productId, addon_id: productId }
      await assert.rejects(linkAddon(means, itself, staff), code('addon.refused'))
      const other = await makeGameServer(means, (await makeGroup(means)).groupId)
      const across = { product_id: productId, addon_id: other.productId }
      await assert.rejects(linkAddon(means, across, staff), code('addon.refused'))
      assert.equal(await unlinkAddon(means, link, staff), true)
      assert.equal(await unlinkAddon(means, link, staff), false)
    })

    it('refuses coupons that make no sense', async () => {
      const brand = await makeBrand(means)
      const make = (more: object) => createCoupon(means, { brand_id: brand.id, code: 'x1', ...more }, staff)
      await assert.rejects(make({}), code('input.invalid'))
      await assert.rejects(make({ percent: '101' }), code('input.invalid'))
      await assert.rejects(make({ amount: '5.00' }), code('input.invalid'))
      await assert.rejects(make({ amount: '0', currency: 'EUR' }), code('input.invalid'))
      const days = { starts_on: '2026-03-02', ends_on: '2026-03-01' }
      await assert.rejects(make({ percent: '10', ...days }), code('input.invalid'))
      await assert.rejects(make({ percent: '10', product_ids: ['prd_x'] }), code('input.invalid'))
      await make({ percent: '10' })
      await assert.rejects(make({ percent: '10', code: 'X1' }), (error: BerthError) => 'code' in error.fields)
    })

    it('is out of reach for clients, roles without the permission and other brands', async () => {
      const { brand, groupId } = await makeGroup(means)
      const { productId, memory } = await makeGameServer(means, groupId)
      const elsewhere: Actor = { ...staffActor(), brandIds: [(await makeBrand(means)).id] }
      const acts: ((actor: Actor) => Promise<unknown>)[] = [
        (actor) => createGroup(means, { brand_id: brand.id, slug: 'a', name: 'A' }, actor),
        (actor) => changeGroup(means, { id: groupId, name: 'A' }, actor),
        (actor) => changeProduct(means, { id: productId, name: 'A' }, actor),
        (actor) =>
          createOption(means, { product_id: productId, key: 'a', name: 'A', kind: 'checkbox' }, actor),
        (actor) => changeOption(means, { id: memory, name: 'A' }, actor),
        (actor) => setPrice(means, { owner_id: memory, cycle: '1m', currency: 'EUR', amount: '1' }, actor),
        (actor) => createCoupon(means, { brand_id: brand.id, code: 'A', percent: '1' }, actor),
      ]
      for (const act of acts) {
        await assert.rejects(act(elsewhere), code('record.not_found'))
        await assert.rejects(act(clientActor('cli_x')), code('actor.forbidden'))
        await assert.rejects(act(staffActor(['invoice.*'])), code('actor.forbidden'))
      }
    })
  })
}
