import { join } from 'node:path'
import { openPlugins } from '../../core/app/wire/plugin-host.ts'
import { loadConfig } from '../../core/config/index.ts'
import { migrate, openSqlite, sql } from '../../core/db/index.ts'
import { systemActor, systemClock } from '../../core/kernel/index.ts'
import { createInstance, grantAsked, openHooks } from '../../core/plugins/index.ts'
import type { Means } from '../../core/records/index.ts'
import { migrations } from '../../migrations/index.ts'
import { makeMembership, makeStaff, makeUser, PASSWORD } from '../../test/support/make.ts'
import { startWeb, type Web } from '../../test/support/web.ts'
import { benchMeans, fillShop, runBilling } from '../billing/shop.ts'

const SERVICES = 400

export interface Page {
  name: string
  path: string
  cookies: string
  group: 'lists' | 'dashboards'
}

export interface Shop {
  web: Web
  pages: readonly Page[]
  close(): Promise<void>
}

/** A shop with a billing run behind it and the plugins that come along set up, and who reads which of its pages. */
export async function openShop(folder: string): Promise<Shop> {
  const file = join(folder, 'berth.db')
  const db = openSqlite({ file, synchronous: 'normal' })
  await migrate(db, migrations, systemClock.now())
  const means = { ...(await benchMeans(db)), publicUrl: 'http://localhost' }
  await fillShop(means, SERVICES)
  await runBilling(means)
  const plugins = await setUpPlugins(means, folder)
  const options = { url: null, proxies: [], kind: 'real' } as const
  const web = await startWeb(means, { plugins, options, statements: undefined })
  const pages = await pagesOf(web, means)
  const close = async () => {
    await web.close()
    await plugins.stop()
    await db.close()
  }
  return { web, pages, close }
}

/** Card, bank transfer and panel, by the verb that staff use. */
async function setUpPlugins(means: Means, folder: string) {
  const config = loadConfig({ BERTH_DATA_DIR: folder })
  const hooks = await openHooks(means)
  const plugins = openPlugins({ config, means, hooks, outbound: {} })
  await plugins.start?.()
  const admin = { ...means, drain: () => undefined }
  const accounts = [{ currency: 'EUR', holder: 'Bench', iban: 'DE89370400440532013000' }]
  const actor = systemActor('bench')
  for (const [plugin_id, settings] of [
    ['stripe', { api_key: 'sk_test_bench', webhook_secret: 'whsec_bench' }],
    ['bank-transfer', { accounts }],
    ['pterodactyl', {}],
  ] as const) {
    await grantAsked(admin, plugin_id, actor)
    await createInstance(admin, { plugin_id, name: plugin_id, settings }, actor)
  }
  return { ...plugins, stop: async () => (hooks.stop(), plugins.stop()) }
}

async function pagesOf(web: Web, means: Means): Promise<Page[]> {
  const { db } = means
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
  return [
    { group: 'lists', name: 'invoice', path: `/portal/invoices/${invoice.id}`, cookies: client },
    { group: 'lists', name: 'product', path: `/products/${product.slug}`, cookies: client },
    { group: 'lists', name: 'admin invoices', path: '/admin/invoices', cookies: staff },
    { group: 'dashboards', name: 'portal home', path: '/portal', cookies: client },
    { group: 'dashboards', name: 'admin board', path: '/admin', cookies: staff },
  ]
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
