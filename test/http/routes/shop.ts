import assert from 'node:assert/strict'
import { createJobs } from '../../../core/jobs/index.ts'
import { account, postJournals } from '../../../core/billing/ledger.ts'
import { sql, type Db } from '../../../core/db/index.ts'
import type { StatementCounter } from '../../../core/http/index.ts'
import { addMonths, isoDate } from '../../../core/kernel/index.ts'
import { writeSetting } from '../../../core/records/index.ts'
import { shopTerms } from '../../../core/orders/index.ts'
import { adminPorts } from '../../support/admin-ports.ts'
import { PASSWORD, staffActor } from '../../support/make.ts'
import { testMeans, type TestMeans } from '../../support/means.ts'
import { startWeb, type Web, type WebBrowser } from '../../support/web.ts'
import { makeFirstRows, type FirstRows } from './first-rows.ts'
import { growRows } from './grow.ts'

/** Who opens a route. */
export type Reader = 'guest' | 'client' | 'keeper' | 'staff' | 'key'

/** A shop in which every route has something to show: one row of it at first, and as many as asked for later. */
export interface RouteShop {
  means: TestMeans
  web: Web
  rows: FirstRows & { journal: string; month: string; ledgerExport: string; discrepancy: string }
  browsers: Readonly<Record<Exclude<Reader, 'key'>, WebBrowser>>
  grow(to: number): Promise<void>
  close(): Promise<void>
}

const COMPANIES = [
  { key: 'stripe', url: 'http://stripe.example' },
  { key: 'mail', url: 'http://mail.example' },
] as const

export async function openRouteShop(db: Db, statements: StatementCounter): Promise<RouteShop> {
  const means = testMeans(db, { now: '2026-01-15T10:00:00.000Z' })
  const rows: RouteShop['rows'] = {
    ...(await makeFirstRows(means)),
    ...{ journal: '', month: '', ledgerExport: '', discrepancy: '' },
  }
  await setTerms(means, 1)
  const engine = await createJobs(means)
  await engine.install()
  const web = await startWeb(means, {
    statements,
    admin: adminPorts(means, { jobDesk: engine }),
    options: { url: null, proxies: [], kind: 'sample' },
    sample: { companies: COMPANIES, advance: () => Promise.resolve() },
  })
  let size = 0
  const grow = async (to: number) => {
    if (size > 0) await growRows(means, rows, { from: size, to })
    rows.journal = await addJournals(means, rows, { from: size, to })
    Object.assign(rows, await addBooks(means, rows, { from: size, to }))
    await addDeadJobs(means, { from: size, to })
    await setTerms(means, to)
    size = to
  }
  await grow(1)
  const browsers = {
    guest: web.browser(),
    client: await signedIn(web, rows.email),
    keeper: await signedIn(web, rows.keeperEmail),
    staff: await signedIn(web, rows.staffEmail, '/admin/sign-in'),
  }
  const shop = { means, web, rows, browsers, grow, close: () => web.close() }
  await settle(shop)
  return shop
}

/** What the first request of all writes: the document is drawn, the key was used. Later ones find it. */
async function settle({ web, rows, browsers }: RouteShop): Promise<void> {
  assert.equal((await browsers.client.get(`/portal/invoices/${rows.paid}.pdf`)).status, 200)
  const headers = { Authorization: `Bearer ${rows.apiKey}` }
  assert.equal((await fetch(`${web.address}/api/v1/clients`, { headers })).status, 200)
}

async function signedIn(web: Web, email: string, path = '/sign-in'): Promise<WebBrowser> {
  const browser = web.browser()
  const reply = await browser.signIn(email, PASSWORD, path)
  assert.equal(reply.status, 303, `${email} signs in`)
  return browser
}

/** The ledger takes no copies: small journals of the invoice and the client's credit, and one with as many postings as rows. */
async function addJournals(
  means: TestMeans,
  rows: FirstRows,
  { from, to }: { from: number; to: number },
): Promise<string> {
  const head = { brandId: rows.brand, effectiveOn: isoDate('2026-01-15') }
  const posting = (name: string, amountMinor: bigint, clientId: string | null) => ({
    ...{ account: name, currency: 'EUR', amountMinor, clientId },
  })
  const small = Array.from({ length: to - from }, (_, i) => ({
    ...{ ...head, kind: `credit_${from + i}`, sourceId: rows.overdue },
    postings: [
      posting(account.clientCredit, -1n, rows.client),
      posting(account.gateway(`instance_${from + i}`), 1n, null),
    ],
  }))
  const wide = {
    ...{ ...head, kind: `wide_${to}`, sourceId: rows.overdue },
    postings: [
      posting(account.rounding, BigInt(-to), null),
      ...Array.from({ length: to }, (_, i) => posting(account.gateway(`instance_${i}`), 1n, null)),
    ],
  }
  const ids = await means.db.transaction((trx) => postJournals(means, trx, [...small, wide]))
  return ids.at(-1)!
}

/** Months, exports and discrepancies, none of which closes or marks anything. */
async function addBooks(
  means: TestMeans,
  rows: FirstRows,
  { from, to }: { from: number; to: number },
): Promise<{ month: string; ledgerExport: string; discrepancy: string }> {
  const at = means.business.now()
  const places = Array.from({ length: to - from }, (_, i) => from + i)
  const months = places.map((n) => {
    const startsOn = addMonths(isoDate('2010-01-01'), n)
    return {
      ...{ id: means.newId('lmo'), brand_id: rows.brand, month: startsOn.slice(0, 7), starts_on: startsOn },
      ...{ ends_on: addMonths(startsOn, 1), status: 'closed', closed_at: at, created_at: at, updated_at: at },
    }
  })
  const exports = places.map(() => ({
    ...{ id: means.newId('lex'), brand_id: rows.brand, from_on: '2026-01-01', until_on: '2026-01-31' },
    ...{ journals: 1, postings: 2, actor: 'usr_staff', created_at: at },
  }))
  const discrepancies = places.map((n) => ({
    ...{
      id: means.newId('dcy'),
      kind: 'unplanned',
      subject_id: `svc_${n}`,
      brand_id: rows.brand,
      client_id: null,
    },
    ...{
      currency: 'EUR',
      amount_minor: 599n,
      detail: JSON.stringify({ name: `site-${n}.example`, day: '2026-02-01' }),
    },
    ...{ status: 'open', found_at: at, ended_at: null, created_at: at, updated_at: at },
  }))
  await means.db.insert('discrepancies', discrepancies)
  await means.db.insert('ledger_months', months)
  await means.db.insert('ledger_exports', exports)
  return { month: months.at(-1)!.id, ledgerExport: exports.at(-1)!.id, discrepancy: discrepancies.at(-1)!.id }
}

/** Jobs live in tables of their engine's own. */
async function addDeadJobs(
  { db, newId }: TestMeans,
  { from, to }: { from: number; to: number },
): Promise<void> {
  const at = '2026-01-15T10:00:00.000Z'
  const count = to - from
  if (db.dialect === 'sqlite') {
    const job = { task: 'mail.send', payload: '{}', attempts: 10, max_attempts: 10, run_at: at, dead_at: at }
    const rows = Array.from({ length: count }, () => ({ id: newId('job'), ...job, created_at: at }))
    return db.insert('jobs', rows)
  }
  await db.all(
    sql`select graphile_worker.add_job('mail.send', '{}'::json, max_attempts => 1, run_at => now() + interval '1 day') from generate_series(1, ${count}::int)`,
  )
  await db.run(sql`update graphile_worker._private_jobs set attempts = max_attempts`)
}

/** A paragraph a row. */
async function setTerms(means: TestMeans, paragraphs: number): Promise<void> {
  const text = Array.from({ length: paragraphs }, (_, i) => `Clause ${i + 1}.`).join('\n\n')
  const change = {
    setting: shopTerms,
    scope: 'installation',
    scopeId: '',
    value: { version: '2026-01', text },
  } as const
  await means.db.transaction(async (trx) => {
    // A version stands for one text for good: here it grows.
    await trx.run(sql`delete from setting_versions where key = ${shopTerms.key}`)
    await writeSetting(means, trx, change, staffActor())
  })
}
