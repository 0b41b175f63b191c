import { makeGameServer, makeGroup } from '../catalog/make-product.ts'
import { clientActor, makeClient } from '../support/make.ts'
import type { DraftInvoice } from '../../core/billing/index.ts'
import type { Means } from '../../core/records/index.ts'
import type { InvoiceStanding, OrderDeps, ServiceSpec } from '../../core/orders/index.ts'

export interface TestDeps extends OrderDeps {
  specs: ServiceSpec[]
  drafts: DraftInvoice[]
  standings: Map<string, InvoiceStanding>
  /** "take back inv_…", "refund inv_…", "end svc_…" */
  acts: string[]
}

/** Ports that keep services as rows and note everything else; tax is 10 %. */
export function orderDeps(means: Means): TestDeps {
  const deps: TestDeps = {
    means,
    specs: [],
    drafts: [],
    standings: new Map(),
    acts: [],
    async createServices(_means, trx, specs) {
      deps.specs.push(...specs)
      const rows = specs.map((spec) => serviceRow(means, spec))
      await trx.insert('services', rows)
      return rows.map(({ id }) => ({ id }))
    },
    async issueInvoice(_means, _trx, draft) {
      deps.drafts.push(draft)
      const id: string = means.newId('inv')
      const net = draft.lines.reduce((sum, line) => sum + line.amountMinor, 0n)
      deps.standings.set(id, { status: 'issued', paidMinor: 0n })
      return { id, taxMinor: net / 10n, totalMinor: net + net / 10n }
    },
    invoiceStanding: async (_queries, invoiceId) => deps.standings.get(invoiceId)!,
    takeBackInvoice: async (_means, _trx, act) => void deps.acts.push(`take back ${act.invoiceId}`),
    refundInvoice: async (_means, _trx, act) => void deps.acts.push(`refund ${act.invoiceId}`),
    suspectServices: async (_means, _trx, act) => void deps.acts.push(`suspect ${act.serviceIds.join(' ')}`),
    trustServices: async (_means, _trx, act) => void deps.acts.push(`trust ${act.serviceIds.join(' ')}`),
    endServices: async (_means, _trx, act) => void deps.acts.push(`end ${act.serviceIds.join(' ')}`),
  }
  return deps
}

function serviceRow(means: Means, spec: ServiceSpec) {
  const now = means.business.now()
  return {
    id: means.newId('svc') as string,
    brand_id: spec.brandId,
    client_id: spec.clientId,
    product_id: spec.productId,
    order_item_id: spec.orderItemId,
    label: spec.label,
    billing_status: 'pending',
    delivery_status: 'none',
    currency: spec.currency,
    cycle: spec.cycle,
    quantity: spec.quantity,
    amount_minor: spec.amountMinor,
    recurring_minor: spec.recurringMinor,
    tax_class: spec.taxClass,
    zone: spec.zone,
    period_index: spec.periodIndex,
    delivery_on: spec.deliveryOn,
    module_settings: JSON.stringify(spec.moduleSettings),
    created_at: now,
    updated_at: now,
  }
}

let keys = 0

/** A shop that sells game servers, a client with its user, and the makings of an order. */
export async function makeShop(
  means: Means,
  columns: { stock?: number; delivery_on?: 'acceptance' | 'payment' } = {},
) {
  const { brand, groupId } = await makeGroup(means)
  const game = await makeGameServer(means, groupId, columns)
  const client = await makeClient(means, { brand_id: brand.id })
  const buyer = clientActor(client.id, { id: means.newId('usr') })
  const wish = { product_id: game.productId, cycle: '1m', options: { memory: 8 } }
  const order = (more: object = {}) => ({
    brand_id: brand.id,
    client_id: client.id,
    once_key: `once-key-${++keys}`,
    items: [wish],
    currency: 'EUR',
    terms: { version: '1', accepted: true },
    ...more,
  })
  return { brand, groupId, game, client, buyer, wish, order, deps: orderDeps(means) }
}
