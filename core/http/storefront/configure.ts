import {
  CouponUnknown,
  loadProduct,
  pricesOn,
  QUANTITY_MAX,
  type CouponProblem,
  type Product,
} from '../../catalog/index.ts'
import { BerthError, NotFound } from '../../kernel/index.ts'
import {
  askForms,
  firstTerms,
  priceItems,
  wantedCoupons,
  type AskedForm,
  type FirstTermOf,
  type FoundCoupons,
  type PricedItem,
} from '../../orders/index.ts'
import { madeOnce } from '../../db/index.ts'
import type { Translate } from '../../i18n/index.ts'
import type { Ctx } from '../context.ts'
import { requireBrand } from '../page/index.ts'
import { couponProblemText } from './discount-text.ts'
import { priceView, type PriceView } from './price-text.ts'
import { fieldName, fieldsOf, readChosen, type Chosen, type Fields } from './selection.ts'
import { findGroup, shopGroups } from './shop-groups.ts'

/** A product with what the visitor has chosen, priced. */
export interface Configured extends Chosen {
  product: Product
  view: PriceView
  priced: PricedItem
  coupon: { code: string; problem: string | null }
  /** Form field → reason. */
  errors: Record<string, string>
}

/** The product of an address, if the shop shows it: hidden, retired and another brand's are all not found. */
export async function findProduct(ctx: Ctx, slug: string): Promise<Product> {
  const { deps, client } = ctx.state
  const product = await loadProduct(deps.db, requireBrand(ctx).id, slug, { clientId: client?.id })
  const place = product && findGroup(await shopGroups(ctx), ({ id }) => id === product.groupId)
  if (!product || !place || product.status !== 'active') throw NotFound({ what: 'product', id: slug })
  return product
}

/** Prices the choice of the address or the form. Pure but for what is looked up. */
export async function configure(ctx: Ctx, product: Product): Promise<Configured> {
  const { deps, client, t } = ctx.state
  const brand = requireBrand(ctx)
  const view = priceView(ctx)
  const fields = fieldsOf(ctx)
  const preset = pricesOn(product, view.currency, view.day)[0]?.cycle ?? '1m'
  const form = await formOf(ctx, product, { fields, cycle: preset })
  const code = (fields.coupon ?? '').trim()
  const coupons = await wantedCoupons(deps.db, brand.id, code === '' ? NO_CODES : [code])
  const shop = { brandId: brand.id, clientId: client?.id ?? null, zone: brand.zone, today: view.day }
  const firstTerm = await firstTerms(deps, deps.db, [product], shop)
  return configuredBy({ product, ...view, preset, fields, form, code, coupons, firstTerm, t })
}

const NO_CODES: readonly string[] = []

interface Configuring extends PriceView {
  product: Product
  preset: string
  fields: Fields
  form: AskedForm
  code: string
  coupons: FoundCoupons
  firstTerm: FirstTermOf
  t: Translate
}

const configuredBy = madeOnce((of: Configuring): Configured => {
  const { product, currency, day, form, coupons, firstTerm } = of
  const view = { currency, day }
  const asked = { ...product, fields: [...product.fields, ...form.fields] }
  const chosen = readChosen(asked, of.fields, of.preset)
  const { quantity = 1 } = chosen.wish
  const inRange = quantity >= 1 && quantity <= QUANTITY_MAX
  const wish = { ...chosen.wish, quantity: inRange ? quantity : 1 }
  const terms = { ...view, firstTerm, coupons, buyer: null, forms: new Map([[wish, form]]) }
  const priced = priceItems([wish], new Map([[product.id, product]]), terms)
  const item = priced.items[0]!
  const range = inRange ? {} : { qty: `must be a whole number from 1 to ${QUANTITY_MAX}` }
  const named = Object.entries(item.errors).map(([name, reason]) => [fieldName(name), reason])
  const problem = couponProblemOf(of.t, coupons.unknown, priced.couponProblem)
  return {
    ...{ ...chosen, product: asked, view, priced: item, coupon: { code: of.code, problem } },
    errors: { ...Object.fromEntries(named), ...range },
  }
})

/** What plugins ask beside the product; nothing where they fail, which is said when it is put into the cart. */
async function formOf(
  ctx: Ctx,
  { id }: Product,
  { fields, cycle }: { fields: Fields; cycle: string },
): Promise<AskedForm> {
  const { deps, client } = ctx.state
  const answers = Object.entries(fields).flatMap(([name, value]) =>
    name.startsWith('f.') ? [[name.slice(2), value] as const] : [],
  )
  const wish = { product_id: id, cycle: fields.cycle ?? cycle, fields: Object.fromEntries(answers) }
  const of = { brandId: requireBrand(ctx).id, clientId: client?.id ?? null }
  const form = (await askForms(deps, deps.db, [wish], of)).get(wish)
  return !form || form instanceof BerthError ? NOTHING_ASKED : form
}

const NOTHING_ASKED: AskedForm = { fields: [], refused: {} }

function couponProblemOf(
  t: Translate,
  [code]: readonly string[],
  problem: CouponProblem | null,
): string | null {
  if (code !== undefined) return CouponUnknown({ code }).message
  return problem && couponProblemText(t, problem)
}
