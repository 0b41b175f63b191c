import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { openSqlite, sql } from '../../core/db/index.ts'
import { makeMembership, makeStaff, makeUser, PASSWORD } from '../../test/support/make.ts'
import { startWeb, type Web } from '../../test/support/web.ts'
import { median, report, type Judged } from '../figure.ts'
import { copied, sqliteShop } from './on-sqlite.ts'
import { benchMeans } from './shop.ts'
import type { Visit } from './visitors.ts'

const SERVICES = 100_000
const PAIRS = 9
const IDLE_MS = 6_000
const WARM_UP_MS = 1_500

/** How long pages take, one of which writes, while a run writes a hundred thousand services beside them, and without. */
export async function benchPageWait(): Promise<Judged[]> {
  const folder = mkdtempSync(join(tmpdir(), 'berth-bench-'))
  const template = await sqliteShop(folder, SERVICES)
  const [idle, busy]: [number[], number[]] = [[], []]
  for (let pair = 0; pair < PAIRS; pair++) {
    const tails = await onePair(copied(template, folder))
    idle.push(tails.idle)
    busy.push(tails.busy)
  }
  rmSync(folder, { recursive: true, force: true })
  const ratios = busy.map((ms, i) => ms / idle[i]!)
  return [
    report({ name: 'billing_run_page_p99_ms', value: median(busy), unit: 'ms', baseline: median(idle) }),
    report({
      name: 'billing_run_page_p99',
      value: median(ratios),
      unit: 'times',
      bar: { of: 'value', most: 2 },
    }),
  ]
}

async function onePair(file: string): Promise<{ idle: number; busy: number }> {
  const db = openSqlite({ file })
  const means = await benchMeans(db)
  const web = await startWeb(means)
  const visits = await makeVisits(web)
  await p99(web, visits, () => sleep(WARM_UP_MS))
  const idle = await p99(web, visits, () => sleep(IDLE_MS))
  const run = await readyRun(file)
  const busy = await p99(web, visits, () => billed(run))
  await web.close()
  await db.close()
  return { idle, busy }
}

/** The 99th of a hundred visits while something goes on. */
async function p99(web: Web, visits: readonly Visit[], meanwhile: () => Promise<unknown>): Promise<number> {
  const people = fork(join(import.meta.dirname, 'visitors.ts'))
  const ended = once(people, 'exit').then(() => Promise.reject(new Error('the visitors have gone')))
  people.send({ address: web.address, visits })
  await Promise.race([meanwhile(), ended])
  const milliseconds = await Promise.race([answerOf(people), ended])
  ended.catch(() => undefined)
  people.kill()
  milliseconds.sort((a, b) => a - b)
  return milliseconds[Math.ceil(milliseconds.length * 0.99) - 1]!
}

async function answerOf(people: ChildProcess): Promise<number[]> {
  const answer = once(people, 'message')
  people.send('stop')
  return (await answer)[0] as number[]
}

async function readyRun(file: string): Promise<Worker> {
  const run = new Worker(join(import.meta.dirname, 'run-thread.ts'), { workerData: file })
  await once(run, 'message')
  return run
}

async function billed(run: Worker): Promise<void> {
  const answer = once(run, 'message')
  run.postMessage('go')
  const [services] = await answer
  if (services !== SERVICES) throw new Error(`the run charged ${String(services)} of ${SERVICES} services`)
}

/** A client who looks around and saves the profile, and staff who look at lists. */
async function makeVisits({ deps, browser }: Web): Promise<Visit[]> {
  const client = (await deps.db.get<{ id: string; realm_id: string }>(
    sql`select c.id, b.realm_id from clients c join brands b on b.id = c.brand_id order by c.id limit 1`,
  ))!
  const user = await makeUser(deps, { realm_id: client.realm_id })
  await makeMembership(deps, { client_id: client.id, user_id: user.id })
  const signedIn = async (email: string, path: string) => {
    const own = browser()
    await own.signIn(email, PASSWORD, path)
    return [...own.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }
  const portal = await signedIn(user.email, '/sign-in')
  const admin = await signedIn((await makeStaff(deps)).user.email, '/admin/sign-in')
  const address = { address_1: 'Street #', city: 'Bremen', postcode: '28195', country: 'DE' }
  return [
    { path: '/portal', cookies: portal },
    { path: '/portal/services', cookies: portal },
    { path: '/admin/clients', cookies: admin },
    {
      path: '/portal/account',
      cookies: portal,
      fields: { name: 'Ada Quay', email: 'ada@example.com', ...address },
    },
  ]
}
