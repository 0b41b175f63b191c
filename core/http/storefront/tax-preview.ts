import {
  computeTax,
  roundingOf,
  rulesForPlace,
  taxesFor,
  type TaxBuyer,
  type TaxedDocument,
} from '../../billing/index.ts'
import type { CartView } from '../../orders/index.ts'
import type { Ctx } from '../context.ts'
import { requireBrand } from '../page/index.ts'
import { priceView } from './price-text.ts'

/** The tax that the invoice will bear, by the same rules and the same rounding, for a buyer of this place. */
export async function previewTax(ctx: Ctx, cart: CartView, buyer: TaxBuyer): Promise<TaxedDocument> {
  const brand = requireBrand(ctx)
  const { db } = ctx.state.deps
  const { rules, rounding } = await rulesForPlace(db, brand.seller_id, buyer)
  const { day } = priceView(ctx)
  const parts = cart.items.flatMap((item) => item.units.flat())
  const lines = parts.flatMap(({ product, selection }) => {
    const taxes = taxesFor(rules, buyer, product.taxClass, day)
    return selection.lines.map(({ amountMinor }) => ({ amountMinor, taxes }))
  })
  const added = cart.added.map(({ amountMinor, taxClass }) => ({
    ...{ amountMinor, taxes: taxesFor(rules, buyer, taxClass, day) },
  }))
  return computeTax(
    [...lines, ...added],
    brand.prices_include_tax === 1,
    roundingOf({ taxRounding: rounding }, cart.currency),
  )
}
