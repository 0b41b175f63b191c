import {
  loadBuyers,
  loadSeller,
  planTaxed,
  type DraftInvoice,
  type DraftLine,
  type PlannedInvoice,
} from '../../billing/index.ts'
import { discountShares, linesLeft, readPercent, withDiscount, type Discount } from '../../catalog/index.ts'
import type { Queries } from '../../db/index.ts'
import { assert, invalidInput, type IsoDate } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import { NO_COUPONS } from '../apply-coupons.ts'
import { draftLines, planOrder } from '../plan-order.ts'
import { NOTHING, priceItems, total, type PricedItem, type PricedPart } from '../price-items.ts'
import { productsOf } from '../view-cart.ts'
import type { FreeLine, ProductLine, QuoteContent } from './quote-content.ts'

export interface QuoteFor {
  id: string
  brandId: string
  clientId: string
  currency: string
  zone: string
  today: IsoDate
}

export interface PricedQuote {
  items: PricedItem[]
  freeLines: DraftLine[]
  plan: PlannedInvoice
}

/** What a quote costs on a day: products as an order of that day would price them, with what was agreed on. */
export async function priceQuote(
  means: Pick<Means, 'business' | 'hooks' | 'db'>,
  queries: Queries,
  of: QuoteFor,
  content: QuoteContent,
): Promise<PricedQuote> {
  if (content.products.length + content.lines.length === 0)
    throw invalidInput({ lines: 'are missing; name a product or a line' })
  const items = await pricedProducts(queries, of, content)
  const freeLines = content.lines.map((line) => draftLine(of, line))
  const planned = planOrder(items, { ...of, newItemId: () => '' })
  const lines = [
    ...draftLines(
      planned,
      planned.map(() => ''),
    ),
    ...freeLines,
  ]
  const buyer = (await loadBuyers(queries, [of.clientId])).get(of.clientId)
  assert(buyer, `client ${of.clientId} exists`)
  const draft: DraftInvoice = {
    ...{ brandId: of.brandId, clientId: of.clientId, currency: of.currency },
    ...{ origin: 'order', originId: of.id, dueOn: of.today, lines },
  }
  const from = await loadSeller(queries, of.brandId, of.clientId)
  const plan = await planTaxed(means, queries, { draft, buyer, from, issuedOn: of.today })
  if (plan.totalMinor < 0n) throw invalidInput({ lines: 'comes to less than zero' })
  return { items, freeLines, plan }
}

async function pricedProducts(queries: Queries, of: QuoteFor, content: QuoteContent): Promise<PricedItem[]> {
  const wishes = content.products.map(({ percent: _p, unit_minor: _u, lasts: _l, ...wish }) => wish)
  const products = await productsOf(queries, of.brandId, wishes, of.clientId)
  const terms = { currency: of.currency, day: of.today, coupons: NO_COUPONS, buyer: null }
  const { items } = priceItems(wishes, products, terms)
  const problems = items.flatMap(({ errors }, i) =>
    Object.entries(errors).map(([field, reason]) => [`products.${i}.${field}`, reason] as const),
  )
  if (problems.length > 0) throw invalidInput(Object.fromEntries(problems))
  return items.map((item, i) =>
    agreed(item, { of, line: content.products[i]!, label: content.discount_label, at: i }),
  )
}

interface Agreement {
  of: QuoteFor
  line: ProductLine
  label: string
  at: number
}

/** The item with the price and the percentage that were agreed on, the price first. */
function agreed(item: PricedItem, agreement: Agreement): PricedItem {
  const { line, at } = agreement
  const price: Discount[] =
    line.unit_minor === undefined
      ? []
      : [{ kind: 'price', percentPpm: null, amountMinor: BigInt(line.unit_minor) }]
  const percentPpm = line.percent === undefined ? null : readPercent(line.percent)
  if (percentPpm !== null && percentPpm > 1_000_000)
    throw invalidInput({ [`products.${at}.percent`]: 'is above 100' })
  const share: Discount[] = percentPpm ? [{ kind: 'percent', percentPpm, amountMinor: null }] : []
  const units = item.units.map((unit) =>
    unit.map((part, i) => {
      const own = i === 0 ? price : []
      return [...own, ...share].reduce((lowered, discount) => lower(lowered, discount, agreement), part)
    }),
  )
  return summedUp({ ...item, units })
}

function lower(part: PricedPart, discount: Discount, { of, line, label }: Agreement): PricedPart {
  const shares = discountShares(discount, linesLeft(part.selection))
  const own = part.selection.lines.findIndex(({ kind }) => kind === 'recurring')
  const amountMinor = discount.kind === 'price' ? (shares[own] ?? 0n) : null
  const selection = withDiscount(part.selection, {
    ...{ cause: 'quote', id: `${of.id}:${discount.kind}`, label, shares },
    lasting:
      own < 0 ? null : { percentPpm: discount.percentPpm, amountMinor, periodsLeft: line.lasts ? null : 0 },
    trace: { quote: of.id, form: discount.kind, percent_ppm: discount.percentPpm },
  })
  return { ...part, selection }
}

function summedUp(item: PricedItem): PricedItem {
  const parts = item.units.flat()
  const renewals = parts.flatMap(({ selection }) => selection.renewal ?? [])
  return {
    ...item,
    first: total(parts.map(({ selection }) => selection.first)),
    renewal: renewals.length > 0 ? total(renewals) : null,
  }
}

function draftLine(of: QuoteFor, line: FreeLine): DraftLine {
  const unitMinor = BigInt(line.unit_minor)
  return {
    ...{ sourceId: null, kind: 'manual', description: line.description, quantity: line.quantity },
    ...{ unitMinor, amountMinor: unitMinor * BigInt(line.quantity), taxClass: line.tax_class },
    trace: { quote: of.id, unit_minor: line.unit_minor, quantity: line.quantity },
  }
}

/** What an order says of a quote: its products and its free lines together. */
export function quoteSums({ items, freeLines }: Pick<PricedQuote, 'items' | 'freeLines'>) {
  const free = freeLines.reduce((sum, line) => sum + line.amountMinor, 0n)
  const sums = total(items.map((item) => item.first))
  return { ...NOTHING, ...sums, subtotalMinor: sums.subtotalMinor + free, totalMinor: sums.totalMinor + free }
}
