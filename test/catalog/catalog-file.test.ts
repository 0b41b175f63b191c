import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import {
  exportCatalog,
  fileProblems,
  findCoupon,
  importCatalog,
  listGroups,
  loadProduct,
  pricesOn,
  priceSelection,
  type FileProblem,
} from '../../core/catalog/index.ts'
import { sql } from '../../core/db/index.ts'
import { cycle, isoDate, type BerthError } from '../../core/kernel/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { clientActor, makeBrand, staffActor } from '../support/make.ts'
import { makeProvisioner, makeServers } from '../support/make-servers.ts'
import { testMeans, type TestMeans } from '../support/means.ts'

const staff = staffActor()
const SAMPLE = readFileSync(new URL('../../examples/catalog.yaml', import.meta.url), 'utf8')
const DAY = isoDate('2026-03-01')

const SMALL = `
groups:
  - slug: games
    name: Games
    products:
      - slug: rust
        name: Rust
        kind: game_server
        prices:
          monthly: { EUR: 9.90, USD: { amount: 10.90, setup: 5 } }
        options:
          - { key: size, name: Size, kind: list, values: [{ key: s, label: Small }, { key: l, label: Large }] }
      - { slug: care, name: Care, kind: addon, prices: { once: { EUR: 20 } } }
coupons:
  - { code: ten, percent: 12.5, products: [rust] }
`

for (const engine of engines) {
  describe(`a catalogue file on ${engine}`, () => {
    let database: TestDatabase
    let means: TestMeans
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db, { now: '2026-03-01T10:00:00.000Z' })
    })
    after(() => database.remove())

    const brandId = async () => (await makeBrand(means)).id
    const read = (brand: string, text: string) => importCatalog(means, text, staff, { brandId: brand })
    const problemsOf = (brand: string, text: string): Promise<readonly FileProblem[]> =>
      read(brand, text).then(
        () => [],
        (error: unknown) => fileProblems(error) ?? assert.fail(error as Error),
      )

    it('brings the sample catalogue in, and then changes nothing', async () => {
      const brand = await brandId()
      const first = await read(brand, SAMPLE)
      assert.equal(first.changed + first.retired + first.unchanged, 0)
      assert.equal(first.warnings.length, 6)
      const again = await read(brand, SAMPLE)
      assert.deepEqual([again.created, again.changed, again.retired, again.prices], [0, 0, 0, 0])
      const exported = await exportCatalog(means, { brand_id: brand }, staff)
      const round = await read(brand, exported)
      assert.deepEqual([round.created, round.changed, round.retired, round.prices], [0, 0, 0, 0])
      const groups = await listGroups(means.db, brand)
      assert.deepEqual(
        groups.map((group) => [group.slug, group.groups.length]),
        [
          ['game-servers', 2],
          ['web-hosting', 0],
          ['virtual-servers', 0],
          ['dedicated-servers', 0],
          ['names', 0],
        ],
      )
      const minecraft = await loadProduct(means.db, brand, 'minecraft')
      const chosen = { memory: '4gb', 'daily-backups': true, databases: 2 }
      const terms = { currency: 'EUR', cycle: cycle('1m'), day: DAY }
      const priced = priceSelection(minecraft!, { options: chosen }, terms)
      assert.deepEqual([priced.errors, priced.first.totalMinor], [{}, 940n])
      assert.deepEqual(
        minecraft?.addons.map((addon) => addon.slug),
        ['managed-care', 'move-in'],
      )
    })

    it('carries an export over to another brand unchanged', async () => {
      const from = await brandId()
      await read(from, SAMPLE)
      const exported = await exportCatalog(means, { brand_id: from }, staff)
      const to = await brandId()
      await read(to, exported)
      assert.equal(await exportCatalog(means, { brand_id: to }, staff), exported)
    })

    it('adds versions of changed prices and leaves alone what it does not name', async () => {
      const brand = await brandId()
      await read(brand, SMALL)
      means.business.set('2026-03-10T10:00:00.000Z')
      const report = await read(brand, SMALL.replace('9.90', '11.90').replace(/ {6}- \{ slug: care.*\n/, ''))
      means.business.set('2026-03-01T10:00:00.000Z')
      assert.deepEqual([report.created, report.changed, report.retired, report.prices], [0, 0, 0, 1])
      const rust = await loadProduct(means.db, brand, 'rust')
      const amounts = ['2026-03-09', '2026-03-10'].map(
        (day) => pricesOn(rust!, 'EUR', isoDate(day))[0]?.amountMinor,
      )
      assert.deepEqual(amounts, [990n, 1_190n])
      assert.equal((await loadProduct(means.db, brand, 'care'))?.status, 'active')
    })

    it('retires what is missing only when it says so', async () => {
      const brand = await brandId()
      await read(brand, SMALL)
      const shorter = SMALL.replace(/ {6}- \{ slug: care.*\n/, '')
        .replace(', { key: l, label: Large }', '')
        .replace(/coupons:[^]*/, 'retire_missing: true\n')
        .replace(', USD: { amount: 10.90, setup: 5 }', '')
      const report = await read(brand, shorter)
      assert.deepEqual([report.created, report.changed, report.retired], [0, 0, 4])
      assert.equal((await loadProduct(means.db, brand, 'care'))?.status, 'retired')
      const rust = await loadProduct(means.db, brand, 'rust')
      assert.deepEqual(
        rust?.options[0]?.values.map((value) => value.retiredAt !== null),
        [false, true],
      )
      assert.deepEqual(pricesOn(rust, 'USD', DAY), [])
      assert.equal((await findCoupon(means.db, brand, 'TEN'))?.status, 'retired')
      const back = await read(brand, SMALL)
      assert.deepEqual([back.created, back.changed, back.prices], [0, 3, 1])
      assert.equal((await findCoupon(means.db, brand, 'TEN'))?.status, 'active')
    })

    it('names every problem with its place, and changes nothing', async () => {
      const brand = await brandId()
      const problems = await problemsOf(
        brand,
        [
          'groups:',
          '  - slug: Games',
          '    colour: red',
          '    products:',
          '      - slug: a',
          '        name: A',
          '        kind: boat',
          '        prices: { monthly: { EUR: 4.905, JPY: 1 }, sometimes: { EUR: 1 } }',
          '        stock: many',
          '        options: [{ key: x, name: X, kind: number, minimum: 4, maximum: 2 }]',
          '        addons: [b]',
          '      - { slug: a, name: Twice, kind: other }',
        ].join('\n'),
      )
      assert.deepEqual(
        problems.map((problem) => [problem.line, problem.column, problem.path]),
        [
          [2, 5, 'groups.0.name'],
          [2, 11, 'groups.0.slug'],
          [3, 5, 'groups.0.colour'],
          [7, 15, 'groups.0.products.0.kind'],
          [8, 35, 'groups.0.products.0.prices.monthly.EUR'],
          [8, 47, 'groups.0.products.0.prices.monthly.JPY'],
          [8, 63, 'groups.0.products.0.prices.sometimes'],
          [9, 16, 'groups.0.products.0.stock'],
          [10, 73, 'groups.0.products.0.options.0.maximum'],
          [11, 18, 'groups.0.products.0.addons.0'],
          [12, 9, 'groups.0.products.1'],
        ],
      )
      assert.deepEqual(problems[4], {
        line: 8,
        column: 35,
        path: 'groups.0.products.0.prices.monthly.EUR',
        reason: '"4.905" has 3 decimals; EUR has 2.',
        expected: 'an amount in EUR such as 12.00',
      })
      const rows = await means.db.all(sql`select id from product_groups where brand_id = ${brand}`)
      assert.equal(rows.length, 0)
    })

    it('puts nothing on sale without a price, and leaves a draft without one alone', async () => {
      const brand = await brandId()
      const file = (more: string) =>
        `groups: [{ slug: g, name: G, products: [{ slug: a, name: A, kind: other${more} }] }]`
      for (const more of ['', ', status: active']) {
        const [problem, ...others] = await problemsOf(brand, file(more))
        assert.deepEqual([problem?.path, problem?.reason], ['groups.0.products.0', 'has no price'])
        assert.equal(others.length, 0)
      }
      assert.deepEqual(await problemsOf(brand, file(', status: draft')), [])
      assert.deepEqual(await problemsOf(brand, file(', prices: { free: { EUR: 0 } }, status: active')), [])
      assert.deepEqual(await problemsOf(brand, file('')), [])
    })

    it('refuses what is not YAML, an option of another kind, and people without the right', async () => {
      const brand = await brandId()
      assert.equal((await problemsOf(brand, 'groups: [')).length > 0, true)
      assert.equal((await problemsOf(brand, '- a'))[0]?.reason, 'is not a mapping')
      await read(brand, SMALL)
      const changed = await problemsOf(brand, SMALL.replace('kind: list', 'kind: radio'))
      assert.deepEqual(
        changed.map((problem) => problem.expected),
        ['kind: list, or another key'],
      )
      const code = (expected: string) => (error: BerthError) => error.code === expected
      const input = { brandId: brand }
      await assert.rejects(importCatalog(means, SMALL, clientActor('cli_x'), input), code('actor.forbidden'))
      const elsewhere = { ...staff, brandIds: ['brd_x'] }
      await assert.rejects(importCatalog(means, SMALL, elsewhere, input), code('record.not_found'))
    })

    it('carries the groups of servers that values stand for, and warns of those that there are not', async () => {
      const brand = await brandId()
      const group = await makeServers(means, await makeProvisioner(means), [1])
      const names = await means.db.all<{ name: string }>(
        sql`select name from server_groups where id = ${group}`,
      )
      const text = SMALL.replace(
        '{ key: s, label: Small }, { key: l, label: Large }',
        `{ key: s, label: Small, server_group: ${names[0]!.name} }, { key: l, label: Large, server_group: nowhere }`,
      )
      const { warnings } = await read(brand, text)
      assert.deepEqual(warnings, ['Large: there is no server group "nowhere"'])
      const product = await loadProduct(means.db, brand, 'rust')
      assert.deepEqual(
        product!.options[0]!.values.map(({ serverGroupId }) => serverGroupId),
        [group, null],
      )
      const exported = await exportCatalog(means, { brand_id: brand }, staff)
      const round = await read(brand, exported)
      assert.deepEqual([round.created, round.changed, round.warnings], [0, 0, []])
    })
  })
}
