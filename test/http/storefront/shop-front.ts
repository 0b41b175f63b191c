import { readFileSync } from 'node:fs'
import { importCatalog } from '../../../core/catalog/index.ts'
import { money, type StartPayment } from '../../../sdk/index.ts'
import { makeBrand, makeClient, makeMembership, makeUser, PASSWORD, staffActor } from '../../support/make.ts'
import type { TestMeans } from '../../support/means.ts'
import { startWeb, type Web } from '../../support/web.ts'
import { orderDeps } from '../../../core/app/wire/orders-area.ts'
import { OutOfStock, type OrderDeps } from '../../../core/orders/index.ts'
import { createStatementCounter, type StatementCounter } from '../../../core/http/index.ts'

const CATALOG = readFileSync(new URL('../../../examples/catalog.yaml', import.meta.url), 'utf8')

export interface ShopFront {
  web: Web
  brand: { id: string; realm_id: string; seller_id: string }
  /** Id of a gateway with a hosted page, and of one that answers instructions. */
  gateways: { hosted: string; transfer: string }
  /** Calls that went to the gateways. */
  /** Set to true: the next order fails in the midst of its transaction. */
  fate: { fails: boolean; lookUp: object }
  calls: { instance: string; operation: string; input: Record<string, unknown> }[]
  close(): Promise<void>
}

export const HOSTED_PAGE = 'https://pay.gateway.example/session/1'

export const MINECRAFT = {
  ...{ product: 'minecraft', cycle: '1m', qty: '1' },
  ...{ 'o.memory': '4gb', 'o.location': 'frankfurt', 'f.eula': '1' },
}

/** What a guest fills in, with what stands hidden in the checkout's form. */
export function orderForm(page: string, fields: Record<string, string>): Record<string, string> {
  const hidden = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? ''
  return {
    ...{ name: 'Mara Lind', password: PASSWORD, country: 'DE', address_1: 'Kai 7', postcode: '20457' },
    ...{ city: 'Hamburg', terms: '1', ...fields },
    ...{ _once: hidden('_once'), seen_added: hidden('seen_added') },
  }
}

/** The example catalogue in a shop of Germany with 19 % VAT, two gateways, and the whole web server. */
export async function openShopFront(
  means: TestMeans,
  statements: StatementCounter = createStatementCounter(),
): Promise<ShopFront> {
  const brand = await makeBrand(means)
  await importCatalog(means, CATALOG, staffActor(), { brandId: brand.id })
  await addVat(means, brand.seller_id)
  const hosted = await addGateway(means, 'Card', 1)
  const transfer = await addGateway(means, 'Bank transfer', 2)
  const calls: ShopFront['calls'] = []
  const fate = { fails: false, lookUp: { outcome: 'pending', reference: 'ref_1' } as object }
  const call = (instance: string, _kind: string, operation: string, input: object) => {
    calls.push({ instance, operation, input: input as Record<string, unknown> })
    const answer = operation === 'look_up' ? fate.lookUp : answerOf({ isHosted: instance === hosted, input })
    return Promise.resolve(answer)
  }
  const plugins = { call: call as Web['deps']['plugins']['call'] }
  const options = { url: null, proxies: [], kind: 'test' as const, countStatements: true }
  const orders = failingOrders(means, fate)
  const web = await startWeb(means, { plugins, options, orders, statements })
  return { web, brand, gateways: { hosted, transfer }, calls, fate, close: () => web.close() }
}

function answerOf({ isHosted, input }: { isHosted: boolean; input: object }): object {
  const { amount, payment_id, can_embed } = input as StartPayment
  const reference = `ref_${payment_id}`
  const fields = can_embed ? { embed: { data: 'pk_1' } } : {}
  if (isHosted) return { outcome: 'needs_client', reference, url: HOSTED_PAGE, ...fields }
  const sum = money(amount.minor, amount.currency)
  return {
    outcome: 'needs_client',
    reference,
    instructions: [
      { label: 'IBAN', value: 'DE02120300000000202051', copy: true },
      { label: 'Reference', value: 'RF18 5390 0754', copy: true },
      { label: 'Amount', value: `${sum.minor} ${sum.currency}` },
    ],
  }
}

async function addVat(means: TestMeans, sellerId: string): Promise<void> {
  const now = means.business.now()
  const id = means.newId('tax')
  const place = { seller_id: sellerId, country: 'DE', region: null, tax_class: 'standard' }
  const rate = { name: 'VAT', rate_ppm: 190_000, starts_on: '2020-01-01', ends_on: null }
  await means.db.insert('tax_rules', [
    { id, ...place, ...rate, version: 1, created_at: now, updated_at: now },
  ])
}

async function addGateway(means: TestMeans, name: string, position: number): Promise<string> {
  const now = means.business.now()
  const pluginId = `gw${means.newId('plg').slice(-8)}`
  const operations = ['start_payment', 'look_up']
  const manifest = JSON.stringify({ name, kinds: { gateway: operations } })
  const stamps = { installed_at: now, updated_at: now }
  await means.db.insert('plugins', [
    {
      id: pluginId,
      version: '1.0.0',
      bundle_sha256: '',
      manifest,
      granted: '{}',
      status: 'enabled',
      ...stamps,
    },
  ])
  const id: string = means.newId('plg')
  const settings = { brand_id: null, settings: '{}' }
  await means.db.insert('plugin_instances', [
    {
      id,
      plugin_id: pluginId,
      name,
      status: 'active',
      position,
      ...settings,
      version: 1,
      created_at: now,
      updated_at: now,
    },
  ])
  return id
}

/** A client with an address and an owner who signs in with PASSWORD. */
export async function makeBuyer(means: TestMeans, brand: ShopFront['brand'], email: string) {
  const client = await makeClient(means, { brand_id: brand.id, email })
  const user = await makeUser(means, { realm_id: brand.realm_id, email })
  await makeMembership(means, { client_id: client.id, user_id: user.id })
  return { client, user, email }
}

/** The real ports; on demand the last of them refuses after everything else of the order was written. */
function failingOrders(means: TestMeans, fate: { fails: boolean }): OrderDeps {
  const real = orderDeps(means)
  return {
    ...real,
    async issueInvoice(of, trx, draft, actor) {
      const invoice = await real.issueInvoice(of, trx, draft, actor)
      if (!fate.fails) return invoice
      fate.fails = false
      throw OutOfStock({ product: 'Minecraft' })
    },
  }
}
