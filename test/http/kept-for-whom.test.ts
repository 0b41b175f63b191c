import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { agreeInstalments } from '../../core/billing/index.ts'
import { sql, type Db } from '../../core/db/index.ts'
import { createMessages } from '../../core/i18n/index.ts'
import { createAssets, createRenderer } from '../../core/render/index.ts'
import { draft, issue, makeBuyer } from '../billing/support.ts'
import { makeServices } from '../billing/make-services.ts'
import { makeDatabase, type TestDatabase } from '../support/databases.ts'
import {
  makeBrand,
  makeClient,
  makeMembership,
  makeRealm,
  makeRole,
  makeStaff,
  makeUser,
  PASSWORD,
  staffActor,
} from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { startWeb, type Web, type WebBrowser } from '../support/web.ts'

/** Only there are reads kept, and what was made and drawn of them. */
describe('pages that are made and drawn once', () => {
  let database: TestDatabase
  let means: TestMeans
  let kept: Web
  let plain: Web
  before(async () => {
    database = await makeDatabase('sqlite')
    means = testMeans(database.db)
    kept = await startWeb(means)
    plain = await startWeb({ ...means, db: withoutKept(database.db) }, { renderer: drawingAnew() })
  })
  after(async () => {
    await kept.close()
    await plain.close()
    await database.remove()
  })

  it('are to each reader what they would be if nothing were kept, in whatever turns they are asked for', async () => {
    const { brand, client } = await makeBuyer(means, { name: 'Anchor Ltd' })
    const other = await makeClient(means, { brand_id: brand.id, name: 'Buoy Ltd' })
    await makeServices(means, brand, { clients: 2, perClient: 2, nextPeriodOn: '2026-02-01' })
    const elsewhere = await makeBrand(means)
    await means.db.run(sql`update brands set hosts = '["127.0.0.1"]' where id = ${brand.id}`)
    const abroad = await makeClient(means, { brand_id: elsewhere.id, name: 'Capstan Ltd' })
    const ids: string[] = []
    for (const one of [client, client, other, abroad]) ids.push((await issue(means, draft(one))).id)
    const terms = { parts: 2, first_on: '2026-01-20', every: '1m' }
    await agreeInstalments(means, { invoice_id: ids[1]!, ...terms }, staffActor())
    await means.db.run(sql`update products set kind = 'other'`)
    const products = await means.db.all<{ id: string; slug: string }>(sql`select id, slug from products`)
    const priced = {
      cycle: '1m',
      currency: 'EUR',
      amount_minor: 599n,
      setup_minor: 0n,
      valid_from: '2020-01-01',
    }
    const created_at = means.clock.now()
    for (const { id: owner_id } of products)
      await means.db.insert('prices', [{ id: means.newId('prc'), owner_id, ...priced, created_at }])

    const member = async (name: string, of: string, rights: readonly string[], locale: string) => {
      const user = await makeUser(means, { realm_id: brand.realm_id, name })
      await makeMembership(means, { client_id: of, user_id: user.id, rights })
      await means.db.run(sql`update users set locale = ${locale} where id = ${user.id}`)
      return { email: user.email, at: '/sign-in' }
    }
    const realm = await makeRealm(means, { kind: 'staff', name: 'Staff' })
    const staff = async (permissions: readonly string[], brandId: string | null, locale: string) => {
      const role = await makeRole(means, permissions)
      const { user } = await makeStaff(means, { role_id: role.id, realm_id: realm.id })
      await means.db.run(sql`update users set locale = ${locale} where id = ${user.id}`)
      if (brandId !== null)
        await means.db.run(
          sql`update staff set brand_ids = ${JSON.stringify([brandId])} where user_id = ${user.id}`,
        )
      return { email: user.email, at: '/admin/sign-in' }
    }
    const people = [
      await member('Ada', client.id, ['*'], 'en'),
      await member('Ben', client.id, ['*'], 'de'),
      await member('Cleo', client.id, ['invoice.read'], 'en'),
      await member('Dan', client.id, ['service.list', 'invoice.read', 'payment.start_many'], 'en'),
      await member('Eve', other.id, ['*'], 'en'),
      await staff(['*'], null, 'en'),
      await staff(['*'], brand.id, 'en'),
      await staff(['*'], elsewhere.id, 'de'),
      await staff(['board.read', 'invoice.list', 'invoice.read', 'client.list'], null, 'en'),
    ]
    const readers: { name: string; kept: WebBrowser; plain: WebBrowser; pages: string[] }[] = []
    const portal = [
      '/portal',
      '/portal/invoices',
      ...ids.map((id) => `/portal/invoices/${id}`),
      '/portal/services',
    ]
    const shop = ['/', '/shop', ...products.map(({ slug }) => `/products/${slug}`)]
    const admin = [
      '/admin',
      '/admin/invoices',
      '/admin/invoices?status=unpaid',
      '/admin/clients',
      '/admin/services',
    ]
    for (const { email, at } of people) {
      const browser = kept.browser()
      assert.equal((await browser.signIn(email, PASSWORD, at)).status, 303)
      const same = plain.browser()
      for (const [name, value] of browser.cookies) same.cookies.set(name, value)
      const pages =
        at === '/sign-in' ? [...portal, ...shop] : [...admin, ...ids.map((id) => `/admin/invoices/${id}`)]
      readers.push({ name: email, kept: browser, plain: same, pages })
    }
    readers.push({ name: 'visitor', kept: kept.browser(), plain: plain.browser(), pages: shop })
    const shown = new Set<string>()
    for (const turn of [1, 2, 3])
      for (let at = 0; at < 12; at++)
        for (const { name, kept: one, plain: same, pages } of turn === 2 ? readers.toReversed() : readers) {
          const path = pages[at]
          if (path === undefined) continue
          const [made, anew] = [await one.get(path), await same.get(path)]
          assert.equal(made.status, anew.status, `${path} for ${name}`)
          assert.equal(lasting(made.text), lasting(anew.text), `${path} for ${name} in turn ${turn}`)
          if (made.status === 200) shown.add(`${path} ${lasting(made.text).length}`)
        }
    assert.ok(shown.size > 25, `only ${shown.size} pages were different`)
  })
})

const withoutKept = ({ kept: _kept, ...db }: Db): Db => db

function drawingAnew() {
  const root = join(import.meta.dirname, '../..')
  const themeFolders = [join(root, 'themes/default')]
  const messages = createMessages({ folder: join(root, 'locales'), strict: true })
  return createRenderer({ themeFolders, messages, assets: createAssets({ themeFolders }), cache: false })
}

/** Without what is another at each answer: the keys of forms, and the mark of scripts. */
const lasting = (text: string): string =>
  text
    .replace(/(name="_(?:csrf|once)" value=")[^"]+/g, '$1')
    .replace(/(nonce=")[^"]+/g, '$1')
    .replace(/(name="csrf-token" content=")[^"]+/g, '$1')
