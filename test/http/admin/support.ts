import assert from 'node:assert/strict'
import { orderDeps } from '../../../core/app/wire/orders-area.ts'
import { issueInvoice, recordPayment } from '../../../core/billing/index.ts'
import { sql } from '../../../core/db/index.ts'
import { placeOrder } from '../../../core/orders/index.ts'
import { makeGateway, draft } from '../../billing/support.ts'
import { makeGameServer, makeGroup } from '../../catalog/make-product.ts'
import { makeDatabase, type Engine, type TestDatabase } from '../../support/databases.ts'
import {
  clientActor,
  makeClient,
  makeMembership,
  makeStaff,
  makeUser,
  PASSWORD,
  staffActor,
} from '../../support/make.ts'
import { testMeans, type TestMeans } from '../../support/means.ts'
import { startWeb, type Reply, type Web, type WebBrowser } from '../../support/web.ts'
import { createStatementCounter, type HttpDeps } from '../../../core/http/index.ts'

export interface AdminWorld {
  database: TestDatabase
  means: TestMeans
  web: Web
  /** Signed in as staff who may do everything. */
  staff: WebBrowser
  ids: WorldIds
  /** A browser of staff who hold these permissions only. */
  signedIn(permissions: readonly string[]): Promise<WebBrowser>
  close(): Promise<void>
}

export interface WorldIds {
  brand: string
  client: string
  otherClient: string
  product: string
  group: string
  order: string
  service: string
  orderInvoice: string
  /** Issued, unpaid, its day has passed. */
  overdue: string
  paid: string
  payment: string
  instance: string
  delivery: string
  server: string
}

export async function openAdmin(
  engine: Engine,
  more: Partial<HttpDeps> | ((means: TestMeans) => Partial<HttpDeps>) = {},
): Promise<AdminWorld> {
  const statements = createStatementCounter()
  const database = await makeDatabase(engine, statements.meter)
  const means = testMeans(database.db, { now: '2026-01-15T10:00:00.000Z' })
  const staff = await makeStaff(means)
  const ids = await fill(means)
  const web = await startWeb(means, { statements, ...(typeof more === 'function' ? more(means) : more) })
  const browserOf = async (email: string) => {
    const browser = web.browser()
    const reply = await browser.signIn(email, PASSWORD, '/admin/sign-in')
    assert.equal(reply.status, 303, reply.text.slice(0, 500))
    return browser
  }
  return {
    ...{ database, means, web, ids },
    staff: await browserOf(staff.user.email),
    async signedIn(permissions) {
      const realm_id = staff.user.realm_id
      return browserOf((await makeStaff(means, { permissions, realm_id })).user.email)
    },
    async close() {
      await web.close()
      await database.remove()
    },
  }
}

/** A shop with one game server sold, an overdue and a paid invoice, and a delivery that needs a person. */
async function fill(means: TestMeans): Promise<WorldIds> {
  const { brand, groupId } = await makeGroup(means)
  await makeTaxRule(means, brand.seller_id)
  const game = await makeGameServer(means, groupId)
  const client = await makeClient(means, { brand_id: brand.id, company: 'Northwind Ltd', name: 'Ada Lind' })
  const other = await makeClient(means, { brand_id: brand.id, name: 'Otto Quist' })
  const user = await makeUser(means, { realm_id: brand.realm_id, name: 'Ada Lind' })
  await makeMembership(means, { client_id: client.id, user_id: user.id })
  const instance = await makeGateway(means)
  const order = await placeOrder(
    orderDeps(means),
    {
      brand_id: brand.id,
      client_id: client.id,
      once_key: 'admin-world-order-1',
      items: [{ product_id: game.productId, cycle: '1m', options: { memory: 8 } }],
      currency: 'EUR',
      terms: { version: '2026-01', accepted: true },
    },
    clientActor(client.id, { id: user.id }),
  )
  const overdue = await issue(means, client, '2026-01-05', 4_000n)
  const paid = await issue(means, client, '2026-01-20', 2_500n)
  await recordPayment(
    { ...means, plugins: { call: () => Promise.reject(new Error('no plugin is called')) } },
    { invoice_id: paid, amount_minor: '2975', reference: 'BANK-1', instance_id: instance.id },
    staffActor(),
  )
  const row = await means.db.get<{ id: string; service_id: string; invoice_id: string; payment: string }>(sql`
    select o.id, i.service_id, o.invoice_id, (select id from payments where invoice_id = ${paid}) as payment
    from orders o join order_items i on i.order_id = o.id where o.client_id = ${client.id} and i.parent_id is null`)
  assert.ok(row && order)
  const server = await makeServer(means, instance.id)
  const delivery = await makeFailedDelivery(means, row.service_id, server)
  return {
    ...{ brand: brand.id, client: client.id, otherClient: other.id, product: game.productId, group: groupId },
    ...{ order: row.id, service: row.service_id, orderInvoice: row.invoice_id, overdue, paid },
    ...{ payment: row.payment, instance: instance.id, delivery, server },
  }
}

async function issue(
  means: TestMeans,
  client: { id: string; brand_id: string; currency: string },
  dueOn: string,
  amount: bigint,
): Promise<string> {
  const of = draft(client, { dueOn: dueOn as never, amounts: [amount] })
  return (await means.db.transaction((trx) => issueInvoice(means, trx, of, staffActor()))).id
}

async function makeTaxRule(means: TestMeans, seller_id: string): Promise<void> {
  const now = means.business.now()
  const place = { country: 'DE', region: null, tax_class: 'standard', name: 'VAT', rate_ppm: 190_000 }
  const days = { starts_on: '2020-01-01', ends_on: null, version: 1, created_at: now, updated_at: now }
  await means.db.insert('tax_rules', [{ id: means.newId('tax'), seller_id, ...place, ...days }])
}

async function makeServer(means: TestMeans, instance_id: string): Promise<string> {
  const id = means.newId('srv')
  const now = means.business.now()
  const facts = {
    instance_id,
    group_id: null,
    name: 'node-7',
    settings: '{}',
    capacity: 40,
    status: 'active',
  }
  await means.db.insert('servers', [{ id, ...facts, created_at: now, updated_at: now }])
  return id
}

async function makeFailedDelivery(means: TestMeans, service: string, server: string): Promise<string> {
  const id = means.newId('dlv')
  const now = means.business.now()
  const of = await means.db.get<{ brand_id: string; client_id: string }>(
    sql`select brand_id, client_id from services where id = ${service}`,
  )
  await means.db.insert('deliveries', [
    {
      ...{ id, ...of!, service_id: service, action: 'create', generation: 1, status: 'failed', step: 'call' },
      ...{ server_id: server, attempts: 3, failure: 'agent_unreachable', problem: 'connect ECONNREFUSED' },
      ...{ payload: '{"memory":8192}', created_at: now, updated_at: now },
    },
  ])
  await means.db.run(
    sql`update services set generation = 1, delivery_status = 'creating' where id = ${service}`,
  )
  return id
}

/** The markup of one element by its id, as it stands in a page or in a part: for comparing the two. */
export function elementOf(html: string, id: string): string {
  const start = html.search(new RegExp(`<(section|div|nav)[^>]*\\bid="${id}"`))
  assert.ok(start >= 0, `the element ${id} is there`)
  const tag = /^<(\w+)/.exec(html.slice(start))![1]!
  const tags = new RegExp(`<(/?)${tag}\\b`, 'g')
  tags.lastIndex = start
  for (let depth = 0, match = tags.exec(html); match; match = tags.exec(html)) {
    depth += match[1] ? -1 : 1
    if (depth === 0) return withoutKeys(html.slice(start, html.indexOf('>', match.index) + 1))
  }
  throw new Error(`the element ${id} does not end`)
}

/** Tokens and once-only keys differ in every answer. */
const withoutKeys = (html: string): string =>
  html.replace(/name="_(csrf|once)" value="[^"]*"/g, 'name="_$1"').replace(/\s+/g, ' ')

/** What htmx sends to get one part. */
export const asPart = (id: string): Record<string, string> => ({
  'HX-Request': 'true',
  'HX-Request-Type': 'partial',
  'HX-Target': `section#${id}`,
})

export function assertStatus(reply: Reply, status: number): void {
  assert.equal(reply.status, status, reply.text.replace(/\s+/g, ' ').slice(0, 1_500))
}

/** Says in a failure what the main part shows, not the whole page. */
export function assertShows(html: string, pattern: RegExp): void {
  const main = html.slice(Math.max(0, html.indexOf('<main'))).replace(/\s+/g, ' ')
  assert.ok(pattern.test(html), `${String(pattern)} is not in ${main.slice(0, 6_000)}`)
}
