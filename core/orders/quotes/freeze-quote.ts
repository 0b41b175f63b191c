import type { DraftLine, UntaxedPrice } from '../../billing/index.ts'
import { loadProducts, type FieldAnswer, type PricedSelection } from '../../catalog/index.ts'
import type { Queries } from '../../db/index.ts'
import { assert } from '../../kernel/index.ts'
import type { PricedItem } from '../price-items.ts'
import type { PricedQuote } from './price-quote.ts'
import type { PrintedLine, PrintedTax } from './quote.ts'

/** What is kept of a priced quote: the paper, and what services are made from when it is accepted. */
interface FrozenQuote {
  lines: PrintedLine[]
  taxes: PrintedTax[]
  items: { wish: PricedItem['wish']; units: FrozenPart[][] }[]
  freeLines: DraftLine[]
  /** How the seller sold to those who owe no tax; absent in quotes from before. */
  untaxedPrice?: UntaxedPrice
}

/** The product by its id: how it is delivered is that of the day of acceptance, what it costs is not. */
interface FrozenPart {
  productId: string
  selection: PricedSelection
  fields: FieldAnswer[]
}

export function freezeQuote(priced: PricedQuote): string {
  const frozen: FrozenQuote = {
    lines: printedLines(priced),
    taxes: priced.plan.taxes.map((tax) => ({
      ...{ tax_name: tax.name, rate_ppm: tax.ratePpm, level: tax.level ?? 1 },
      ...{ netMinor: String(tax.netMinor), taxMinor: String(tax.taxMinor) },
    })),
    items: priced.items.map(({ wish, units }) => ({
      wish,
      units: units.map((unit) =>
        unit.map(({ product, selection, fields }) => ({ productId: product.id, selection, fields })),
      ),
    })),
    freeLines: priced.freeLines,
    untaxedPrice: priced.plan.from.untaxedPrice ?? 'stated',
  }
  return JSON.stringify(frozen, bigintOut)
}

function printedLines({ items, plan }: PricedQuote): PrintedLine[] {
  const cycles = items.flatMap(({ units }) =>
    units
      .flat()
      .flatMap(({ selection }) =>
        selection.lines.map((line) => (line.kind === 'setup' ? null : selection.cycle)),
      ),
  )
  return plan.lines.map((line, i) => ({
    ...{ kind: line.kind, description: line.description, quantity: line.quantity },
    ...{ unitMinor: String(line.unitMinor), amountMinor: String(line.amountMinor) },
    ...{ netMinor: String(line.netMinor), taxMinor: String(line.taxMinor) },
    taxRatePpm: line.taxes.reduce((sum, { ratePpm }) => sum + ratePpm, 0),
    cycle: cycles[i] ?? null,
  }))
}

/** The items as an order takes them, at the prices that were frozen. */
export async function thawQuote(
  queries: Queries,
  brandId: string,
  priced: string,
): Promise<Pick<PricedQuote, 'items' | 'freeLines'> & Pick<FrozenQuote, 'untaxedPrice'>> {
  const frozen = JSON.parse(priced, bigintIn) as FrozenQuote
  const ids = frozen.items.flatMap(({ units }) => units.flat().map(({ productId }) => productId))
  const products = ids.length > 0 ? await loadProducts(queries, brandId, [...new Set(ids)]) : []
  const byId = new Map(products.map((product) => [product.id, product]))
  const items = frozen.items.map(({ wish, units }): PricedItem => {
    const parts = units.map((unit) =>
      unit.map(({ productId, selection, fields }) => {
        const product = byId.get(productId)
        assert(product, `product ${productId} of a quote exists`)
        return { product, selection, listed: selection, term: null, fields }
      }),
    )
    const flat = parts.flat()
    return {
      ...{ wish, product: flat[0]!.product, units: parts, errors: {} },
      first: sumOf(flat.map(({ selection }) => selection.first)),
      listedMinor: sumOf(flat.map(({ selection }) => selection.first)).subtotalMinor,
      renewal: null,
    }
  })
  const { freeLines, untaxedPrice } = frozen
  return { items, freeLines, ...(untaxedPrice ? { untaxedPrice } : {}) }
}

function sumOf(sums: readonly PricedSelection['first'][]): PricedSelection['first'] {
  return sums.reduce((a, b) => ({
    subtotalMinor: a.subtotalMinor + b.subtotalMinor,
    discountMinor: a.discountMinor + b.discountMinor,
    totalMinor: a.totalMinor + b.totalMinor,
  }))
}

/** JSON has no whole numbers of our size: they travel as {"minor": "123"}. */
const bigintOut = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? { minor: value.toString() } : value

function bigintIn(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value
  const { minor, ...more } = value as { minor?: unknown }
  return typeof minor === 'string' && Object.keys(more).length === 0 ? BigInt(minor) : value
}
