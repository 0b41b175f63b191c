import { defineError } from '../kernel/index.ts'

export const PageNotFound = defineError(
  'page.not_found',
  404,
  (p: { path: string }) => `There is no page "${p.path}".`,
)
export const BodyTooLarge = defineError(
  'request.too_large',
  413,
  (p: { limit: string }) => `At most ${p.limit} can be sent here.`,
)
export const BodyKind = defineError(
  'request.unsupported_type',
  415,
  (p: { type: string; expected: string }) => `"${p.type}" cannot be read here; send ${p.expected}.`,
)
export const BodyUnreadable = defineError(
  'request.unreadable',
  400,
  (p: { reason: string }) => `The request cannot be read: ${p.reason}.`,
)
export const ForeignForm = defineError(
  'request.foreign_form',
  403,
  () =>
    'This form did not come from our own page, or the page is too old. Load it again and send it once more.',
)
export const ShopNotOpen = defineError('shop.not_open', 503, () => 'The shop is not open yet.')
export const TaxUnknown = defineError(
  'checkout.tax_unknown',
  503,
  () => 'The tax cannot be worked out just now. Nothing was ordered or charged; try again in a minute.',
)
export const NoClientChosen = defineError(
  'client.none_chosen',
  403,
  () => 'Your account does not belong to a client yet. Place an order, or ask to be invited.',
)
