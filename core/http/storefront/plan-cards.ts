import { fromPrice, pricesOn, soldOut, type FromPrice, type Product } from '../../catalog/index.ts'
import { formatRate } from '../../i18n/index.ts'
import { recurs, type Cycle } from '../../kernel/index.ts'
import { url } from '../../render/index.ts'
import type { Ctx } from '../context.ts'
import {
  cycleName,
  fromPriceAt,
  moneyText,
  monthlyText,
  perCycle,
  taxNote,
  type PriceView,
  type Teller,
} from './price-text.ts'

/** A plan as the component `plans` shows it. */
export interface PlanCard {
  name: string
  text: string
  price: string
  per: string
  note: string
  mark?: string
  featured: boolean
  features: readonly string[]
  stock?: string
  action: { label: string; href: string; disabled?: boolean; reason?: string }
}

/** Below this many units a card says how many are left. */
const FEW_LEFT = 5

export function planCard(ctx: Ctx, product: Product, view: PriceView & { cycle?: Cycle | null }): PlanCard {
  const { t } = ctx.state
  const wanted = view.cycle ? fromPriceAt(product, view.cycle, view) : null
  const from = wanted ?? fromPrice(product, view.currency, view.day)
  const cycle = wanted ? view.cycle! : null
  return {
    ...{ name: product.name, text: product.summary ?? '', features: product.features },
    ...priceOf(ctx, from, view),
    featured: product.featured,
    ...(product.featured ? { mark: t('storefront.plan.featured') } : {}),
    ...stockOf(ctx, product),
    action: {
      label: t(from ? 'storefront.plan.choose' : 'storefront.plan.look', { name: product.name }),
      href: url(productHref(product), { cycle }),
    },
  }
}

export const productHref = (product: { slug: string }): string => `/products/${product.slug}`

function priceOf(ctx: Ctx, from: FromPrice | null, { currency }: PriceView) {
  if (!from) return { price: '–', per: ctx.state.t('storefront.price.not_sold', { currency }), note: '' }
  const setup = ctx.state.t('storefront.price.setup', { price: moneyText(ctx, from.setupMinor, currency) })
  const notes = [
    monthlyText(ctx, from.amountMinor, { cycle: from.cycle, currency }),
    from.setupMinor > 0n ? setup : null,
    taxNote(ctx),
  ]
  return {
    price: moneyText(ctx, from.amountMinor, currency),
    per: perCycle(ctx, from.cycle),
    note: notes.filter((note) => note !== null).join(' · '),
  }
}

function stockOf({ state: { t } }: Ctx, product: Product): { stock?: string } {
  if (soldOut(product)) return { stock: t('storefront.stock.none') }
  if (product.stock === null || product.stock > FEW_LEFT) return {}
  return { stock: t('storefront.stock.left', { count: product.stock }) }
}

/** "from €3.90 a month", the least of several products; null when none is sold in the currency. */
export function fromText(ctx: Ctx, products: readonly Product[], view: PriceView): string | null {
  const offers = products.flatMap((product) => fromPrice(product, view.currency, view.day) ?? [])
  const cost = (offer: FromPrice) => offer.perMonthMinor ?? offer.amountMinor
  const [least] = offers.sort((a, b) => (cost(a) < cost(b) ? -1 : 1))
  if (!least) return null
  const [minor, per] =
    least.perMonthMinor === null
      ? [least.amountMinor, perCycle(ctx, least.cycle)]
      : [least.perMonthMinor, ctx.state.t('storefront.per.month', { count: 1 })]
  return ctx.state.t('storefront.price.from', { price: moneyText(ctx, minor, view.currency), per })
}

/** Cycles by which at least one of the products is sold, shortest first. */
export function cyclesOf(products: readonly Product[], view: PriceView): Cycle[] {
  if (products.length === 0) return []
  const prices = products.flatMap((product) => product.prices)
  const all = pricesOn({ ...products[0]!, prices }, view.currency, view.day)
  return all.map((price) => price.cycle).filter(recurs)
}

export interface CycleChoice {
  label: string
  href: string
  active: boolean
  saving?: string
}

/** The switch between cycles, each with what it saves against the shortest one. */
export function cycleChoices(
  ctx: Ctx,
  products: readonly Product[],
  { cycle: active, ...view }: PriceView & { cycle: Cycle | null },
): CycleChoice[] {
  const cycles = cyclesOf(products, view)
  return cycles.map((cycle) => {
    const saving = savingText(ctx, products, { ...view, cycle, against: cycles[0]! })
    return {
      label: cycleName(ctx, cycle),
      href: url(ctx.path, { cycle }),
      active: cycle === active,
      ...(saving ? { saving } : {}),
    }
  })
}

interface SavingView extends PriceView {
  cycle: Cycle
  against: Cycle
}

/** "save 16 %", or "save up to 20 %" when the products differ; null when nothing is saved. */
export function savingText(ctx: Teller, products: readonly Product[], view: SavingView): string | null {
  const rates = products.flatMap((product) => savedPpm(product, view) ?? [])
  const best = Math.max(0, ...rates)
  if (best < PERCENT) return null
  const rate = formatRate(Math.floor(best / PERCENT) * PERCENT, ctx.state.locale)
  const same = rates.every((other) => best - other < PERCENT)
  return ctx.state.t(same ? 'storefront.saving.same' : 'storefront.saving.up_to', { rate })
}

const PERCENT = 10_000

function savedPpm(product: Product, { cycle, against, ...view }: SavingView): number | null {
  const long = fromPriceAt(product, cycle, view)?.perMonthMinor
  const short = fromPriceAt(product, against, view)?.perMonthMinor
  if (long == null || short == null || short === 0n) return null
  return Number(((short - long) * 1_000_000n) / short)
}
