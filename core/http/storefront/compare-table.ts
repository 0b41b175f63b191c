import { type Product } from '../../catalog/index.ts'
import { type Cycle } from '../../kernel/index.ts'
import type { Ctx } from '../context.ts'
import { cyclesOf, planCard } from './plan-cards.ts'
import { cycleName, fromPriceAt, moneyText, type PriceView } from './price-text.ts'

/** What the component `compare` shows. */
export interface CompareTable {
  caption: string
  plans: { name: string; price: string; action: object }[]
  rows: { label: string; values: (string | boolean)[]; different: boolean }[]
}

type Row = { label: string; values: (string | boolean)[] }

/** Products side by side: their prices by cycle and their features, "10 sites" beside "1 site" in one row. */
export function compareTable(
  ctx: Ctx,
  products: readonly Product[],
  view: PriceView & { cycle?: Cycle | null },
): CompareTable | null {
  if (products.length < 2) return null
  const rows = [...priceRows(ctx, products, view), ...featureRows(products)]
  const plans = products.map((product) => {
    const { name, price, per, action } = planCard(ctx, product, view)
    return {
      name,
      price: `${price} ${per}`,
      action: { ...action, label: ctx.state.t('storefront.plan.order') },
    }
  })
  return {
    caption: ctx.state.t('storefront.compare.title'),
    plans,
    rows: rows.map((row) => ({ ...row, different: new Set(row.values).size > 1 })),
  }
}

function priceRows(ctx: Ctx, products: readonly Product[], view: PriceView): Row[] {
  return cyclesOf(products, view).map((cycle) => ({
    label: cycleName(ctx, cycle),
    values: products.map((product) => {
      const price = fromPriceAt(product, cycle, view)
      return price ? moneyText(ctx, price.amountMinor, view.currency) : false
    }),
  }))
}

interface Feature {
  key: string
  label: string
  value: string | true
}

function featureRows(products: readonly Product[]): Row[] {
  const features = products.map((product) => product.features.map(readFeature))
  const keys = [...new Set(features.flat().map(({ key }) => key))]
  return keys.map((key) => ({
    label: features.flat().findLast((feature) => feature.key === key)!.label,
    values: features.map((own) => own.find((feature) => feature.key === key)?.value ?? false),
  }))
}

/** "10 GB of storage" → Storage: 10 GB. What does not begin with a number is there or not. */
function readFeature(text: string): Feature {
  const match = /^(\d[\d.,]*(?: ?[kMGT]?B(?:it\/s)?)?)\s+(?:of |an |de )?(\p{L}[\p{L} -]*)$/u.exec(text)
  if (!match) return { key: text.toLowerCase(), label: text, value: true }
  const [, value, name] = match
  const label = name!.slice(0, 1).toUpperCase() + name!.slice(1)
  return { key: name!.toLowerCase().replace(/s$/, ''), label, value: value! }
}
