import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import {
  changeProduct,
  createBundle,
  createCoupon,
  createGift,
  createGroup,
  createOption,
  createOptionValue,
  createOrderField,
  createPriceList,
  createProduct,
  exportCatalog,
  fileProblems,
  hideProduct,
  importCatalog,
  linkAddon,
  listProducts,
  publishProduct,
  readDeals,
  retireBundle,
  setPrice,
  setPriceRule,
  setTerms,
  type Price,
} from '../../core/catalog/index.ts'
import { sql } from '../../core/db/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { makeBrand, staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'

const staff = staffActor()

const termsOf = ({ currency, cycle, listId }: Price) => `${currency} ${cycle} ${listId === undefined}`
const byTerms = (a: Price, b: Price) => (termsOf(a) < termsOf(b) ? -1 : 1)

/** Sums in cents, shares in hundredths of a percent, whole numbers: what one catalogue is made of. */
const numbers = fc.record({
  cents: fc.array(fc.integer({ min: 0, max: 99_999_999 }), { minLength: 24, maxLength: 24 }),
  shares: fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 6, maxLength: 6 }),
  counts: fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 8, maxLength: 8 }),
})
type Numbers = typeof numbers extends fc.Arbitrary<infer T> ? T : never

for (const engine of engines) {
  describe(`a catalogue with everything on ${engine}`, () => {
    let database: TestDatabase
    let means: TestMeans
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db, { now: '2026-03-01T10:00:00.000Z' })
    })
    after(() => database.remove())

    const read = (brandId: string, text: string) => importCatalog(means, text, staff, { brandId })
    const write = (brand_id: string) => exportCatalog(means, { brand_id }, staff)
    const dealsOf = async (id: string) => {
      const row = await means.db.get<{ deals: string }>(sql`select deals from brands where id = ${id}`)
      return readDeals(row!.deals)
    }

    /** Through the verbs that pages use, so that the file has to say all that they can. */
    async function make({ cents, shares, counts }: Numbers): Promise<string> {
      const brand_id = (await makeBrand(means)).id
      let [cent, share, number] = [0, 0, 0]
      const eur = () => (cents[cent++ % cents.length]! / 100).toFixed(2)
      const percent = () => (shares[share++ % shares.length]! / 100).toString()
      const count = () => counts[number++ % counts.length]!
      const list = await createPriceList(
        means,
        { brand_id, name: 'Partners, big', discount_ppm: count() * 1_000 },
        staff,
      )
      await createPriceList(means, { brand_id, name: 'Agencies' }, staff)
      const rule = { brand_id, base: 'EUR', currency: 'IDR', mode: 'up', step: '1000.00', ending: '999.00' }
      await setPriceRule(means, { ...rule, markup_ppm: -count() * 100, follows: true }, staff)
      const other = { ...rule, currency: 'USD', mode: 'nearest', step: '1.00', ending: '0.99' }
      await setPriceRule(means, { ...other, markup_ppm: count() * 1_000, follows: false }, staff)

      const top = await createGroup(means, { brand_id, slug: 'all', name: 'All', layout: 'table' }, staff)
      const inner = {
        brand_id,
        slug: 'inner',
        name: 'Inner',
        parent_id: top,
        hidden: true,
        headline: 'h: #1',
      }
      const group_id = await createGroup(means, inner, staff)
      const price = async (owner_id: string, more: object) =>
        setPrice(means, { owner_id, currency: 'EUR', cycle: '1m', ...more }, staff)
      const product = async (slug: string, kind: string, more: object = {}) => {
        const id = await createProduct(means, { group_id, slug, name: `The ${slug}`, kind, ...more }, staff)
        await price(id, { amount: eur(), setup: eur() })
        await price(id, { amount: eur(), cycle: '1y', list_id: list })
        await price(id, { amount: eur(), cycle: '1y' })
        return id
      }
      const web = await product('web', 'shared_hosting')
      const vps = await product('vps', 'vps', { asks: false, stock: count(), delivery_on: 'acceptance' })
      const saas = await product('tool', 'saas', { summary: 'yes', features: ['no', '1.50'] })
      const name = await product('name', 'domain', { grace_days: count(), terminate_days: count() })
      const care = await product('care', 'addon')
      for (const id of [web, vps, saas]) await publishProduct(means, { id }, staff)
      for (const id of [care]) {
        await publishProduct(means, { id }, staff)
        await hideProduct(means, { id }, staff)
      }
      await changeProduct(means, { id: vps, module_settings: { memory: 4096, tags: ['a'], on: true } }, staff)
      await setTerms(
        means,
        { id: saas, periods_max: count(), trial_days: 14, trial_prices: { EUR: eur() }, trial_then: 'end' },
        staff,
      )
      await setTerms(means, { id: web, trial_days: 7 }, staff)

      const option = (key: string, kind: string, more: object = {}) =>
        createOption(means, { product_id: vps, key, name: `${key}!`, kind, ...more }, staff)
      for (const [i, scheme] of [
        'per_unit',
        'flat',
        'graduated',
        'volume',
        'package',
        'stairstep',
      ].entries()) {
        const id = await option(`steps-${i}`, i % 2 === 0 ? 'quantity' : 'number', { maximum: 900, step: 1 })
        const tier = () => (scheme === 'flat' || scheme === 'stairstep' ? { flat: eur() } : { unit: eur() })
        const stepped = !['per_unit', 'flat', 'package'].includes(scheme)
        const tiers = stepped ? [{ up_to: count(), ...tier() }, tier()] : [tier()]
        const size = scheme === 'package' ? { size: count() } : {}
        const steps = { kind: scheme, included: i, minimum: eur(), tiers, ...size }
        await price(id, { scheme: steps, setup: eur() })
        await price(id, { amount: eur(), list_id: list })
      }
      const place = await option('place', 'radio', { required: true, preset: 'a', changeable: false })
      for (const key of ['a', 'b']) {
        const value = { option_id: place, key, label: `Place ${key}`, module_value: '07' }
        const id = await createOptionValue(means, value, staff)
        await price(id, { amount: eur() })
        await price(id, { amount: eur(), list_id: list, setup: eur() })
      }
      const question = { product_id: vps, key: 'host', label: 'Host: which?', kind: 'hostname' }
      await createOrderField(means, question, staff)
      await linkAddon(means, { product_id: vps, addon_id: care }, staff)

      const members = [
        { product_id: web, cycles: ['1y'] },
        { product_id: vps },
        { product_id: saas, cycles: [] },
      ]
      const bundle = { brand_id, name: 'Together', members, lasts: 'whole' }
      await createBundle(means, { ...bundle, slug: 'shares', kind: 'percent', percent: percent() }, staff)
      const sums = { amount: eur(), currency: 'EUR', summary: 'Off', lasts: 'first' }
      await createBundle(means, { ...bundle, slug: 'sums', kind: 'fixed', ...sums }, staff)
      const whole = { kind: 'price', amount: eur(), currency: 'USD', position: 1 }
      await createBundle(means, { ...bundle, slug: 'prices', ...whole }, staff)
      const gone = { ...bundle, slug: 'gone', kind: 'percent', percent: '5' }
      await retireBundle(means, { id: await createBundle(means, gone, staff) }, staff)
      const gift = { giver_id: web, given_id: name, percent: '100', lasts: 'first' }
      await createGift(means, { ...gift, giver_cycles: ['1y'], given_cycles: ['1y', '1m'] }, staff)
      await createGift(means, { ...gift, given_id: care, percent: percent(), lasts: 'whole' }, staff)
      const coupon = { brand_id, product_ids: [web], group_ids: [top], uses_max: count() }
      await createCoupon(means, { ...coupon, code: 'SOME', percent: percent() }, staff)
      return brand_id
    }

    /** Everything that is sold, without ids and versions. */
    const soldBy = async (brandId: string) => {
      const lists = await means.db.all<{ id: string; name: string; discount_ppm: number }>(
        sql`select id, name, discount_ppm from price_lists where brand_id = ${brandId} order by name`,
      )
      const rules = await means.db.all(
        sql`select base, currency, markup_ppm, rounding, follows from price_rules where brand_id = ${brandId} order by currency`,
      )
      const all = []
      for (const listId of [null, ...lists.map(({ id }) => id)])
        all.push(await listProducts(means.db, brandId, { listId }))
      const slugs = new Map(all[0]!.map(({ id, slug }) => [id, slug]))
      const names = new Map<string, string>([...slugs, ...lists.map(({ id, name }) => [id, name] as const)])
      const plain = (value: unknown): unknown =>
        JSON.parse(
          JSON.stringify(value, (key, part: unknown) => {
            if (/^(id|ownerId|productId|groupId|brandId|version|position)$/.test(key))
              return key === 'productId' ? names.get(part as string) : undefined
            if (typeof part === 'bigint') return String(part)
            // Prices of one day stand in the order of their ids.
            if (key === 'prices' && Array.isArray(part)) return (part as Price[]).toSorted(byTerms)
            return typeof part === 'string' ? (names.get(part) ?? part) : part
          }),
        )
      const { bundles, gifts } = await dealsOf(brandId)
      const ordered = gifts.toSorted((a, b) => (names.get(a.givenId)! < names.get(b.givenId)! ? -1 : 1))
      const listed = lists.map(({ name, discount_ppm }) => ({ name, discount_ppm }))
      return plain({ all, listed, rules, bundles, gifts: ordered })
    }

    it('is the same in an empty shop, whatever its numbers, and reading it again changes nothing', async () => {
      const property = fc.asyncProperty(numbers, async (some) => {
        const from = await make(some)
        const text = await write(from)
        const to = (await makeBrand(means)).id
        const first = await read(to, text)
        assert.deepEqual([first.changed, first.retired, first.unchanged], [0, 0, 0])
        assert.deepEqual(await soldBy(to), await soldBy(from))
        assert.equal(await write(to), text)
        const again = await read(to, text)
        assert.deepEqual([again.created, again.changed, again.retired, again.prices], [0, 0, 0, 0])
        // Places that were shared are told apart, in the order in which they stood.
        const back = await read(from, text)
        assert.deepEqual([back.created, back.retired, back.prices], [0, 0, 0])
        assert.equal(await write(from), text)
      })
      await fc.assert(property, { numRuns: 4, seed: 20_261_127 })
    })

    const SHOP = `
price_lists: [{ name: Partners, discount: 12.5 }]
price_rules: [{ currency: USD, base: EUR, rounding: { mode: up, step: 1.00 } }]
groups:
  - slug: web
    name: Web
    products:
      - { slug: web, name: Web, kind: shared_hosting, prices: { monthly: { EUR: 5 } }, list_prices: { Partners: { monthly: { EUR: 4 } } } }
      - { slug: name, name: Name, kind: domain, prices: { yearly: { EUR: 10 } } }
bundles:
  - { slug: both, name: Both, members: [{ product: web }, { product: name }], price: 11.00, currency: EUR }
gifts:
  - { product: web, gives: name, cycles: [monthly] }
`

    it('goes out of force when the file that rules leaves it out, and comes back with it', async () => {
      const brand = (await makeBrand(means)).id
      await read(brand, SHOP)
      const [both] = (await dealsOf(brand)).bundles
      assert.deepEqual([both!.kind, both!.amountMinor, both!.lasts], ['price', 1_100n, 'first'])
      const bare = SHOP.replace(/bundles:[^]*/, 'retire_missing: true\n')
        .replace(/price_(lists|rules):.*\n/g, '')
        .replace(/, list_prices: \{ Partners.*\} \}$/m, ' }')
      const report = await read(brand, bare)
      // The price of the list, the list, the rule of dollars, the bundle and the gift.
      assert.deepEqual([report.created, report.changed, report.retired, report.warnings], [0, 0, 5, []])
      const rules = () => means.db.all(sql`select currency from price_rules where brand_id = ${brand}`)
      assert.deepEqual(await rules(), [], 'nothing sets prices in dollars by itself any more')
      const ended = await means.db.get<{ before_state: string }>(
        sql`select before_state from audit where brand_id = ${brand} and action = 'price_rule.end'`,
      )
      assert.equal((JSON.parse(ended!.before_state) as { currency: string }).currency, 'USD')
      assert.deepEqual(await dealsOf(brand), { bundles: [], gifts: [] })
      const back = await read(brand, SHOP)
      assert.deepEqual([back.created, back.changed, back.prices], [1, 3, 1])
      assert.deepEqual(await rules(), [{ currency: 'USD' }])
      assert.equal((await dealsOf(brand)).bundles[0]!.id, both!.id)
    })

    it('keeps a price list that clients have, and says so', async () => {
      const brand = (await makeBrand(means)).id
      await read(brand, SHOP)
      const list = await means.db.get<{ id: string }>(
        sql`select id from price_lists where brand_id = ${brand}`,
      )
      const now = means.business.now()
      await means.db.insert('client_groups', [
        {
          ...{ id: means.newId('cgr'), brand_id: brand, name: 'Friends', price_list_id: list!.id },
          ...{ version: 1, created_at: now, updated_at: now },
        },
      ])
      const bare = SHOP.replace(/price_lists:.*\n/, 'retire_missing: true\n')
      const report = await read(brand, bare)
      assert.deepEqual(
        [report.retired, report.warnings],
        [0, ['Partners: the price list stays, because a client group has it']],
      )
    })

    it('asks what its kind asks only where the file does not say what is asked', async () => {
      const brand = (await makeBrand(means, { locale: 'de' })).id
      await read(brand, SHOP.replace('kind: domain,', 'kind: domain, fields: [],'))
      const fields = async () =>
        (await listProducts(means.db, brand)).map(({ fields: asked }) =>
          asked.filter(({ retiredAt }) => !retiredAt).map(({ kind, label }) => `${kind} ${label}`),
        )
      assert.deepEqual(await fields(), [['domain Domainname'], []])
      await read(brand, SHOP)
      assert.deepEqual(await fields(), [['domain Domainname'], []])
      await read(brand, await write(brand))
      assert.deepEqual(await fields(), [['domain Domainname'], []])
    })

    it('is refused as a whole, each problem with its place', async () => {
      const brand = (await makeBrand(means)).id
      const text = [
        'price_lists:',
        '  - { name: A, discount: 101 }',
        '  - { name: A }',
        'price_rules:',
        '  - { currency: EUR, base: EUR, rounding: { step: 1.00, ending: 1.00 } }',
        '  - { currency: USD, base: EUR, markup: -95, rounding: { mode: sideways, step: 0 } }',
        '  - { base: JPY }',
        'groups:',
        '  - slug: g',
        '    name: G',
        '    products:',
        '      - { slug: a, name: A, kind: other, list_prices: { B: { monthly: { EUR: 1 } } } }',
        'bundles:',
        '  - { slug: b, name: B, members: [{ product: a }, { product: nil }], percent: 0 }',
        '  - { slug: b, name: B, members: [{ product: a }], percent: 5, price: 4 }',
        '  - { slug: c, name: C, members: [{ product: a }, { product: a }], price: 4.005, currency: EUR }',
        'gifts:',
        '  - { product: a, gives: a, percent: 100.5 }',
        '  - { product: a, gives: b, lasts: long, cycles: [often] }',
      ].join('\n')
      const problems = await read(brand, text).then(
        () => assert.fail('it was not refused'),
        (error: unknown) => fileProblems(error) ?? assert.fail(error as Error),
      )
      assert.deepEqual(
        problems.map(({ line, path, reason }) => `${line} ${path}: ${reason}`),
        [
          '2 price_lists.0.discount: "101" does not fit',
          '3 price_lists.1: "A" is in the file twice',
          '5 price_rules.0.currency: is the base itself',
          '5 price_rules.0.rounding.ending: is not below the step',
          '6 price_rules.1.markup: "-95" does not fit',
          '6 price_rules.1.rounding.mode: "sideways" is not offered',
          '6 price_rules.1.rounding.step: is nothing',
          '7 price_rules.2: has no currency',
          '7 price_rules.2: has no rounding',
          '7 price_rules.2.base: "JPY" is not offered',
          '12 groups.0.products.0.list_prices.B: there is no price list "B"',
          '14 bundles.0.members.1: there is no product "nil"',
          '14 bundles.0.percent: "0" does not fit',
          '15 bundles.1: states no worth, or two',
          '15 bundles.1: "b" is in the file twice',
          '15 bundles.1.members: has 1 members',
          '16 bundles.2.price: "4.005" has 3 decimals; EUR has 2.',
          '18 gifts.0.gives: is the product itself',
          '18 gifts.0.percent: "100.5" does not fit',
          '19 gifts.1.gives: there is no product "b"',
          '19 gifts.1.lasts: "long" is not offered',
          '19 gifts.1.cycles.0: "often" is not a billing cycle',
        ],
      )
      const rows = await means.db.all(sql`select id from price_lists where brand_id = ${brand}`)
      assert.equal(rows.length, 0)
    })
  })
}
