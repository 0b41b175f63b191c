import { trialEnds, type Product } from '../../../catalog/index.ts'
import { toDecimal } from '../../../../sdk/index.ts'
import type { FormBody } from '../../context.ts'
import type { Block, Field } from '../blocks.ts'
import { filled, formParts, textOf, type Asked, type Desk } from '../desk.ts'

/** How long a product is charged, and how it may be tried. */
export function termsForm(
  desk: Desk,
  asked: Asked,
  { product, currencies }: { product: Product; currencies: readonly string[] },
): Block {
  const { t } = desk
  const { trial } = product
  return {
    kind: 'form',
    id: `product-${product.id}-terms`,
    title: t('prices.terms.title'),
    text: t('prices.terms.text'),
    action: `/admin/catalog/products/${product.id}/terms`,
    fields: [
      {
        ...filled(asked, 'periods_max', product.periodsMax),
        kind: 'number',
        min: 1,
        required: false,
        label: t('prices.terms.periods'),
        hint: t('prices.terms.periods_hint'),
      },
      {
        ...filled(asked, 'trial_days', trial?.days),
        kind: 'number',
        min: 1,
        required: false,
        label: t('prices.terms.trial_days'),
        hint: t('prices.terms.trial_hint'),
      },
      {
        ...filled(asked, 'trial_then', trial?.then ?? 'convert'),
        kind: 'select',
        label: t('prices.terms.then'),
        options: trialEnds.map((value) => ({ value, label: t(`prices.terms.then_of.${value}`) })),
      },
      ...currencies.map((currency) => priceField(desk, asked, { product, currency })),
    ],
    submit: { label: t('admin.save') },
    ...formParts(desk, asked, product.version),
  }
}

function priceField(
  { t }: Desk,
  asked: Asked,
  { product, currency }: { product: Product; currency: string },
): Field {
  const stored = product.trial?.prices[currency]
  const error = asked.refused?.fields.trial_prices
  return {
    kind: 'money',
    name: `trial_prices[${currency}]`,
    label: t('prices.terms.price', { currency }),
    currency,
    required: false,
    value: asked.refused
      ? textOf((asked.refused.values.trial_prices ?? {}) as FormBody, currency)
      : stored === undefined
        ? ''
        : toDecimal({ minor: stored, currency }),
    ...(error?.includes(currency) ? { error } : {}),
  }
}
