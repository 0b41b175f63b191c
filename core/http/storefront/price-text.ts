import { fromPrice, perMonth, type FromPrice, type Product } from '../../catalog/index.ts'
import { formatMoney } from '../../i18n/index.ts'
import { cycleParts, type Cycle, type IsoDate } from '../../kernel/index.ts'
import { money } from '../../../sdk/index.ts'
import type { Ctx, State } from '../context.ts'
import { requireBrand } from '../page/index.ts'

/** In which currency and on which day the visitor sees prices. */
export interface PriceView {
  currency: string
  day: IsoDate
}

/** All that a text about prices needs of its reader. */
export interface Teller {
  state: Pick<State, 't' | 'locale' | 'brand'>
}

export function priceView(ctx: Ctx): PriceView {
  const { deps, currency } = ctx.state
  return { currency, day: deps.business.today(requireBrand(ctx).zone) }
}

export const moneyText = (ctx: Teller, minor: bigint, code: string): string =>
  formatMoney(money(minor, code), ctx.state.locale)

/** "Monthly", "Every 3 months", "Once". */
export function cycleName({ state: { t } }: Teller, cycle: Cycle): string {
  const parts = cycleParts(cycle)
  return parts ? t(`storefront.cycle.${parts.unit}`, { count: parts.count }) : t(`storefront.cycle.${cycle}`)
}

/** "a month", "every 3 months", "once". */
export function perCycle({ state: { t } }: Teller, cycle: Cycle): string {
  const parts = cycleParts(cycle)
  return parts ? t(`storefront.per.${parts.unit}`, { count: parts.count }) : t(`storefront.per.${cycle}`)
}

/** Months of a period; null when it is no whole number of them. */
export function monthsOf(cycle: Cycle): number | null {
  const parts = cycleParts(cycle)
  if (parts?.unit === 'month') return parts.count
  return parts?.unit === 'year' ? parts.count * 12 : null
}

/** "€3.25 a month" beside a price for a longer period; null where it would say the same again. */
export function monthlyText(
  ctx: Teller,
  minor: bigint,
  of: { cycle: Cycle; currency: string },
): string | null {
  const month = perMonth(minor, of.cycle)
  if (month === null || monthsOf(of.cycle) === 1) return null
  return ctx.state.t('storefront.price.monthly', { price: moneyText(ctx, month, of.currency) })
}

/** The least that a product costs when it is paid by this cycle; null when it is not sold so. */
export function fromPriceAt(product: Product, cycle: Cycle, view: PriceView): FromPrice | null {
  const prices = product.prices.filter((price) => price.cycle === cycle)
  return fromPrice({ ...product, prices }, view.currency, view.day)
}

/** "plus VAT" or "incl. VAT", as the shop shows its prices. */
export const taxNote = (ctx: Teller): string =>
  ctx.state.t(
    requireBrand(ctx).prices_include_tax === 1
      ? 'storefront.price.tax_included'
      : 'storefront.price.tax_added',
  )
