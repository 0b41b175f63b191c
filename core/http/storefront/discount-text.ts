import type { CouponProblem } from '../../catalog/index.ts'
import type { Translate } from '../../i18n/index.ts'
import type { CartView } from '../../orders/index.ts'
import { moneyText, type Teller } from './price-text.ts'

/** Why a coupon does not count, in the reader's words. */
export const couponProblemText = (t: Translate, { field, code, value }: CouponProblem): string =>
  t('offers.coupon_problem', { field, code, value })

/** "Coupon SUMMER"; a bundle or gift goes by its name. */
export const discountLabel = (ctx: Teller, { why, label }: { why: string; label: string }): string =>
  why === 'coupon' ? ctx.state.t('storefront.cart.discount', { code: label }) : label

/** What is taken off the cart, and what plugins add to it or take off. */
export const reckonedLines = (ctx: Teller, { discounts, added, currency }: CartView) => [
  ...discounts.map((discount) => ({
    label: discountLabel(ctx, discount),
    value: moneyText(ctx, -discount.minor, currency),
  })),
  ...added.map(({ description, amountMinor }) => ({
    label: description,
    value: moneyText(ctx, amountMinor, currency),
  })),
]
