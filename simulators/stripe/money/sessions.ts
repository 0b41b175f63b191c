import { DEBITS, debitsIn } from '../debits.ts'
import { mergeMetadata } from '../inbound/metadata.ts'
import { refuse } from '../refusals.ts'
import type { CheckoutSession, LineItem, Metadata, PaymentIntent } from '../shapes.ts'
import type { SessionPlan, World } from '../world.ts'
import { find } from '../world.ts'
import { checkAmount } from './amounts.ts'
import { makeSetup } from './setups.ts'

const HALF_AN_HOUR = 30 * 60
const A_DAY = 24 * 3600

export interface LineOrder {
  price_data: { currency: string; product_data: { name: string }; unit_amount: number }
  quantity?: number | undefined
}

export interface NewSession {
  mode: 'payment' | 'setup'
  cancel_url?: string | undefined
  allowed_payment_method_types?: string[] | undefined
  client_reference_id?: string | undefined
  currency?: string | undefined
  customer?: string | undefined
  customer_email?: string | undefined
  excluded_payment_method_types?: string[] | undefined
  expires_at?: number | undefined
  line_items?: LineOrder[] | undefined
  locale?: string | undefined
  metadata?: Metadata | null | undefined
  payment_intent_data?: PaymentData | undefined
  return_url?: string | undefined
  setup_intent_data?: { description?: string | undefined; metadata?: Metadata | null | undefined } | undefined
  success_url?: string | undefined
  ui_mode?: string | undefined
}

interface PaymentData {
  capture_method?: PaymentIntent['capture_method'] | undefined
  description?: string | undefined
  metadata?: Metadata | null | undefined
  receipt_email?: string | undefined
  setup_future_usage?: 'off_session' | 'on_session' | undefined
  statement_descriptor?: string | undefined
  statement_descriptor_suffix?: string | undefined
}

export function makeSession(world: World, order: NewSession): CheckoutSession {
  checkAddresses(order)
  checkMode(order)
  if (order.customer !== undefined && order.customer_email !== undefined) {
    throw refuse('customer_exclusive', { param: 'customer_email' })
  }
  const customer =
    order.customer === undefined ? null : find(world, 'customers', order.customer, 'customer').id
  const expiresAt = checkExpiry(world, order.expires_at)
  const plan = planOf(world, order)
  const first = plan.lines[0]
  const total = first ? plan.lines.reduce((sum, line) => sum + line.amount_total, 0) : null
  if (first && total !== null) checkAmount(total, first.currency, 'line_items')
  const types = typesOf(order, first?.currency ?? order.currency)
  const id = world.nextId('cs_test')
  const hosted = (order.ui_mode ?? 'hosted_page') === 'hosted_page'
  const session: CheckoutSession = {
    id,
    object: 'checkout.session',
    amount_subtotal: total,
    amount_total: total,
    cancel_url: order.cancel_url ?? null,
    client_reference_id: order.client_reference_id ?? null,
    client_secret: null,
    created: world.now(),
    currency: first?.currency ?? order.currency ?? null,
    customer,
    customer_details: null,
    customer_email: order.customer_email ?? null,
    expires_at: expiresAt,
    livemode: false,
    locale: order.locale ?? null,
    metadata: mergeMetadata({}, order.metadata),
    mode: order.mode,
    payment_intent: null,
    payment_method_types: types,
    payment_status: order.mode === 'setup' ? 'no_payment_required' : 'unpaid',
    return_url: order.return_url ?? null,
    setup_intent:
      order.mode === 'setup'
        ? makeSetup(world, { customer, payment_method_types: types, ...order.setup_intent_data }).id
        : null,
    status: 'open',
    subscription: null,
    success_url: order.success_url ?? null,
    ui_mode: order.ui_mode ?? 'hosted_page',
    url: hosted ? `${world.url}/pay/${id}` : null,
  }
  world.sessions.set(id, session)
  world.sessionPlans.set(id, plan)
  return session
}

/** What the page offers: cards, and the debits of the currency. Money cannot be reserved by debit. */
function typesOf(order: NewSession, currency: string | undefined): string[] {
  const { allowed_payment_method_types: allowed, excluded_payment_method_types: excluded } = order
  if (allowed !== undefined && excluded !== undefined)
    throw refuse('types_exclusive', { param: 'excluded_payment_method_types' })
  if (order.mode === 'setup' && currency === undefined && allowed === undefined)
    throw refuse('parameter_missing', { param: 'currency' })
  const known = ['card', ...Object.keys(DEBITS)]
  const odd = [...(allowed ?? []), ...(excluded ?? [])].find((type) => !known.includes(type))
  if (odd !== undefined)
    throw refuse('choice_invalid', { param: 'payment_method_types', value: odd, choices: known.join(', ') })
  const isReserved = order.payment_intent_data?.capture_method === 'manual'
  const fit = ['card', ...(currency === undefined || isReserved ? [] : debitsIn(currency))]
  const left = fit.filter((type) => allowed?.includes(type) ?? !excluded?.includes(type))
  if (left.length === 0) throw refuse('types_none', { currency: currency ?? '' })
  return left
}

export function expireSession(world: World, session: CheckoutSession): void {
  session.status = 'expired'
  session.url = null
  world.emit('checkout.session.expired', session)
}

/** Expires what the clock has passed. */
export function expireSessions(world: World): void {
  for (const session of world.sessions.values()) {
    if (session.status === 'open' && session.expires_at <= world.now()) expireSession(world, session)
  }
}

function checkAddresses(order: NewSession): void {
  const mode = order.ui_mode ?? 'hosted_page'
  if (mode === 'embedded_page' || mode === 'elements') {
    if (order.success_url !== undefined) throw refuse('success_url_unhosted', { mode, param: 'success_url' })
    if (order.return_url === undefined) throw refuse('parameter_missing', { param: 'return_url' })
    return
  }
  if (order.success_url === undefined) throw refuse('parameter_missing', { param: 'success_url' })
}

function checkMode(order: NewSession): void {
  const { mode } = order
  const foreign =
    mode === 'setup' ? (['line_items', 'payment_intent_data'] as const) : (['setup_intent_data'] as const)
  for (const param of foreign) {
    if (order[param] !== undefined) throw refuse('mode_mismatch', { param, mode })
  }
  if (mode === 'payment' && !order.line_items?.length)
    throw refuse('parameter_missing', { param: 'line_items' })
}

function checkExpiry(world: World, asked: number | undefined): number {
  const at = asked ?? world.now() + A_DAY
  if (at < world.now() + HALF_AN_HOUR || at > world.now() + A_DAY) {
    throw refuse('expires_at_range', { param: 'expires_at' })
  }
  return at
}

function planOf(world: World, order: NewSession): SessionPlan {
  const data = order.payment_intent_data
  return {
    lines: (order.line_items ?? []).map((line, index, all) => lineOf(world, { line, index, all })),
    intent: {
      metadata: mergeMetadata({}, data?.metadata),
      description: data?.description ?? null,
      setup_future_usage: data?.setup_future_usage ?? null,
      capture_method: data?.capture_method ?? 'automatic_async',
      receipt_email: data?.receipt_email ?? null,
      statement_descriptor: data?.statement_descriptor ?? null,
      statement_descriptor_suffix: data?.statement_descriptor_suffix ?? null,
    },
  }
}

function lineOf(
  world: World,
  { line, index, all }: { line: LineOrder; index: number; all: LineOrder[] },
): LineItem {
  const { currency, product_data: product, unit_amount: unit } = line.price_data
  if (currency !== all[0]?.price_data.currency) {
    throw refuse('currencies_mixed', { param: `line_items[${index}][price_data][currency]` })
  }
  const quantity = line.quantity ?? 1
  return {
    id: world.nextId('li'),
    object: 'item',
    amount_discount: 0,
    amount_subtotal: unit * quantity,
    amount_tax: 0,
    amount_total: unit * quantity,
    currency,
    description: product.name,
    quantity,
  }
}
