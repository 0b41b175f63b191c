import '../../core/app.ts'
import { recordFinder } from '../../core/app/wire/plugin-records.ts'
import { pluginWrites } from '../../core/app/wire/plugin-writes.ts'
import { sql, type Db } from '../../core/db/index.ts'
import { databaseWrites } from '../../core/plugins/index.ts'
import { addInstance } from '../plugins/support/write-desk.ts'
import { openShop, seed, type Shop } from '../services/fixture.ts'
import { makeDatabase } from '../support/databases.ts'
import { attack, type Attack, type Outcome } from './hostile.ts'

export interface WriteAttack extends Pick<Attack, 'source' | 'means' | 'brandId'> {
  /** `ask(scope, id, reference, body)` in it answers the outcome, or the code of the refusal. */
  code?: string
  data: readonly string[]
  auto_approval?: readonly object[]
  limits?: Record<string, number>
  /** Comes before the plugin; answers settings for it. */
  prepare?: (shop: Shop) => Promise<Record<string, unknown>>
}

export interface Written {
  db: Db
  shop: Shop
  /** How many rows such a table has. */
  count(table: 'client_notes' | 'plugin_requests' | 'billable_items' | 'service_holds'): Promise<number>
}

const ASK = `const ask = (scope, id, reference, body) =>
  context.records.request(scope, id, { reference, body }).then((one) => one.outcome, (error) => error.code)
`

/** Client cli_a is of brand brd_a, cli_b of brd_b. */
export async function attackByWriting(
  id: string,
  { code, data, auto_approval, limits, prepare, means, ...what }: WriteAttack,
  inspect: (outcome: Outcome, written: Written) => void | Promise<void>,
): Promise<void> {
  const { db, remove } = await makeDatabase('sqlite')
  try {
    await seed(db)
    await addInstance(db, `plg_${id}_2`)
    const shop = openShop(db)
    const settings = (await prepare?.(shop)) ?? {}
    const reach = { writes: databaseWrites(shop.means, pluginWrites), findRecord: recordFinder(db) }
    const manifest = {
      permissions: { data, ...(auto_approval ? { auto_approval } : {}) },
      ...(limits ? { limits } : {}),
    }
    const counted = { client_notes: sql`client_notes`, plugin_requests: sql`plugin_requests`, billable_items: sql`billable_items`, service_holds: sql`service_holds` } // prettier-ignore
    const written: Written = {
      ...{ db, shop },
      count: async (table) =>
        (await db.get<{ n: number }>(sql`select count(*) as n from ${counted[table]}`))!.n,
    }
    const hostile = { ...what, settings, manifest, means: { ...reach, ...means } }
    await attack(id, code === undefined ? hostile : { ...hostile, code: ASK + code }, (outcome) =>
      inspect(outcome, written),
    )
  } finally {
    await remove()
  }
}
