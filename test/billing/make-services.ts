import type { TestMeans } from '../support/means.ts'
import type { makeBuyer } from './support.ts'

export interface ServicesWanted {
  clients: number
  perClient: number
  nextPeriodOn: string
  taxed?: boolean
}

type Brand = Awaited<ReturnType<typeof makeBuyer>>['brand']

/** A product and many live services of many clients, inserted as rows: what a billing run finds in the morning. */
export async function makeServices(
  means: Pick<TestMeans, 'db' | 'newId' | 'business'>,
  brand: Brand,
  wanted: ServicesWanted,
): Promise<void> {
  const product = await makeProduct(means, brand)
  for (let done = 0; done < wanted.clients; done += 1_000) {
    const clients = Array.from({ length: Math.min(1_000, wanted.clients - done) }, (_, i) =>
      clientRow(means, brand, done + i),
    )
    await means.db.insert('clients', clients)
    const services = clients.flatMap((client) =>
      Array.from({ length: wanted.perClient }, (_, i) =>
        serviceRow(means, { brand, product, client, index: i }, wanted.nextPeriodOn),
      ),
    )
    await means.db.insert('services', services)
  }
}

export async function makeProduct(means: Pick<TestMeans, 'db' | 'newId' | 'business'>, brand: Brand) {
  const now = means.business.now()
  const group = {
    id: means.newId('grp'),
    brand_id: brand.id,
    parent_id: null,
    slug: means.newId('grp'),
    name: 'Hosting',
    headline: null,
    description: null,
    layout: 'cards',
    position: 1,
    hidden: 0,
    version: 1,
    created_at: now,
    updated_at: now,
  }
  await means.db.insert('product_groups', [group])
  const product = {
    id: means.newId('prd'),
    brand_id: brand.id,
    group_id: group.id,
    slug: means.newId('prd'),
    kind: 'hosting',
    name: 'Shared hosting S',
    summary: null,
    description: null,
    features: '[]',
    status: 'active',
    position: 1,
    featured: 0,
    tax_class: 'standard',
    stock: null,
    delivery_on: 'payment',
    instance_id: null,
    server_group_id: null,
    module_settings: '{}',
    grace_days: null,
    terminate_days: null,
    version: 1,
    created_at: now,
    updated_at: now,
  }
  await means.db.insert('products', [product])
  return product
}

function clientRow(means: Pick<TestMeans, 'newId' | 'business'>, brand: Brand, n: number) {
  const now = means.business.now()
  return {
    id: means.newId('cli'),
    brand_id: brand.id,
    kind: 'person',
    name: `Client ${n}`,
    company: null,
    email: `client-${n}@example.com`,
    phone: null,
    address_1: 'Street 1',
    address_2: null,
    city: 'Bremen',
    region: null,
    postcode: '28195',
    country: 'DE',
    tax_id: null,
    tax_exempt: 0,
    auto_charge: 0,
    separate_invoices: 0,
    currency: 'EUR',
    currency_fixed: 1,
    locale: 'en',
    zone: 'Europe/Berlin',
    search_text: `client ${n}`,
    status: 'active',
    version: 1,
    created_at: now,
    updated_at: now,
  }
}

interface Owner {
  brand: Brand
  product: { id: string }
  client: { id: string }
  index: number
}

export function serviceRow(
  means: Pick<TestMeans, 'newId' | 'business'>,
  { brand, product, client, index }: Owner,
  nextPeriodOn: string,
) {
  const now = means.business.now()
  return {
    id: means.newId('svc'),
    brand_id: brand.id,
    client_id: client.id,
    product_id: product.id,
    parent_id: null,
    order_item_id: null,
    label: `site-${index}.example`,
    billing_status: 'active',
    delivery_status: 'live',
    currency: 'EUR',
    cycle: '1m',
    quantity: 1,
    price_id: null,
    amount_minor: 599n,
    recurring_minor: 599n,
    tax_class: 'standard',
    coupon_id: null,
    coupon_cycles_left: null,
    zone: 'Europe/Berlin',
    anchor_on: nextPeriodOn,
    period_index: 0,
    next_period_on: nextPeriodOn,
    charged_through: null,
    auto_charge: 1,
    method_id: null,
    suspend_after: null,
    grace_days: null,
    terminate_days: null,
    cancel_on: null,
    cancel_reason: null,
    ended_on: null,
    delivery_on: 'payment',
    instance_id: null,
    server_group_id: null,
    server_id: null,
    remote_id: null,
    module_settings: '{}',
    generation: 0,
    delivered_at: now,
    parked_reason: null,
    version: 1,
    created_at: now,
    updated_at: now,
  }
}
