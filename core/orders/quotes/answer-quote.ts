import { Type, type Static } from '../../../sdk/index.ts'
import { forUpdate, sql, type Trx } from '../../db/index.ts'
import { assert, NotFound, type Actor } from '../../kernel/index.ts'
import { applyTransition, defineVerb, findRow } from '../../records/index.ts'
import { demandTerms, TermsWish } from '../demand-terms.ts'
import { CurrencyFixed, QuoteExpired } from '../errors.ts'
import type { OrderDeps } from '../ports.ts'
import { settleOrder, type ClientFacts, type PlacedOrder } from '../settle-order.ts'
import { shopFacts } from '../view-cart.ts'
import { thawQuote } from './freeze-quote.ts'
import { quoteSums } from './price-quote.ts'
import { quoteLifecycle } from './quote-lifecycle.ts'
import { newestVersion, opens, type QuoteRow } from './quote.ts'

const Answered = {
  brand_id: Type.String({ maxLength: 64 }),
  quote_id: Type.String({ maxLength: 64 }),
  /** From the link of the mail; whoever is signed in as the client needs none. */
  key: Type.Optional(Type.String({ maxLength: 100 })),
  /** Number of the version that was shown: another one is not agreed to unseen. */
  version_number: Type.Integer({ minimum: 1 }),
}

export const AcceptQuote = Type.Object(
  {
    ...Answered,
    /** Who agrees, as they sign. */
    name: Type.String({ minLength: 2, maxLength: 200 }),
    terms: TermsWish,
    agent: Type.Optional(Type.String({ maxLength: 500 })),
  },
  { additionalProperties: false },
)

export interface AcceptedQuote {
  order_id: string
  invoice_id: string
  /** Null when the quote had been accepted before: its key was shown then. */
  access_key: string | null
}

/**
 * Agrees to a quote: an order and an invoice at the prices quoted exist with it, or nothing does. Sent twice, by the same
 * person or by two, it is accepted once; the second answer names the order of the first.
 */
export const acceptQuote = defineVerb(
  {
    permission: 'quote.accept',
    asks: ['quote.accept:check'],
    audience: ['guest', 'client', 'staff'],
    input: AcceptQuote,
  },
  (deps: OrderDeps, input, actor): Promise<AcceptedQuote> =>
    deps.means.db.transaction(async (trx) => {
      const row = await openQuote(trx, input, { actor, right: 'quote.accept' })
      if (row.status === 'accepted') return acceptedBefore(trx, row)
      return accept(deps, trx, { row, input }, actor)
    }),
)

/** Says no, and why. */
export const declineQuote = defineVerb(
  {
    permission: 'quote.decline',
    asks: ['quote.decline:check'],
    audience: ['guest', 'client', 'staff'],
    input: Type.Object(
      { ...Answered, reason: Type.String({ minLength: 1, maxLength: 1_000 }) },
      { additionalProperties: false },
    ),
  },
  ({ means }: OrderDeps, input, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const row = await openQuote(trx, input, { actor, right: 'quote.decline' })
      const answer = JSON.stringify({ reason: input.reason, address: actor.address ?? '' })
      const set = { answered_at: means.business.now(), answered_by: actor.id, answer }
      const change = { set, reason: input.reason, body: { number: row.number, reason: input.reason } }
      await applyTransition(means, trx, { lifecycle: quoteLifecycle, row, name: 'decline', actor, change })
    }),
)

/** The quote for whoever may answer it, held against others who answer at the same moment. */
async function openQuote(
  trx: Trx,
  { brand_id, quote_id, key }: { brand_id: string; quote_id: string; key?: string },
  { actor, right }: { actor: Actor; right: string },
): Promise<QuoteRow> {
  const locked = await trx.get<QuoteRow>(
    sql`select * from quotes where id = ${quote_id} and brand_id = ${brand_id} ${forUpdate(trx.dialect)}`,
  )
  if (locked && key !== undefined && opens(locked, key)) return locked
  if (!locked || actor.kind === 'guest') throw NotFound({ what: 'quote', id: quote_id })
  await findRow(trx, actor, { table: 'quotes', what: 'quote', id: quote_id, scope: { right } })
  return locked
}

async function acceptedBefore(trx: Trx, row: QuoteRow): Promise<AcceptedQuote> {
  const order = await trx.get<{ id: string; invoice_id: string }>(
    sql`select id, invoice_id from orders where id = ${row.order_id}`,
  )
  assert(order, `the accepted quote ${row.id} has an order`)
  return { order_id: order.id, invoice_id: order.invoice_id, access_key: null }
}

interface Accepting {
  row: QuoteRow
  input: Static<typeof AcceptQuote>
}

async function accept(
  deps: OrderDeps,
  trx: Trx,
  { row, input }: Accepting,
  actor: Actor,
): Promise<AcceptedQuote> {
  const { means } = deps
  await demandTerms(trx, { brandId: row.brand_id, terms: input.terms }, actor)
  const shop = await shopFacts(means, trx, row.brand_id)
  const version = await newestVersion(trx, row.id)
  if (version.sent_at === null || version.number !== input.version_number || version.expires_on < shop.today)
    throw QuoteExpired({ number: row.number ?? row.id })
  const order = await orderOf(deps, trx, { row, input, priced: version.priced, shop }, actor)
  const now = means.business.now()
  const answer = {
    name: input.name,
    terms: input.terms.version,
    address: actor.address ?? '',
    agent: input.agent,
  }
  const set = { order_id: order.id, answered_at: now, answered_by: actor.id, answer: JSON.stringify(answer) }
  const change = { set, body: { number: row.number, order_id: order.id, invoice_id: order.invoice_id } }
  await applyTransition(means, trx, { lifecycle: quoteLifecycle, row, name: 'accept', actor, change })
  return { order_id: order.id, invoice_id: order.invoice_id, access_key: order.access_key }
}

async function orderOf(
  deps: OrderDeps,
  trx: Trx,
  of: Accepting & {
    priced: string
    shop: { zone: string; today: Parameters<typeof settleOrder>[2]['shop']['today'] }
  },
  actor: Actor,
): Promise<PlacedOrder> {
  const { row, input, shop } = of
  const client = await trx.get<ClientFacts>(
    sql`select id, brand_id, currency, currency_fixed from clients where id = ${row.client_id}`,
  )
  assert(client, `client ${row.client_id} exists`)
  if (client.currency_fixed === 1 && client.currency !== row.currency)
    throw CurrencyFixed({ currency: client.currency })
  const { items, ...agreed } = await thawQuote(trx, row.brand_id, of.priced)
  const priced = { items, first: quoteSums({ items, freeLines: agreed.freeLines }), coupons: [] }
  const words = {
    ...{ brand_id: row.brand_id, client_id: row.client_id, terms: input.terms },
    evidence: { quote: row.number, name: input.name, address: actor.address ?? '' },
    ...(input.agent === undefined ? {} : { agent: input.agent }),
  }
  const basket = { cart: null, currency: row.currency }
  return settleOrder(deps, trx, { input: words, client, basket, priced, ...agreed, shop }, actor)
}
