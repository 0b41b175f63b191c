import { computeTax, taxesFor, type TaxBuyer, type TaxedDocument, type TaxRule } from '../../billing/index.ts'
import { sql } from '../../db/index.ts'
import type { CartView } from '../../orders/index.ts'
import type { Ctx } from '../context.ts'
import { requireBrand } from '../page/index.ts'
import { priceView } from './price-text.ts'

/** The tax that the invoice will bear, by the same rules and the same rounding, for a buyer of this place. */
export async function previewTax(ctx: Ctx, cart: CartView, buyer: TaxBuyer): Promise<TaxedDocument> {
  const brand = requireBrand(ctx)
  const rules = await ctx.state.deps.db.all<TaxRule>(sql`
    select country, region, tax_class, name, rate_ppm, level, compound, starts_on, ends_on from tax_rules
    where seller_id = ${brand.seller_id} order by starts_on desc, id`)
  const { day } = priceView(ctx)
  const parts = cart.items.flatMap((item) => item.units.flat())
  const lines = parts.flatMap(({ product, selection }) => {
    const taxes = taxesFor(rules, buyer, product.taxClass, day)
    return selection.lines.map(({ amountMinor }) => ({ amountMinor, taxes }))
  })
  return computeTax(lines, brand.prices_include_tax === 1)
}
