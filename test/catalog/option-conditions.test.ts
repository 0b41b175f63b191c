import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  changeOption,
  changeOptionValue,
  copyProduct,
  createOption,
  createOptionValue,
  exportCatalog,
  fileProblems,
  importCatalog,
  loadProduct,
  loadProducts,
  retireOption,
  retireOptionValue,
} from '../../core/catalog/index.ts'
import { sql } from '../../core/db/index.ts'
import type { BerthError } from '../../core/kernel/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { makeBrand, staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { makeGameServer, makeGroup } from './make-product.ts'

const staff = staffActor()

const FILE = `groups:
  - slug: servers
    name: Servers
    products:
      - slug: vps
        name: VPS
        kind: vps
        prices: { monthly: { EUR: 5 } }
        options:
          - { key: system, name: System, kind: list, values: [{ key: debian, label: D }, { key: alma, label: A }] }
          - key: memory
            name: Memory
            kind: number
            maximum: 16
          - key: panel
            name: Panel
            kind: list
            conditions:
              - { option: system, one_of: [debian, alma] }
            values:
              - { key: small, label: Small }
              - { key: large, label: Large, conditions: [{ option: memory, at_least: 8 }] }
`

for (const engine of engines) {
  describe(`conditions of options on ${engine}`, () => {
    let database: TestDatabase
    let means: TestMeans
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db, { now: '2026-03-01T10:00:00.000Z' })
    })
    after(() => database.remove())

    const refusal =
      (wanted: { code: string; fields?: Record<string, string>; of?: string }) => (error: unknown) => {
        const { code, params } = error as BerthError
        assert.equal(code, wanted.code)
        if (wanted.fields) assert.deepEqual(params.fields, wanted.fields)
        if (wanted.of) assert.equal(params.of, wanted.of)
        return true
      }

    it('are set by staff, judged with the whole product, and copied with it', async () => {
      const { brand, groupId } = await makeGroup(means)
      const { productId, memory, backup, nyc } = await makeGameServer(means, groupId)
      const conditions = [{ at_least: 8, option: 'memory' }]
      assert.equal(await changeOption(means, { id: backup, conditions }, staff), true)
      assert.equal(
        await changeOption(means, { id: backup, conditions: [{ option: 'memory', at_least: 8 }] }, staff),
        false,
      )
      await changeOptionValue(means, { id: nyc, conditions: [{ option: 'backup', set: true }] }, staff)
      await assert.rejects(
        changeOption(means, { id: memory, conditions: [{ option: 'place', is: 'nyc' }] }, staff),
        refusal({
          code: 'input.invalid',
          fields: {
            'conditions.0':
              'goes round in a circle: memory → place → backup → memory; options that do not wait for each other',
          },
        }),
      )
      await assert.rejects(
        createOption(
          means,
          {
            product_id: productId,
            key: 'disk',
            name: 'Disk',
            kind: 'checkbox',
            conditions: [{ option: 'ram', set: true }],
          },
          staff,
        ),
        refusal({
          code: 'input.invalid',
          fields: {
            'conditions.0':
              'there is no option "ram"; the key of another option: memory, place, backup, addresses',
          },
        }),
      )
      const copyId = await copyProduct(means, { id: productId, slug: 'copy', name: 'Copy' }, staff)
      const [copy] = await loadProducts(means.db, brand.id, [copyId])
      const own = copy!.options.map(({ key, conditions: of, values }) => [
        key,
        of,
        values.map((value) => value.conditions),
      ])
      assert.deepEqual(own.toSorted(), [
        ['addresses', [], []],
        ['backup', [{ option: 'memory', at_least: 8 }], []],
        ['memory', [], []],
        ['place', [], [[], [{ option: 'backup', set: true }]]],
      ])
    })

    it('hold on to what they name', async () => {
      const { groupId } = await makeGroup(means)
      const { memory, place, backup, fra, nyc, productId } = await makeGameServer(means, groupId)
      await changeOption(means, { id: backup, conditions: [{ option: 'place', is: 'nyc' }] }, staff)
      const broken = refusal({ code: 'option.condition_broken', of: 'backup' })
      await assert.rejects(retireOptionValue(means, { id: nyc }, staff), broken)
      await assert.rejects(retireOption(means, { id: place }, staff), broken)
      await assert.rejects(changeOption(means, { id: place, key: 'location' }, staff), broken)
      await assert.rejects(changeOptionValue(means, { id: nyc, key: 'york' }, staff), broken)
      await retireOptionValue(means, { id: fra }, staff)
      assert.equal(await changeOption(means, { id: memory, key: 'ram' }, staff), true)
      await createOptionValue(
        means,
        { option_id: place, key: 'par', label: 'Paris', conditions: [{ option: 'ram', at_least: 8 }] },
        staff,
      )
      await assert.rejects(
        changeOption(means, { id: memory, maximum: 6 }, staff),
        refusal({ code: 'option.condition_broken', of: 'place: par' }),
      )
      const { rows } = await means.db
        .all<{ option_key: string }>(sql`select option_key from options where product_id = ${productId}`)
        .then((found) => ({ rows: found.map(({ option_key }) => option_key).toSorted() }))
      assert.deepEqual(rows, ['addresses', 'backup', 'place', 'ram'])
      await retireOption(means, { id: backup }, staff)
      await retireOptionValue(means, { id: nyc }, staff)
    })

    it('of a retired value let go of what they name', async () => {
      const { groupId } = await makeGroup(means)
      const { memory, backup, nyc } = await makeGameServer(means, groupId)
      await changeOptionValue(means, { id: nyc, conditions: [{ option: 'backup', set: true }] }, staff)
      await retireOptionValue(means, { id: nyc }, staff)
      await changeOption(means, { id: backup, conditions: [{ option: 'place', is: 'fra' }] }, staff)
      await retireOption(means, { id: backup }, staff)
      assert.equal(await changeOption(means, { id: memory, name: 'RAM' }, staff), true)
    })

    it('go with what a file retires', async () => {
      const { id } = await makeBrand(means)
      await importCatalog(means, FILE, staff, { brandId: id })
      const less = FILE.replace(/ +- key: memory\n(?: {12}.*\n)+/, '').replace(/ +- \{ key: large.*\n/, '')
      await importCatalog(means, `retire_missing: true\n${less}`, staff, { brandId: id })
      const left = await loadProduct(means.db, id, 'vps')
      const system = left!.options.find(({ key }) => key === 'system')!
      assert.equal(await changeOption(means, { id: system.id, hint: 'Linux' }, staff), true)
      const again = await importCatalog(means, less.replace('name: VPS', 'name: Server'), staff, {
        brandId: id,
      })
      assert.equal(again.changed, 1)
    })

    it('come in with a file, go out again, and stay as they are where it does not say', async () => {
      const { id } = await makeBrand(means)
      await importCatalog(means, FILE, staff, { brandId: id })
      const again = await importCatalog(means, FILE, staff, { brandId: id })
      assert.deepEqual([again.created, again.changed], [0, 0])
      const out = await exportCatalog(means, { brand_id: id }, staff)
      assert.match(out, /conditions:\n +- option: system\n +one_of:\n +- debian\n +- alma\n/)
      const round = await importCatalog(means, out, staff, { brandId: id })
      assert.deepEqual([round.created, round.changed], [0, 0])
      const unsaid = FILE.replace(/ +conditions:\n.*\n/, '').replace(
        ', conditions: [{ option: memory, at_least: 8 }]',
        '',
      )
      await importCatalog(means, unsaid, staff, { brandId: id })
      const kept = await loadProduct(means.db, id, 'vps')
      assert.deepEqual(kept!.options[2]!.conditions, [{ option: 'system', one_of: ['debian', 'alma'] }])
      await importCatalog(
        means,
        FILE.replace(
          'conditions:\n              - { option: system, one_of: [debian, alma] }',
          'conditions: []',
        ),
        staff,
        { brandId: id },
      )
      assert.deepEqual((await loadProduct(means.db, id, 'vps'))!.options[2]!.conditions, [])
    })

    it('are refused in a file at their place', async () => {
      const { id } = await makeBrand(means)
      const problems = async (text: string) => {
        const error: unknown = await importCatalog(means, text, staff, { brandId: id }).then(
          () => null,
          (caught: unknown) => caught,
        )
        return (fileProblems(error) ?? []).map(({ line, column, path, reason }) => [
          line,
          column,
          path,
          reason,
        ])
      }
      const at = 'groups.0.products.0.options.2'
      assert.deepEqual(await problems(FILE.replace('option: system', 'option: image')), [
        [19, 17, `${at}.conditions.0`, 'there is no option "image"'],
      ])
      assert.deepEqual(await problems(FILE.replace('at_least: 8', 'at_least: 32')), [
        [22, 58, `${at}.values.1.conditions.0`, '"memory" goes up to 16'],
      ])
      const twice = '- { option: system, is: alma }\n              - { option: system, is: debian }'
      assert.deepEqual(await problems(FILE.replace('- { option: system, one_of: [debian, alma] }', twice)), [
        [
          19,
          17,
          `${at}.conditions.0`,
          'can never hold together with the conditions of the options that are named',
        ],
      ])
      assert.deepEqual(
        await problems(
          FILE.replace('maximum: 16', 'maximum: 16\n            conditions: [{ option: panel, set: true }]'),
        ),
        [
          [
            15,
            26,
            'groups.0.products.0.options.1.conditions.0',
            'goes round in a circle: memory → panel → memory',
          ],
        ],
      )
      assert.deepEqual(
        await problems(
          FILE.replace('one_of: [debian, alma]', 'one_of: [debian, alma], after: 3, at_least: 0'),
        ),
        [
          [19, 59, `${at}.conditions.0.after`, 'is not known here'],
          [19, 79, `${at}.conditions.0.at_least`, '"0" is not a whole number'],
        ],
      )
    })

    it('of the shop hold against a file that takes away what they name', async () => {
      const { id } = await makeBrand(means)
      await importCatalog(means, FILE, staff, { brandId: id })
      const less = `retire_missing: true\n${FILE.replace(', { key: alma, label: A }', '').replace(/ +conditions:\n.*\n/, '')}`
      const error: unknown = await importCatalog(means, less, staff, { brandId: id }).then(
        () => null,
        (caught: unknown) => caught,
      )
      assert.deepEqual(
        fileProblems(error)?.map(({ path, reason }) => [path, reason]),
        [
          [
            'groups.0.products.0.options.2',
            'the condition that "panel" has in the shop "system" is never "alma"',
          ],
        ],
      )
    })
  })
}
