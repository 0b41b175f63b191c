import {
  createDraft,
  creditInvoice,
  issueDraft,
  recordPayment,
  refundPayment,
} from '../../../core/billing/index.ts'
import { reversePayment } from '../../../core/billing/payments/reverse-payment.ts'
import { bookMovement } from '../../../core/billing/payouts/book-movements.ts'
import { signUp } from '../../../core/clients/index.ts'
import { sql } from '../../../core/db/index.ts'
import { signIn } from '../../../core/identity/index.ts'
import { guestActor } from '../../../core/kernel/index.ts'
import { acceptQuote, createQuote, placeOrder, sendQuote } from '../../../core/orders/index.ts'
import { reconcileBooks, repairDiscrepancy } from '../../../core/reports/index.ts'
import { startAct } from '../../../core/services/acts/start-act.ts'
import { adoptDelivery, moveRenewal } from '../../../core/services/index.ts'
import { draft, issue, makeBuyer, makeGateway, scriptedGateway } from '../../billing/support.ts'
import { orderDeps } from '../../orders/support.ts'
import { makeRealShop } from '../../orders/real-shop.ts'
import { makeUser, PASSWORD } from '../../support/make.ts'
import { before, type Decide, type Deciding } from './deciding.ts'

const paid = async (shop: Deciding) => {
  const means = before(shop)
  const { client } = await makeBuyer(means)
  const invoice = await issue(means, draft(client))
  const gateway = await makeGateway(means)
  const money = { invoice_id: invoice.id, instance_id: gateway.id, amount_minor: '1190', reference: 'CARD-1' }
  return recordPayment({ ...means, plugins: scriptedGateway([]) }, money, shop.actor)
}

export const decisionsInShops: Readonly<Record<string, Decide>> = {
  'client.create:check': async ({ means, actor: _staff }) => {
    const { brand } = await makeBuyer(means)
    const profile = {
      ...{ kind: 'person' as const, name: 'Ada', email: 'ada@quay.example', address_1: 'Way 1' },
      ...{ city: 'Bonn', postcode: '53111', country: 'DE' },
    }
    return signUp(means, { brand_id: brand.id, password: PASSWORD, profile }, guestActor(brand.id))
  },
  'session.start:check': async ({ means }) => {
    const user = await makeUser(means)
    const input = { realm_id: user.realm_id, email: user.email, password: PASSWORD, agent: 'Test' }
    return signIn(means, input, guestActor('brd_a'))
  },
  'invoice.issue:check': async (shop) => {
    const { client } = await makeBuyer(before(shop))
    const line = { description: 'Work', quantity: 1, unit_minor: '1000', tax_class: 'standard' }
    const content = { client_id: client.id, due_on: '2026-02-01', lines: [line] }
    const invoice_id = await createDraft(before(shop), content, shop.actor)
    return issueDraft(shop.means, { invoice_id }, shop.actor)
  },
  'credit_note.issue:check': async (shop) => {
    const { client } = await makeBuyer(before(shop))
    const { id } = await issue(before(shop), draft(client))
    return creditInvoice(shop.means, { invoice_id: id, reason: 'Because' }, shop.actor)
  },
  'refund.create:check': async (shop) => {
    const { id } = await paid(shop)
    const wish = { payment_id: id, amount_minor: '1', destination: 'recorded' as const, reason: 'Because' }
    return refundPayment({ ...shop.means, plugins: scriptedGateway([]) }, wish, shop.actor)
  },
  'payment.reverse:check': async (shop) => {
    const { id: paymentId } = await paid(shop)
    const { means, actor } = shop
    return means.db.transaction((trx) => reversePayment(means, trx, { paymentId, reason: 'Because' }, actor))
  },
  'discrepancy.repair:check': async (shop) => {
    const means = before(shop)
    const { client } = await makeBuyer(means)
    const { id } = await issue(means, draft(client))
    await means.db.run(sql`update invoices set status = 'paid' where id = ${id}`)
    await reconcileBooks(means)
    const [found] = await means.db.all<{ id: string }>(sql`select id from discrepancies`)
    const payments = { ...shop.means, plugins: scriptedGateway([]) }
    return repairDiscrepancy(payments, { discrepancy_id: found!.id }, shop.actor)
  },
  'gateway_movement.accept:check': async ({ plant, means, actor }) => {
    await plant('gateway_movements', {
      id: 'x',
      status: 'waiting',
      kind: 'payment',
      instance_id: 'plg_a',
      amount_minor: 5n,
    })
    return means.db.transaction((trx) => bookMovement(means, trx, { id: 'x', accept: true }, actor))
  },
  'order.place:check': async (shop) => {
    const { order, buyer } = await makeRealShop(before(shop))
    return placeOrder(orderDeps(shop.means), order(), buyer)
  },
  'quote.send:check': async (shop) => sendQuote(shop.means, { quote_id: await quoted(shop) }, shop.actor),
  'quote.accept:check': async (shop) => {
    const quote_id = await quoted(shop)
    await sendQuote(before(shop), { quote_id }, shop.actor)
    const [{ brand_id } = { brand_id: '' }] = await shop.means.db.all<{ brand_id: string }>(
      sql`select brand_id from quotes`,
    )
    const input = {
      ...{ brand_id, quote_id, version_number: 1, name: 'Ada Quay' },
      terms: { version: '1', accepted: true as const },
    }
    return acceptQuote(orderDeps(shop.means), input, shop.actor)
  },
  'service.move_renewal:check': async (shop) => {
    const { means, actor, plant } = shop
    const days = { charged_through: '2026-02-01', next_period_on: '2026-02-01', anchor_on: '2026-01-01' }
    const state = { billing_status: 'active', delivery_status: 'live', product_id: 'prd_small', cycle: '1m' }
    await plant('services', {
      id: 'svc',
      zone: 'UTC',
      spans: '[]',
      amount_minor: 500n,
      recurring_minor: 500n,
      ...state,
      ...days,
    })
    const input = { service_id: 'svc', to_on: '2026-02-10', effect: 'free' as const, reason: 'Because' }
    return moveRenewal(means as never, input, actor)
  },
  'service.act:check': async ({ plant, means, actor }) => {
    const state = { billing_status: 'active', delivery_status: 'live', zone: 'UTC', parent_id: null }
    await plant('services', { id: 'svc', cycle: '1m', instance_id: 'plg_a', server_id: 'srv_1', ...state })
    const offering = () => [{ instance: 'plg_a', plugin: 'fake', brand: null, stamp: '' }]
    const offered = { ...means, hooks: { ...means.hooks, offering } }
    const act = { serviceId: 'svc', operation: 'power' as const, told: {}, said: {} }
    return means.db.transaction((trx) => startAct(offered, trx, act, actor))
  },
  'delivery.adopt:check': async (shop) => {
    const { means, actor, plant } = shop
    const state = {
      billing_status: 'active',
      delivery_status: 'creating',
      product_id: 'prd_small',
      zone: 'UTC',
    }
    await plant('services', { id: 'svc', cycle: '1m', instance_id: 'plg_a', ...state })
    const delivery = {
      service_id: 'svc',
      status: 'failed',
      action: 'create',
      step: 'create',
      server_id: 'srv_1',
    }
    await plant('deliveries', { id: 'x', ...delivery })
    const plugins = scriptedGateway([{ state: 'live', remote_id: 'r1', access: [] }])
    return adoptDelivery({ ...means, plugins } as never, { delivery_id: 'x', remote_id: 'r1' }, actor)
  },
}

async function quoted(shop: Deciding): Promise<string> {
  const means = before(shop)
  const { client, wish } = await makeRealShop(means)
  const content = {
    client_id: client.id,
    title: 'Two',
    expires_on: '2026-02-14',
    products: [wish],
    lines: [],
  }
  return createQuote(means, content as never, shop.actor)
}
