import { toDecimal } from '../../sdk/index.ts'
import type { Trx } from '../db/index.ts'
import type { Actor, IsoDate } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { addOptionValue } from './create-option-value.ts'
import { addOption } from './create-option.ts'
import { addOrderField } from './create-order-field.ts'
import { addProduct, type NewProduct } from './create-product.ts'
import { exactly, Id, Name, Slug } from './inputs.ts'
import { putAddon } from './link-addon.ts'
import { loadProducts } from './load-product.ts'
import { priceAt } from './prices.ts'
import type { Option, Price, Product } from './product.ts'
import { reachBrand, reachProduct } from './reach.ts'
import { putPrice } from './set-price.ts'
import { putTerms, type ProductTerms } from './set-terms.ts'

/** A draft with the same text, prices of today, options, questions and add-ons. Answers its id. */
export const copyProduct = defineVerb(
  {
    permission: 'product.copy',
    audience: ['staff'],
    input: exactly({ id: Id, slug: Slug, name: Name }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const row = await reachProduct(trx, actor, input.id)
      const brand = await reachBrand(trx, actor, row.brand_id)
      const [product] = await loadProducts(trx, brand.id, [row.id])
      const copy: Copy = { brandId: brand.id, day: means.business.today(brand.zone), actor }
      return copyAll(means, trx, { ...product!, slug: input.slug, name: input.name }, copy)
    }),
)

interface Copy {
  brandId: string
  day: IsoDate
  actor: Actor
}

async function copyAll(means: Means, trx: Trx, product: Product, copy: Copy): Promise<string> {
  const { prices, options, fields, addons } = product
  const productId = await addProduct(means, trx, productColumns(product), copy.actor)
  await copyPrices(means, trx, { prices, ownerId: productId }, copy)
  await putTerms(means, trx, { id: productId, terms: termsOf(product) }, copy.actor)
  for (const option of options)
    if (!option.retiredAt) await copyOption(means, trx, { option, productId }, copy)
  for (const field of fields) {
    if (!field.retiredAt)
      await addOrderField(means, trx, { ...field, product_id: productId, brandId: copy.brandId }, copy.actor)
  }
  for (const [position, addon] of addons.entries()) {
    const link = { brandId: copy.brandId, product_id: productId, addon_id: addon.id, position }
    await putAddon(means, trx, link, copy.actor)
  }
  return productId
}

const termsOf = ({ periodsMax, trial }: Product): ProductTerms => ({
  periods_max: periodsMax,
  trial_days: trial?.days ?? null,
  trial_prices: Object.fromEntries(
    Object.entries(trial?.prices ?? {}).map(([currency, minor]) => [
      currency,
      toDecimal({ minor, currency }),
    ]),
  ),
  trial_then: trial?.then ?? 'convert',
})

const productColumns = (product: Product): NewProduct => ({
  brand_id: product.brandId,
  group_id: product.groupId,
  slug: product.slug,
  name: product.name,
  kind: product.kind,
  status: 'draft',
  summary: product.summary,
  description: product.description,
  features: product.features,
  position: product.position,
  featured: product.featured,
  tax_class: product.taxClass,
  stock: product.stock,
  delivery_on: product.deliveryOn,
  instance_id: product.instanceId,
  server_group_id: product.serverGroupId,
  module_settings: product.moduleSettings,
  grace_days: product.graceDays,
  terminate_days: product.terminateDays,
})

async function copyOption(
  means: Means,
  trx: Trx,
  of: { option: Option; productId: string },
  copy: Copy,
): Promise<void> {
  const { values, prices, ...option } = of.option
  const { brandId, actor } = copy
  const optionId = await addOption(means, trx, { ...option, product_id: of.productId, brandId }, actor)
  await copyPrices(means, trx, { prices, ownerId: optionId }, copy)
  for (const one of values) {
    if (one.retiredAt) continue
    const {
      key,
      label,
      moduleValue: module_value,
      serverGroupId: server_group_id,
      conditions,
      position,
    } = one
    const place = { brandId, option_id: optionId, position }
    const value = { ...place, key, label, module_value, server_group_id, conditions }
    const valueId = await addOptionValue(means, trx, value, actor)
    await copyPrices(means, trx, { prices: one.prices, ownerId: valueId }, copy)
  }
}

/** The versions in force today, once for each cycle and currency. */
async function copyPrices(
  means: Means,
  trx: Trx,
  of: { prices: readonly Price[]; ownerId: string },
  copy: Copy,
): Promise<void> {
  for (const { cycle, currency, amountMinor, setupMinor, scheme } of pricesInForce(of.prices, copy.day)) {
    const sums = { amountMinor, setupMinor, scheme: scheme ?? null }
    const price = { brandId: copy.brandId, ownerId: of.ownerId, cycle, currency, ...sums }
    await putPrice(means, trx, { ...price, validFrom: copy.day }, copy.actor)
  }
}

/** The version of each cycle and currency that holds on a day. */
export function pricesInForce(prices: readonly Price[], day: IsoDate): Price[] {
  return prices.filter(
    (price) => priceAt(prices, { cycle: price.cycle, currency: price.currency, day }) === price,
  )
}
