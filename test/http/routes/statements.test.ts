import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { endpoints } from '../../../core/http/api/endpoints.ts'
import { pageRoutes } from '../../../core/http/chain.ts'
import { engines, makeDatabase, type TestDatabase } from '../../support/databases.ts'
import { apiCases, pageCases } from './cases/index.ts'
import { keptCounter } from './open-route.ts'
import { openRouteShop, type RouteShop } from './shop.ts'
import { STATEMENTS_MAX, walkRoutes, type Walked } from './walk.ts'

/** What a page that lists nothing may grow by: counts in the navigation get longer. */
const COUNTS_GROW = 40

const named = (names: Iterable<string>): string[] => [...new Set(names)].sort()

describe('cases of routes', () => {
  it('each route of the pages has one, and each case a route', () => {
    const routes = pageRoutes().flatMap(({ method, path }) => (method === 'GET' ? [path] : []))
    assert.deepEqual(named(pageCases.map(({ route }) => route)), named(routes))
  })

  it('each operation of the API that reads has one, and each case an operation', () => {
    const paths = endpoints.flatMap(({ method, path }) => (method === 'get' ? [path] : []))
    assert.deepEqual(named(apiCases.map(({ route }) => route)), named(paths))
  })
})

for (const engine of engines)
  describe(`statements of every route at 1, 25 and 100 rows (${engine})`, () => {
    const cases = [...pageCases, ...apiCases]
    let database: TestDatabase
    let shop: RouteShop
    let walked: Walked[]
    before(async () => {
      const counter = keptCounter()
      database = await makeDatabase(engine, counter.meter)
      shop = await openRouteShop(database.db, counter)
      walked = await walkRoutes(shop, cases, counter)
    })
    after(async () => {
      await shop.close()
      await database.remove()
    })

    cases.forEach((one, i) =>
      it(`${one.as === 'key' ? '/api/v1' : ''}${one.route} (${one.as})`, () => {
        const { answers } = walked[i]!
        const wanted = one.status ?? 200
        for (const { status, text } of answers) assert.equal(status, wanted, text.slice(0, 2_000))
        const [first, ...others] = answers.map(({ statements }) => statements)
        assert.deepEqual(others, [first, first], 'the same at every size')
        assert.ok(first! <= STATEMENTS_MAX, `${first} statements, at most ${STATEMENTS_MAX}`)
        assertGrowth(walked[i]!)
      }),
    )
  })

/** A check of numbers of rows is worth something only where rows are shown. */
function assertGrowth({ route, answers }: Walked): void {
  const [one, some, many] = answers
  if (!route.rows) {
    const grown = many!.text.length - one!.text.length
    assert.ok(grown <= COUNTS_GROW, `grew by ${grown} characters: the case names no rows`)
    return
  }
  route.rows.forEach((mark, i) => {
    assert.ok(some!.shown[i]! > one!.shown[i]!, `${mark}: ${one!.shown[i]} and then ${some!.shown[i]}`)
    assert.ok(many!.shown[i]! >= some!.shown[i]!, `${mark}: ${some!.shown[i]} and then ${many!.shown[i]}`)
  })
}
