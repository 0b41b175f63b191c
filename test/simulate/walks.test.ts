import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { openSqlite, Sql, sql, type Db } from '../../core/db/index.ts'
import { BerthError, dayIn } from '../../core/kernel/index.ts'
import { clientActor } from '../support/make.ts'
import { ACTS } from './acts.ts'
import { dice as throwing } from './dice.ts'
import { simulateGateway } from './gateway.ts'
import { handClock, openHouse, type House } from './house.ts'
import { simulateProvider } from './provider.ts'
import { storyTemplate } from './template.ts'
import { makeWorld, type World } from './world.ts'

const DAY_MS = 86_400_000
const DAYS = 60
/** What grows with every day that a shop lives: none of its daily work may read all of it. */
const HISTORY = [
  ...['allocations', 'audit', 'automated_acts', 'charges', 'events', 'invoice_lines', 'invoice_taxes'],
  ...['invoices', 'journals', 'messages', 'payments', 'postings', 'recurring_movements', 'services'],
]
/** Statements that read all services on purpose, by how they begin. */
const ALL_SERVICES: Readonly<Record<string, string>> = {
  'select client_id, cast(? as integer) as source from ( select distinct due.client_id':
    'the run bills client after client, some at a time',
  'select distinct client_id from services where client_id > ?':
    'movements of recurring revenue are noted so',
  "select s.* from services s where s.id > ? and s.delivery_status = 'live'":
    'use is read once a day, so too',
  "select s.* from services s where s.billing_status = 'active' and s.cycle not in":
    'the reconciler looks once a day for services that no index knows',
  'select s.id as subject_id, s.brand_id, s.client_id, s.currency, null as amount_minor, s.label, max(i.number)':
    'as above: paid and not delivered',
}

/**
 * SQLite plans without knowing how large a table is. A plan that begins with the wrong table is as fast as the right one
 * in a young shop, and reads every line that was ever written in an old one.
 */
describe('the daily work of a shop on SQLite', () => {
  const heard = new Set<string>()
  let db: Db
  let remove: () => Promise<void>

  before(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'berth-walks-'))
    const file = join(folder, 'berth.db')
    copyFileSync(await storyTemplate(), file)
    const listening = { on: false }
    const meter = { before: (text: string) => void (listening.on && heard.add(text)) }
    db = openSqlite({ file, synchronous: 'off', meter })
    remove = async () => {
      await db.close()
      rmSync(folder, { recursive: true, force: true })
    }
    await live(db, listening)
  })
  after(() => remove())

  test('issues, charges, reminds, suspends and delivers', async () => {
    for (const [table, least] of [
      ['invoices', 30],
      ['payments', 10],
      ['deliveries', 3],
    ] as const) {
      const row = await db.get<{ n: number }>(new Sql(`select count(*) as n from ${table}`, []))
      assert.ok(row!.n >= least, `${row!.n} ${table}`)
    }
    assert.ok(
      await db.get(
        sql`select 1 from services where delivery_status = 'suspended' or billing_status = 'ended'`,
      ),
    )
    assert.ok(heard.size > 200, `${heard.size} statements`)
  })

  test('begins no statement with a table that only grows', async () => {
    const tableOf = new Map(
      (await db.all<{ name: string; tbl_name: string }>(sql`select name, tbl_name from sqlite_schema`)).map(
        ({ name, tbl_name }) => [name, tbl_name],
      ),
    )
    const walks: string[] = []
    for (const text of heard) {
      const plain = text.replace(/\s+/g, ' ').trim()
      const isOnPurpose = Object.keys(ALL_SERVICES).some((start) => plain.startsWith(start))
      for (const step of await planOf(db, text)) {
        const table = walked(step, plain, tableOf)
        if (!table || !HISTORY.includes(table) || (isOnPurpose && table === 'services')) continue
        walks.push(`${step} in: ${plain.slice(0, 300)}`)
      }
    }
    assert.deepEqual(walks, [])
  })
})

async function planOf(db: Db, text: string): Promise<string[]> {
  if (!/^\s*(select|update|delete|with)\b/.test(text)) return []
  const values = new Array<null>((text.match(/\?/g) ?? []).length).fill(null)
  const steps = await db.all<{ detail: string }>(new Sql(`explain query plan ${text}`, values))
  return steps.map(({ detail }) => detail)
}

/** The table that a step reads whole, or from some place on; undefined when it finds rows by what they have. */
function walked(step: string, text: string, tableOf: ReadonlyMap<string, string>): string | undefined {
  const whole = /^SCAN (\w+)/.exec(step)
  const from = /^SEARCH (\w+) USING .*\((\w+)[<>]\?( AND \2[<>]\?)?\)$/.exec(step)
  const name = (whole ?? from)?.[1]
  if (name === undefined) return undefined
  // Between two days is no walk.
  if (from?.[3] !== undefined) return undefined
  const alias = new RegExp(`\\b(?:from|join|update) (\\w+) (?:as )?${name}\\b`).exec(text)?.[1]
  return alias && tableOf.has(alias) ? alias : name
}

/** People order and pay by chance; only what the shop does by itself is listened to. */
async function live(db: Db, listening: { on: boolean }): Promise<void> {
  const dice = throwing('walks')
  const clock = handClock(Date.parse('2026-01-15T00:00:00Z'))
  const outside = {
    gateway: simulateGateway(dice.fork('gateway'), clock),
    provider: simulateProvider(dice.fork('panel')),
  }
  const house = openHouse({ db, clock, dice: dice.fork('house'), outside })
  const world = await makeWorld(house.means, dice.fork('world'), { clients: 12 })
  for (let day = 0; day < DAYS; day++) {
    clock.set(clock.ms() + DAY_MS)
    for (let n = 0; n < 3; n++) await people(house, world, dice)
    listening.on = true
    await house.dailyWork()
    await house.workOff()
    listening.on = false
  }
}

async function people(house: House, world: World, dice: ReturnType<typeof throwing>): Promise<void> {
  for (const shop of world.shops) {
    const today = dayIn(shop.zone, house.clock.now())
    for (const client of shop.clients) {
      const buyer = clientActor(client.id, { brandId: shop.brandId })
      for (const { share, does } of Object.values(ACTS)) {
        if (!dice.chance(share)) continue
        await does({ house, dice, world, shop, client, buyer, today }).catch((error: unknown) => {
          if (!(error instanceof BerthError)) throw error
        })
      }
    }
  }
}
