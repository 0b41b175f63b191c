import { pricesOn, soldOut } from '../../catalog/index.ts'
import { formatDate } from '../../i18n/index.ts'
import { addDays, cycle, invalidInput, recurs } from '../../kernel/index.ts'
import type { PricedItem } from '../../orders/index.ts'
import type { Configured } from './configure.ts'
import { discountLabel } from './discount-text.ts'
import { moneyText, perCycle, taxNote, type Teller } from './price-text.ts'

/** One line of what is due now. */
export interface SumLine {
  label: string
  value: string
}

/** The price of what was chosen, line by line; everything that the part `_summary` shows. */
export function summaryView(ctx: Teller, configured: Configured) {
  const { t } = ctx.state
  const { product, priced, view, coupon } = configured
  const isSold = pricesOn(product, view.currency, view.day).length > 0
  const reason = isSold
    ? soldOut(product)
      ? t('storefront.stock.none')
      : null
    : t('storefront.product.not_sold', { currency: view.currency })
  return {
    lines: sumLines(ctx, priced, view.currency),
    quantity: priced.units.length > 1 ? t('storefront.summary.times', { count: priced.units.length }) : null,
    total: isSold ? moneyText(ctx, priced.first.totalMinor, view.currency) : '–',
    then: renewalText(ctx, priced, view.currency),
    tax: taxNote(ctx),
    problems: isSold
      ? priceProblems(configured).map((why) => t('storefront.summary.problem', { reason: why }))
      : [],
    coupon: coupon.problem,
    /** Why it cannot be put into the cart. */
    refused: reason,
  }
}

/** What the price cannot be worked out for; errors of single fields stand at the fields. */
function priceProblems({ errors }: Configured): string[] {
  return Object.entries(errors).flatMap(([name, reason]) => (/^[of]\./.test(name) ? [] : [reason]))
}

/** Lines of one unit: the product, options, setup, add-ons, discount. */
export function sumLines(ctx: Teller, item: PricedItem, currency: string): SumLine[] {
  const lines = (item.units[0] ?? []).flatMap((part) => part.selection.lines)
  return lines
    .filter((line) => line.amountMinor !== 0n || line.kind === 'recurring')
    .map((line) => {
      const label =
        line.kind === 'discount'
          ? discountLabel(ctx, { why: String(line.trace.why), label: line.label })
          : line.kind === 'setup'
            ? ctx.state.t('storefront.summary.setup', { what: line.label })
            : line.period
              ? ctx.state.t('storefront.summary.piece', {
                  what: line.label,
                  from: formatDate(line.period.startsOn, ctx.state.locale),
                  to: formatDate(addDays(line.period.endsOn, -1), ctx.state.locale),
                })
              : line.label
      return { label, value: moneyText(ctx, line.amountMinor, currency) }
    })
}

/** "Then €12.00 a month"; null when nothing follows. */
export function renewalText(ctx: Teller, item: PricedItem, currency: string): string | null {
  const of = cycle(item.wish.cycle)
  if (!item.renewal || !recurs(of)) return null
  const price = moneyText(ctx, item.renewal.totalMinor, currency)
  return ctx.state.t('storefront.summary.then', { price, per: perCycle(ctx, of) })
}

/** Refuses what cannot be put into the cart, field by field, in the names of the form. */
export function requireOrderable({ errors, outdated, coupon, product }: Configured): void {
  const all: Record<string, string> = {
    ...outdated,
    ...errors,
    ...(coupon.problem ? { coupon: coupon.problem } : {}),
  }
  if (soldOut(product)) all.qty = 'is sold out'
  if (Object.keys(all).length > 0) throw invalidInput(all)
}
