import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate, openSqlite, sql } from '../../core/db/index.ts'
import { systemClock } from '../../core/kernel/index.ts'
import type { Means } from '../../core/records/index.ts'
import { migrations } from '../../migrations/index.ts'
import { median, report, type Judged } from '../figure.ts'
import { scaled } from '../scale.ts'
import { costOf, type Cost } from './cpu.ts'
import { assertSound, fillFullShop } from './full-shop.ts'
import { naiveLoop } from './naive.ts'
import { insertRaw, lineValues, makeDocument, type LineValues } from './raw.ts'
import { benchMeans, fillShop, runBilling } from './shop.ts'

const SERVICES = scaled(100_000)
const NAIVE = scaled(2_000)
const ROUNDS = 5

export type Fill = (means: Means, services: number) => Promise<void>

/** The run on SQLite beside plain inserts into the line table and beside a loop through the ORM, in turns. */
export async function benchOnSqlite(): Promise<Judged[]> {
  const { ours, raw, naive } = await inTurns(fillShop, { naive: true })
  return [...judge('billing_run_sqlite', { ours, raw, least: 0.1 }), overNaive(ours, median(naive))]
}

/** The same with taxes, coupons, options, add-ons, terms and credit in play, and the books checked after it. */
export async function benchFullOnSqlite(): Promise<Judged[]> {
  const { ours, raw } = await inTurns(fillFullShop)
  return judge('billing_run_full_sqlite', { ours, raw, least: 0.07 })
}

async function inTurns(fill: Fill, { naive: isNaiveAsked = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'berth-bench-'))
  const template = await sqliteShop(folder, SERVICES, fill)
  const rows = lineValues(SERVICES)
  const [ours, raw, naive]: [Cost[], Cost[], number[]] = [[], [], []]
  for (let round = 0; round < ROUNDS; round++) {
    raw.push(await rawOnce(copied(template, folder), rows))
    const file = copied(template, folder)
    ours.push(await runOnce(file, SERVICES))
    if (round === 0) await checkBooks(file)
    if (isNaiveAsked) naive.push(NAIVE / (await naiveLoop(copied(template, folder), NAIVE)))
  }
  rmSync(folder, { recursive: true, force: true })
  return { ours, raw, naive }
}

async function checkBooks(file: string): Promise<void> {
  const db = openSqlite({ file })
  await assertSound(db)
  await db.close()
}

/** The run beside the plainest way of writing, both for SERVICES rows. */
export function judge(
  name: string,
  { ours, raw, least }: { ours: readonly Cost[]; raw: readonly Cost[]; least: number },
): Judged[] {
  const [value, baseline] = [perCpuSecond(ours), perCpuSecond(raw)]
  return [
    report({ name: `${name}_raw_wall`, value: perSecond(raw), unit: 'rows/s' }),
    report({ name: `${name}_wall`, value: perSecond(ours), unit: 'services/s' }),
    report({
      name,
      value,
      unit: 'services/CPU-s',
      baseline,
      ratio: value / baseline,
      bar: { of: 'ratio', least },
    }),
  ]
}

const perCpuSecond = (costs: readonly Cost[]): number =>
  median(costs.map(({ cpuSeconds }) => SERVICES / cpuSeconds))
const perSecond = (costs: readonly Cost[]): number => median(costs.map(({ seconds }) => SERVICES / seconds))

function overNaive(ours: readonly Cost[], baseline: number): Judged {
  return report({
    name: 'billing_run_over_naive',
    value: perCpuSecond(ours) / baseline,
    unit: 'times',
    baseline,
    bar: { of: 'value', least: 20 },
  })
}

/** A filled database file, to be copied for each round. */
export async function sqliteShop(folder: string, services: number, fill: Fill = fillShop): Promise<string> {
  const file = join(folder, `shop-${services}.db`)
  const db = openSqlite({ file, synchronous: 'off' })
  await migrate(db, migrations, systemClock.now())
  const means = await benchMeans(db)
  await fill(means, services)
  await makeDocument(db, means.newId('inv'))
  await db.close()
  return file
}

async function rawOnce(file: string, rows: readonly LineValues[]): Promise<Cost> {
  const db = openSqlite({ file })
  const document = await db.get<{ id: string }>(sql`select id from invoices limit 1`)
  await db.close()
  for (const row of rows) row[1] = document!.id
  return costOf(() => insertRaw(file, rows))
}

/** As a real installation runs: each commit is on the disk before the next chunk begins. */
export async function runOnce(file: string, services: number): Promise<Cost> {
  const db = openSqlite({ file })
  const means = await benchMeans(db)
  let done = 0
  const cost = await costOf(async () => void (done = await runBilling(means)))
  await db.close()
  if (done !== services) throw new Error(`the run charged ${done} of ${services} services`)
  return cost
}

export function copied(template: string, folder: string): string {
  const file = join(folder, 'round.db')
  for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
  copyFileSync(template, file)
  return file
}
