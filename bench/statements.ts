import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate, openSqlite } from '../core/db/index.ts'
import { systemClock } from '../core/kernel/index.ts'
import { migrations } from '../migrations/index.ts'
import { apiCases, pageCases } from '../test/http/routes/cases/index.ts'
import { keptCounter } from '../test/http/routes/open-route.ts'
import { openRouteShop } from '../test/http/routes/shop.ts'
import { SIZES, STATEMENTS_MAX, walkRoutes } from '../test/http/routes/walk.ts'
import { report, type Judged } from './figure.ts'

/** Database statements of every route while its shop grows, a line a route; the most of all decides. */
export async function benchStatements(): Promise<Judged> {
  const folder = mkdtempSync(join(tmpdir(), 'berth-bench-'))
  const counter = keptCounter()
  const db = openSqlite({ file: join(folder, 'berth.db'), synchronous: 'off', meter: counter.meter })
  await migrate(db, migrations, systemClock.now())
  const shop = await openRouteShop(db, counter)
  const walked = await walkRoutes(shop, [...pageCases, ...apiCases], counter)
  await shop.close()
  await db.close()
  rmSync(folder, { recursive: true, force: true })
  let most = 0
  for (const { route, answers } of walked) {
    const counts = answers.map(({ statements }) => statements)
    console.log(JSON.stringify({ route: route.route, rows: SIZES, statements: counts }))
    most = Math.max(most, ...counts)
  }
  return report({
    name: 'pages_statements',
    value: most,
    unit: 'statements',
    bar: { of: 'value', most: STATEMENTS_MAX },
  })
}
