import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqlite, sql } from '../../core/db/index.ts'
import { median, report, type Judged } from '../figure.ts'
import { scaled } from '../scale.ts'
import { copied, runOnce, sqliteShop } from './on-sqlite.ts'

const SERVICES = 100_000
const ROUNDS = 3

/** One client with all services beside as many services of many clients, in turns: CPU of the whole run. */
export async function benchOneClient(): Promise<Judged[]> {
  const services = scaled(SERVICES)
  const folder = mkdtempSync(join(tmpdir(), 'berth-bench-'))
  const many = await sqliteShop(folder, services)
  const one = `${many}-one`
  const times: { one: number[]; many: number[] } = { one: [], many: [] }
  await giveAllToOne(many, one)
  for (let round = 0; round < ROUNDS; round++) {
    times.many.push((await runOnce(copied(many, folder), services)).cpuSeconds)
    times.one.push((await runOnce(copied(one, folder), services)).cpuSeconds)
  }
  rmSync(folder, { recursive: true, force: true })
  const [value, baseline] = [median(times.one), median(times.many)]
  const bar = { of: 'ratio', most: 1.5 } as const
  return [
    report({ name: 'billing_run_one_client', value, unit: 'CPU-s', baseline, ratio: value / baseline, bar }),
  ]
}

/** The first client gets all services. */
async function giveAllToOne(file: string, target: string): Promise<void> {
  copyFileSync(file, target)
  const db = openSqlite({ file: target, synchronous: 'off' })
  await db.run(sql`update services set client_id = (select min(client_id) from services)`)
  await db.close()
}
