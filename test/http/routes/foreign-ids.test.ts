import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { list, sql } from '../../../core/db/index.ts'
import { endpoints } from '../../../core/http/api/endpoints.ts'
import { pageRoutes, type PageRoute } from '../../../core/http/chain.ts'
import { createApiKey } from '../../../core/identity/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../../support/databases.ts'
import { clientActor, makeBrand, makeStaff, PASSWORD } from '../../support/make.ts'
import type { Reply, WebBrowser } from '../../support/web.ts'
import { makeForeignRows } from './foreign-rows.ts'
import { addressOf, subjectOf, type Ids } from './ids-in-routes.ts'
import { keptCounter } from './open-route.ts'
import { openRouteShop, type RouteShop } from './shop.ts'
import { watchDatabase } from './whole-database.ts'

const isDesk = ({ path }: PageRoute): boolean => path.startsWith('/admin')
const routes = pageRoutes().filter(({ path }) => subjectOf(path) !== null)
const ofClients = routes.filter((route) => !isDesk(route))
const ofStaff = pageRoutes().filter((route) => isDesk(route) && /:(?!token|topic|step)/.test(route.path))

for (const engine of engines)
  describe(`ids that are not one's own (${engine})`, () => {
    let database: TestDatabase
    let shop: RouteShop
    let neighbour: Ids
    let stranger: Ids
    let clientKey: string
    let bound: WebBrowser
    let written: () => Promise<string[]>
    before(async () => {
      const counter = keptCounter()
      database = await makeDatabase(engine, counter.meter)
      shop = await openRouteShop(database.db, counter)
      const { means, rows } = shop
      neighbour = await makeForeignRows(means, rows, { id: rows.brand, realm_id: rows.realm })
      const other = await makeBrand(means)
      const shops = { brand: other.id, seller: other.seller_id }
      stranger = { ...(await makeForeignRows(means, rows, other)), ...shops }
      const person = { sessionId: 'ses_test', confirmedAt: means.clock.now() }
      const owner = { ...clientActor(rows.client, { id: rows.user }), ...person }
      clientKey = (await createApiKey(means, { name: 'Own', scopes: ['*'] }, owner)).key
      bound = await staffOfOneBrand(shop)
      // Pages with a form, so that posts carry the token of the session.
      await shop.browsers.client.get('/portal/security')
      await Promise.all([shop.browsers.staff, bound].map((browser) => browser.get('/admin')))
      written = await watchDatabase(means.db)
    })
    after(async () => {
      await shop.close()
      await database.remove()
    })

    for (const route of ofClients)
      it(`${route.method} ${route.path}: another client's and another brand's are unknown, and noted`, async () => {
        for (const ids of [neighbour, stranger]) {
          const address = addressOf(route.path, ids, shop.means.newId)
          await assertRefused(shop, () => open(shop.browsers.client, route, address), address)
          assert.deepEqual(await written(), [])
        }
      })

    for (const { method, path, audience } of endpoints.filter((one) => subjectOf(one.path) !== null))
      it(`${method} /api/v1${path}: another client's and another brand's are unknown, and noted`, async () => {
        for (const ids of [neighbour, stranger]) {
          const address = `/api/v1${addressOf(path, ids, shop.means.newId)}`
          const ask = () => call(shop, { method, address, key: clientKey, body: BODIES[path] ?? {} })
          if (!audience.includes('client')) assert.equal((await ask()).status, 403)
          else await assertRefused(shop, ask, address)
          assert.deepEqual(await written(), [])
        }
      })

    for (const route of ofStaff)
      it(`${route.method} ${route.path}: unknown`, async () => {
        const reply = await open(shop.browsers.staff, route, addressOf(route.path, {}, shop.means.newId))
        assert.equal(reply.status, 404, /<title>[^<]*/.exec(reply.text)?.[0])
        assert.deepEqual(await written(), [])
      })

    for (const route of ofStaff.filter(({ path }) => hasBrand(path)))
      it(`${route.method} ${route.path}: another brand's is unknown to staff of one, and noted`, async () => {
        const address = addressOf(route.path, stranger, shop.means.newId)
        await assertRefused(shop, () => open(bound, route, address), address)
        assert.deepEqual(await written(), [])
      })
  })

/** Records of the installation as a whole belong to no brand: servers, plugins, roles, staff, jobs, the ledger, tax. */
function hasBrand(path: string): boolean {
  const kind = subjectOf(path)
  return (
    kind !== null &&
    ![
      'apiKey',
      'instance',
      'job',
      'journal',
      'offer',
      'role',
      'server',
      'serverGroup',
      'session',
      'staff',
      'taxRule',
      'webhookEvent',
    ].includes(kind)
  )
}

async function staffOfOneBrand({ means, web, rows }: RouteShop): Promise<WebBrowser> {
  const staff = await makeStaff(means, { realm_id: rows.staffRealm })
  await means.db.run(sql`update staff set brand_ids = ${JSON.stringify([rows.brand])} where id = ${staff.id}`)
  const browser = web.browser()
  assert.equal((await browser.signIn(staff.user.email, PASSWORD, '/admin/sign-in')).status, 303)
  return browser
}

/** Fields without which a form is refused before its record is looked for. */
const FIELDS: Readonly<Record<string, Record<string, string>>> = {
  '/cart/items/:itemId': { product: 'minecraft', 'o.memory': '8' },
  '/cart/items/:itemId/quantity': { quantity: '2' },
  '/admin/tax/ids/:client/confirm': { reason: 'Asked by phone' },
  '/admin/sellers/:id': {
    ...{ name: 'Kontor', lines: 'Kai 1', postcode: '28195', city: 'Bremen', country: 'DE' },
    email: 'billing@kontor.example',
  },
  '/admin/brands/:id/layout': {
    ...{ layout: 'classic', paper: 'A4', address: 'below', logo_place: 'start' },
  },
  '/admin/brands/:id': {
    ...{ name: 'Kontor', hosts: 'kontor.example', sender: 'post@kontor.example', locale: 'de' },
    ...{ zone: 'Europe/Berlin', currencies: 'EUR', currency: 'EUR' },
  },
}

/** The same for the API. */
const BODIES: Readonly<Record<string, object>> = {
  '/services/{service_id}/actions/power': { signal: 'restart' },
  '/services/{service_id}/actions/set_reverse_dns': { ip: '192.0.2.1' },
  '/services/{service_id}/actions/create_snapshot': { name: 'Mine' },
  '/services/{service_id}/actions/restore_snapshot': { snapshot: 's_1' },
  '/services/{service_id}/actions/remove_snapshot': { snapshot: 's_1' },
  '/services/{service_id}/actions/rescue': { on: true },
  '/services/{service_id}/actions/run_action': { action: 'flush' },
  '/clients/{client_id}': { profile: {} },
  '/clients/{client_id}/currency': { currency: 'EUR' },
  '/services/{service_id}/cancel': { reason: 'Moved' },
  '/services/{service_id}/transfers': { email: 'b@example.com' },
}

const open = (browser: WebBrowser, { method, path }: PageRoute, address: string): Promise<Reply> =>
  method === 'GET' ? browser.get(address) : browser.post(address, FIELDS[path] ?? {})

async function call(
  shop: RouteShop,
  { method, address, key, body: given }: { method: string; address: string; key: string; body: object },
): Promise<{ status: number; text: string }> {
  const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' }
  const body = method === 'get' ? {} : { body: JSON.stringify(given) }
  const response = await fetch(shop.web.address + address, { method: method.toUpperCase(), headers, ...body })
  return { status: response.status, text: await response.text() }
}

/** 404 as for an unknown one, and one more note for staff that names a record of the address. */
async function assertRefused(
  { means }: RouteShop,
  ask: () => Promise<{ status: number; text: string }>,
  address: string,
): Promise<void> {
  const named = address.match(/\b[a-z]{3}_[0-9a-z]{26}\b/g) ?? []
  const notes = async () =>
    (
      await means.db.all(
        sql`select id from audit where action = 'access.refused' and subject in (${list(named)})`,
      )
    ).length
  const noted = await notes()
  const { status, text } = await ask()
  assert.equal(status, 404, /<title>[^<]*|"detail":"[^"]*/.exec(text)?.[0])
  for (let tries = 0; tries < 50 && (await notes()) === noted; tries++)
    await new Promise((done) => setTimeout(done, 10))
  assert.equal(await notes(), noted + 1, `a note of ${address}`)
}
