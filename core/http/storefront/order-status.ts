import { startPayment, type PaymentRow } from '../../billing/index.ts'
import { sql } from '../../db/index.ts'
import { NotSignedIn, type Instant } from '../../kernel/index.ts'
import { getOrder, getOrderByKey, type Order } from '../../orders/index.ts'
import type { Ctx, RouteCtx } from '../context.ts'
import { can, requireBrand } from '../page/index.ts'

export interface OrderedService {
  id: string
  order_item_id: string
  label: string
  billing_status: string
  delivery_status: string
  delivery_on: string
  failure: string | null
}

/** Everything that the status page is drawn from. */
export interface OrderStatus {
  order: Order
  /** A client of the order sees what it is about; whoever holds the key alone sees states. */
  inside: boolean
  invoice: { id: string; number: string | null; status: string; paid_at: Instant | null } | null
  /** The newest attempt to pay. */
  payment: PaymentRow | null
  services: OrderedService[]
  /** Whether a payment can be started now. */
  canPay: boolean
}

export async function readOrderStatus(ctx: RouteCtx): Promise<OrderStatus> {
  const { deps } = ctx.state
  const { order, inside } = await openOrder(ctx, ctx.params.order!)
  const invoice =
    (await deps.db.get<NonNullable<OrderStatus['invoice']>>(
      sql`select id, number, status, paid_at from invoices where id = ${order.invoice_id}`,
    )) ?? null
  const payment =
    (await deps.db.get<PaymentRow>(
      sql`select * from payments where invoice_id = ${order.invoice_id} order by id desc limit 1`,
    )) ?? null
  const services = await deps.db.all<OrderedService>(sql`
    select s.id, s.order_item_id, s.label, s.billing_status, s.delivery_status, s.delivery_on, d.failure
    from order_items i join services s on s.id = i.service_id
    left join deliveries d on d.service_id = s.id and d.status = 'failed' and s.delivery_status = 'creating'
    where i.order_id = ${order.id} order by i.position`)
  const isOpen = invoice?.status === 'issued' && ['placed', 'accepted'].includes(order.status)
  const isUnderWay = payment !== null && ['pending', 'authorised', 'unknown'].includes(payment.status)
  const canPay = inside && isOpen && !isUnderWay && can(ctx, startPayment)
  return { order, inside, invoice, payment, services: unique(services), canPay }
}

/** By the rights of whoever is signed in, else by the key of the address; neither leads to the sign-in page. */
async function openOrder(ctx: Ctx, orderId: string): Promise<{ order: Order; inside: boolean }> {
  const { deps, actor, client } = ctx.state
  const key = typeof ctx.query.key === 'string' ? ctx.query.key : null
  const own = client
    ? await getOrder(deps.db, actor, orderId).catch((error: unknown) => orKey(error, key))
    : null
  if (own) return { order: own, inside: true }
  if (key === null) throw NotSignedIn({})
  const access = { brandId: requireBrand(ctx).id, orderId, key }
  return { order: await getOrderByKey(deps.db, access), inside: false }
}

/** A key opens the page for everybody who holds it, whoever is signed in. */
function orKey(error: unknown, key: string | null): null {
  if (key === null) throw error
  return null
}

/** A service with several failed deliveries comes once. */
const unique = (services: OrderedService[]): OrderedService[] => [
  ...new Map(services.map((service) => [service.id, service])).values(),
]
