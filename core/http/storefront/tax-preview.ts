import {
  cashStepOf,
  computeTax,
  determineTaxes,
  homeTaxes,
  loadSeller,
  roundingOf,
  rulesForPlace,
  taxesFor,
  TaxUndetermined,
  toCash,
  owedSums,
  type AtHome,
  type DraftLine,
  type StatedLine,
  type TaxBuyer,
  type TaxedDocument,
} from '../../billing/index.ts'
import { BerthError } from '../../kernel/index.ts'
import { taxClassOf, type CartView } from '../../orders/index.ts'
import type { Ctx } from '../context.ts'
import { TaxUnknown } from '../errors.ts'
import { requireBrand } from '../page/index.ts'
import { priceView } from './price-text.ts'

/** Who buys, as far as tax asks: what was typed, by a client or a guest. */
export interface PreviewBuyer extends TaxBuyer {
  city: string
  company: string | null
  tax_id: string | null
}

export interface PreviewedTax extends TaxedDocument {
  totalMinor: bigint
  roundingMinor: bigint
  /** What gross prices fall by for a buyer who owes no tax; zero or below. */
  untaxedMinor: bigint
  /** What taxed ones fall by, so that base and tax fit in whole units; zero or below. */
  fittedMinor: bigint
  /** What follows, by billing cycle, with the same taxes. */
  renewals: { cycle: string; totalMinor: bigint }[]
}

/**
 * The tax that the invoice will bear, by the same rules or plugin and the same rounding, for a buyer of this place.
 * Throws where the plugin fails: nobody orders at a sum that was guessed.
 */
export async function previewTax(ctx: Ctx, cart: CartView, buyer: PreviewBuyer): Promise<PreviewedTax> {
  const brand = requireBrand(ctx)
  const { db } = ctx.state.deps
  const seller = { sellerId: brand.seller_id, brandId: brand.id }
  const { rules, rounding, plugin, cashSteps, ...selling } = await rulesForPlace(db, seller, buyer)
  const { day } = priceView(ctx)
  const priced = cart.items
    .flatMap((item) => item.units.flat())
    .flatMap(({ product, selection }) =>
      selection.lines.map(({ amountMinor }) => ({ amountMinor, taxClass: taxClassOf(product) })),
    )
  const lines = [...priced, ...cart.added]
  const taxes = plugin
    ? await byPlugin(ctx, { lines, currency: cart.currency, buyer })
    : lines.map(({ taxClass }) => taxesFor(rules, buyer, taxClass, day))
  const inclusive = brand.prices_include_tax === 1
  const how = roundingOf({ taxRounding: rounding }, cart.currency)
  const atHome: AtHome = {
    untaxedPrice: selling.untaxedPrice,
    taxesOf: (taxClass) => homeTaxes(rules, selling.home, taxClass, day),
    rounding: how,
  }
  const compute = (stated: readonly StatedLine[]) => {
    const sums = inclusive ? owedSums(stated, atHome) : null
    const of = sums ? stated.map((line, i) => ({ ...line, amountMinor: sums[i]! })) : stated
    const taxed = computeTax(of, inclusive, how)
    const exactMinor = taxed.netMinor + taxed.taxMinor
    const totalMinor = toCash(exactMinor, cashStepOf(cashSteps, cart.currency))
    const lessBy = (isTaxed: boolean) => {
      const ours = (_: unknown, i: number) => stated[i]!.taxes.some(({ ratePpm }) => ratePpm > 0) === isTaxed
      return sumOf(of.filter(ours)) - sumOf(stated.filter(ours))
    }
    const less = { untaxedMinor: lessBy(false), fittedMinor: lessBy(true) }
    return { ...taxed, totalMinor, roundingMinor: totalMinor - exactMinor, ...less }
  }
  const taxesOf = (taxClass: string) =>
    taxes[lines.findIndex((line) => line.taxClass === taxClass)] ??
    (plugin ? [] : taxesFor(rules, buyer, taxClass, day))
  const renewals = renewalLines(cart, taxesOf).map(({ cycle, lines: of }) => ({
    ...{ cycle, totalMinor: compute(of).totalMinor },
  }))
  return { ...compute(lines.map((line, i) => ({ ...line, taxes: taxes[i]! }))), renewals }
}

const sumOf = (lines: readonly { amountMinor: bigint }[]): bigint =>
  lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)

/** A part is taxed at its renewals as its kind is now: no plugin is asked twice. */
function renewalLines(cart: CartView, taxesOf: (taxClass: string) => StatedLine['taxes']) {
  const lines = new Map<string, StatedLine[]>(cart.renewals.map(({ cycle }) => [cycle, []]))
  for (const item of cart.items)
    for (const { product, selection } of item.units.flat()) {
      const amountMinor = selection.renewal?.totalMinor ?? 0n
      const taxClass = taxClassOf(product)
      lines.get(item.wish.cycle)?.push({ amountMinor, taxClass, taxes: taxesOf(taxClass) })
    }
  return [...lines].map(([cycle, of]) => ({ cycle, lines: of }))
}

interface Previewed {
  lines: readonly Pick<DraftLine, 'amountMinor' | 'taxClass'>[]
  currency: string
  buyer: PreviewBuyer
}

/** Who buys need not know of plugins: the cart is kept, and the same thing may be tried again. Other errors stay. */
export function taxUnknown(error: unknown): unknown {
  return error instanceof BerthError && error.code === TaxUndetermined.code ? TaxUnknown({}, error) : error
}

/** Before the country is known, there is nothing to ask. */
async function byPlugin(ctx: Ctx, { lines, currency, buyer }: Previewed) {
  if (buyer.country === '') return lines.map(() => [])
  const { deps } = ctx.state
  const { db } = deps
  const [brandId, clientId] = [requireBrand(ctx).id, ctx.state.client?.id ?? '']
  const [verdict] = await determineTaxes(deps, db, [
    {
      ...{ draft: { brandId, clientId, currency, lines }, buyer, place: buyer, on: priceView(ctx).day },
      ...{ from: await loadSeller(db, brandId, clientId), locale: ctx.state.locale },
    },
  ])
  if (verdict instanceof BerthError) throw taxUnknown(verdict)
  return verdict?.taxes ?? lines.map(() => [])
}
