import { nameAmong, serviceTitle } from '../../catalog/index.ts'
import { formatRate } from '../../i18n/index.ts'
import { cycle } from '../../kernel/index.ts'
import { url } from '../../render/index.ts'
import {
  cartSuggestions,
  type CartItemView,
  type CartNotice,
  type CartSuggestion,
  type CartView,
} from '../../orders/index.ts'
import type { Ctx } from '../context.ts'
import { couponProblemText, reckonedLines } from './discount-text.ts'
import { productHref } from './plan-cards.ts'
import { cycleName, moneyText, perCycle, taxNote } from './price-text.ts'
import { renewalText, sumLines } from './product-summary.ts'
import { queryOf } from './selection.ts'

/** The cart as its page, and the part that every change answers, show it. */
export async function cartView(ctx: Ctx, cart: CartView, problem: { coupon?: string; code?: string } = {}) {
  const suggestions = await cartSuggestions(ctx.state.deps.db, cart)
  return {
    count: cart.items.length,
    items: cart.items.map((item) => itemView(ctx, cart, item)),
    notices: noticesOf(ctx, cart),
    changed: cart.notices.some(({ kind }) => kind === 'price_changed'),
    coupon: couponView(ctx, cart, problem),
    sums: sumsView(ctx, cart),
    suggestions: suggestions.map((one) => suggestionView(ctx, one)),
    orderable: cart.orderable,
    currency: cart.currency,
  }
}

function itemView(ctx: Ctx, cart: CartView, item: CartItemView) {
  const { wish, product } = item
  const name = itemTitle(ctx, item)
  const path = `/cart/items/${item.id}`
  const edit = product ? url(productHref(product), { ...queryOf(product, wish), item: item.id }) : null
  return {
    ...{ id: item.id, name, cycle: cycleName(ctx, cycle(wish.cycle)) },
    details: item.units[0]?.[0]?.selection.choices.map(({ label }) => label) ?? [],
    lines: sumLines(ctx, item, cart.currency),
    quantity: String(wish.quantity ?? 1),
    // As in the sum, where coupons and bundles are lines of their own.
    price: moneyText(ctx, item.first.subtotalMinor, cart.currency),
    then: renewalText(ctx, item, cart.currency),
    editHref: edit,
    quantityHref: `${path}/quantity`,
    removeHref: `${path}/remove`,
    errors: Object.values(item.errors).map((reason) =>
      ctx.state.t('storefront.cart.item_problem', { reason }),
    ),
  }
}

/** The plan, and the domain or host name that the buyer typed for it. */
export function itemTitle(ctx: Ctx, { product, units }: CartItemView): string {
  if (!product) return ctx.state.t('storefront.cart.gone')
  return serviceTitle(product.name, nameAmong(product.fields, units[0]?.[0]?.fields ?? []) ?? '')
}

function suggestionView(ctx: Ctx, { slug, name, summary, givenPpm }: CartSuggestion) {
  const { t, locale } = ctx.state
  const note =
    givenPpm === null
      ? null
      : givenPpm === FREE
        ? t('offers.cart.given_free')
        : t('offers.cart.given_less', { rate: formatRate(givenPpm, locale) })
  return { name, summary, note, href: productHref({ slug }) }
}

const FREE = 1_000_000

/** Nothing is changed silently: each difference is said with both sums. */
function noticesOf(ctx: Ctx, cart: CartView): string[] {
  const nameOf = (id: string) => cart.items.find((item) => item.id === id)?.product?.name ?? ''
  return cart.notices.map((notice) => noticeText(ctx, notice, { name: nameOf(notice.itemId), cart }))
}

function noticeText(ctx: Ctx, notice: CartNotice, of: { name: string; cart: CartView }): string {
  const { t } = ctx.state
  const { name, cart } = of
  switch (notice.kind) {
    case 'price_changed': {
      const before = moneyText(ctx, notice.seenMinor, cart.currency)
      return t('storefront.cart.price_changed', {
        name,
        before,
        now: moneyText(ctx, notice.nowMinor, cart.currency),
      })
    }
    case 'sold_out':
      return t('storefront.cart.sold_out', { name: notice.product, count: notice.left })
    case 'not_sold':
      return t('storefront.cart.not_sold', { name: name || t('storefront.cart.gone') })
  }
}

function couponView(ctx: Ctx, cart: CartView, problem: { coupon?: string; code?: string }) {
  const said = cart.couponProblem ? couponProblemText(ctx.state.t, cart.couponProblem) : null
  return { codes: cart.couponCodes, entered: problem.code ?? '', error: problem.coupon ?? said }
}

/** Fees of plugins are lines of their own below the products. */
const feesOf = ({ added }: CartView): bigint =>
  added.reduce((sum, { kind, amountMinor }) => (kind === 'fee' ? sum + amountMinor : sum), 0n)

function sumsView(ctx: Ctx, cart: CartView) {
  const { t } = ctx.state
  const text = (minor: bigint) => moneyText(ctx, minor, cart.currency)
  const { subtotalMinor, totalMinor } = cart.first
  return {
    lines: [
      { label: t('storefront.cart.subtotal'), value: text(subtotalMinor - feesOf(cart)) },
      ...reckonedLines(ctx, cart),
    ],
    total: text(totalMinor),
    note: cart.addedFailed ? t('storefront.cart.added_failed') : null,
    tax: taxNote(ctx),
    renewals: cart.renewals.map(({ cycle: of, sums }) =>
      t('storefront.summary.then', { price: text(sums.totalMinor), per: perCycle(ctx, cycle(of)) }),
    ),
  }
}
