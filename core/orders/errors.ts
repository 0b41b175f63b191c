import type { CouponProblem } from '../catalog/index.ts'
import { defineError } from '../kernel/index.ts'

export const CartEmpty = defineError('cart.empty', 422, () => 'There is nothing in the cart to order.')
export const CartFull = defineError(
  'cart.full',
  422,
  (p: { most: number }) => `A cart holds at most ${p.most} items. Order these first.`,
)
/** The problem names the limit that the coupon meets: "uses_max", "minimum", "buyers" … */
export const CouponRefused = defineError('coupon.refused', 422, (p: CouponProblem) => p.reason)
export const OutOfStock = defineError(
  'order.out_of_stock',
  409,
  (p: { product: string }) =>
    `"${p.product}" is sold out, or fewer are left than were asked for. Nothing was ordered.`,
)
export const PricesChanged = defineError(
  'order.prices_changed',
  409,
  (p: { changes: readonly { item: string; seen_minor: string; now_minor: string }[] }) =>
    `${p.changes.length} prices have changed since they were shown. Look at the cart and accept them first.`,
)
export const CurrencyFixed = defineError(
  'order.currency_fixed',
  409,
  (p: { currency: string }) =>
    `This account is billed in ${p.currency}. Switch the cart to ${p.currency} to order.`,
)
export const KeyReused = defineError(
  'order.key_reused',
  409,
  (p: { key: string }) => `The once-only key "${p.key}" was used for a different order. Take a new one.`,
)
export const QuoteNotADraft = defineError(
  'quote.not_a_draft',
  409,
  (p: { id: string; status: string }) => `The quote ${p.id} is ${p.status}. Revise it first.`,
)
export const QuoteExpired = defineError(
  'quote.expired',
  409,
  (p: { number: string }) =>
    `The quote ${p.number} is over, or there is a newer version of it. Look at it again.`,
)
export const OrderPaid = defineError(
  'order.paid',
  409,
  (p: { id: string }) => `The order ${p.id} is paid. Choose a refund to go on.`,
)
export const TermsChanged = defineError(
  'order.terms_changed',
  409,
  (p: { named: string; current: string }) =>
    `The terms of this shop have the version "${p.current}" now, not "${p.named}". Read and accept those.`,
)
export const TrialUsed = defineError(
  'order.trial_used',
  409,
  (p: { product: string }) =>
    `The trial of "${p.product}" was used before. It is there once for each client; order it without the trial.`,
)

export const OrderHasNote = defineError(
  'order.has_note',
  409,
  (p: { number: string }) => `The order ${p.number} has a note already. Only staff write over it.`,
)
