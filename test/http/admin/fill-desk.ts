import assert from 'node:assert/strict'
import { orderDeps } from '../../../core/app/wire/orders-area.ts'
import { issueInvoice, recordPayment } from '../../../core/billing/index.ts'
import { sql } from '../../../core/db/index.ts'
import { placeOrder } from '../../../core/orders/index.ts'
import { makeGateway, draft } from '../../billing/support.ts'
import { makeGameServer, makeGroup } from '../../catalog/make-product.ts'
import { clientActor, makeClient, makeMembership, makeUser, staffActor } from '../../support/make.ts'
import type { TestMeans } from '../../support/means.ts'

export interface WorldIds {
  brand: string
  /** Owner of the client, signs in with PASSWORD. */
  user: string
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
  taxRule: string
}

/** A shop with one game server sold, an overdue and a paid invoice, and a delivery that needs a person. */
export async function fillDesk(means: TestMeans): Promise<WorldIds> {
  const { brand, groupId } = await makeGroup(means)
  const taxRule = await makeTaxRule(means, brand.seller_id)
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
      terms: { version: '1', accepted: true },
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
    ...{
      brand: brand.id,
      user: user.id,
      client: client.id,
      otherClient: other.id,
      product: game.productId,
      group: groupId,
    },
    ...{ order: row.id, service: row.service_id, orderInvoice: row.invoice_id, overdue, paid },
    ...{ payment: row.payment, instance: instance.id, delivery, server, taxRule },
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

async function makeTaxRule(means: TestMeans, seller_id: string): Promise<string> {
  const id = means.newId('tax')
  const now = means.business.now()
  const place = { country: 'DE', region: null, tax_class: 'standard', name: 'VAT', rate_ppm: 190_000 }
  const days = { starts_on: '2020-01-01', ends_on: null, version: 1, created_at: now, updated_at: now }
  await means.db.insert('tax_rules', [{ id, seller_id, ...place, ...days }])
  return id
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
