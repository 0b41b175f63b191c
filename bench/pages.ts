import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate, openSqlite, sql } from '../core/db/index.ts'
import { createStatementCounter } from '../core/http/index.ts'
import { systemClock } from '../core/kernel/index.ts'
import { migrations } from '../migrations/index.ts'
import { makeMembership, makeStaff, makeUser, PASSWORD } from '../test/support/make.ts'
import { startWeb, type Web } from '../test/support/web.ts'
import { benchMeans, fillShop, runBilling } from './billing/shop.ts'
import { median, report, type Judged } from './figure.ts'
import { load } from './load.ts'
import { benchStatements } from './statements.ts'

const ROUNDS = 5
const SERVICES = 400

interface Page {
  name: string
  path: string
  cookies: string
}

/** Pages as their readers ask for them, signed in, in requests a CPU second beside a bare server, in turns. Uncompressed. */
export async function benchPages(): Promise<Judged[]> {
  const folder = mkdtempSync(join(tmpdir(), 'berth-bench-'))
  const { web, lists, dashboards, close } = await openShop(join(folder, 'berth.db'))
  const bare = createServer((_request, response) => response.end('hello'))
  await new Promise<void>((done) => bare.listen(0, '127.0.0.1', done))
  const bareAddress = `http://127.0.0.1:${(bare.address() as AddressInfo).port}/`
  const judged: Judged[] = []
  for (const [name, pages, least] of [
    ['pages_lists', lists, 0.08],
    ['pages_dashboards', dashboards, 0.05],
  ] as const) {
    const { ratio, value, baseline, p99 } = await measure(web, pages, bareAddress)
    judged.push(report({ name, value, unit: 'requests/CPU-s', baseline, ratio, bar: { of: 'ratio', least } }))
    if (name === 'pages_lists')
      judged.push(
        report({ name: 'pages_p99_over_p50', value: p99, unit: 'times', bar: { of: 'value', most: 4 } }),
      )
  }
  judged.push(await benchStatements())
  bare.close()
  await close()
  rmSync(folder, { recursive: true, force: true })
  return judged
}

/** The slowest page of the group decides. */
async function measure(web: Web, pages: readonly Page[], bare: string) {
  const rates = new Map<string, number[]>(pages.map((page) => [page.name, []]))
  const tails: number[] = []
  const base: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    base.push((await load(bare)).perCpuSecond)
    for (const page of pages) {
      const { perCpuSecond, p50, p99 } = await load(web.address + page.path, { cookie: page.cookies })
      rates.get(page.name)!.push(perCpuSecond)
      tails.push(p99 / Math.max(p50, 1))
    }
  }
  const baseline = median(base)
  for (const [name, values] of rates)
    console.log(
      JSON.stringify({
        page: name,
        value: Math.round(median(values)),
        ratio: Number((median(values) / baseline).toFixed(3)),
      }),
    )
  const value = Math.min(...[...rates.values()].map(median))
  return { value, baseline, ratio: value / baseline, p99: median(tails) }
}

async function openShop(file: string) {
  const statements = createStatementCounter()
  const db = openSqlite({ file, synchronous: 'normal', meter: statements.meter })
  await migrate(db, migrations, systemClock.now())
  const means = { ...(await benchMeans(db)), publicUrl: 'http://localhost' }
  await fillShop(means, SERVICES)
  await runBilling(means)
  const web = await startWeb(means, {
    statements,
    options: { url: null, proxies: [], kind: 'real' },
  })
  const invoice = (await db.get<{ id: string; client_id: string }>(
    sql`select id, client_id from invoices where status = 'issued' order by id limit 1`,
  ))!
  const product = (await db.get<{ id: string; slug: string }>(sql`select id, slug from products limit 1`))!
  await db.insert('prices', [
    {
      id: means.newId('prc'),
      owner_id: product.id,
      cycle: '1m',
      currency: 'EUR',
      amount_minor: 599n,
      setup_minor: 0n,
      valid_from: '2020-01-01',
      retired_at: null,
      created_at: means.business.now(),
    },
  ])
  const client = await signedIn(web, await clientUser(means as never, invoice.client_id), '/sign-in')
  const staff = await signedIn(web, (await makeStaff(means as never)).user.email, '/admin/sign-in')
  return {
    web,
    lists: [
      { name: 'invoice', path: `/portal/invoices/${invoice.id}`, cookies: client },
      { name: 'product', path: `/products/${product.slug}`, cookies: client },
      { name: 'admin invoices', path: '/admin/invoices', cookies: staff },
    ],
    dashboards: [
      { name: 'portal home', path: '/portal', cookies: client },
      { name: 'admin board', path: '/admin', cookies: staff },
    ],
    close: async () => {
      await web.close()
      await db.close()
    },
  }
}

async function clientUser(means: Parameters<typeof makeUser>[0], clientId: string): Promise<string> {
  const brand = await means.db.get<{ realm_id: string }>(
    sql`select b.realm_id from clients c join brands b on b.id = c.brand_id where c.id = ${clientId}`,
  )
  const user = await makeUser(means, { realm_id: brand!.realm_id })
  await makeMembership(means, { client_id: clientId, user_id: user.id })
  return user.email
}

async function signedIn(web: Web, email: string, path: string): Promise<string> {
  const browser = web.browser()
  const reply = await browser.signIn(email, PASSWORD, path)
  if (reply.status !== 303) throw new Error(`${email} could not sign in: ${reply.status}`)
  return [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
}
