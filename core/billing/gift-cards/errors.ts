import { defineError } from '../../kernel/index.ts'

export const GiftCardUnknown = defineError(
  'gift_card.unknown',
  422,
  () => 'There is no gift card with this code, or nothing is left on it.',
)
export const GiftCardSpent = defineError(
  'gift_card.spent',
  409,
  (p: { end: string }) => `Nothing is left on the gift card that ends with ${p.end}.`,
)
export const GiftCardTooSmall = defineError(
  'gift_card.too_small',
  409,
  (p: { field: 'amount_minor'; left: string }) =>
    `The gift card holds ${p.left}; less can be taken, not more.`,
)
export const GiftCardCurrency = defineError(
  'gift_card.wrong_currency',
  422,
  (p: { field: 'currency'; currency: string; expected: string }) =>
    `The gift card is in ${p.currency}, this account is billed in ${p.expected}.`,
)
export const GiftCardWasBought = defineError(
  'gift_card.was_bought',
  409,
  (p: { invoice: string }) =>
    `The gift card was bought with invoice ${p.invoice}. Credit its line; the card ends with it.`,
)
