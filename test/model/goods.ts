import { createTaxRule } from '../../core/brands/index.ts'
import {
  createCoupon,
  createGroup,
  createOption,
  createPriceList,
  createProduct,
  publishProduct,
  setPrice,
  setTerms,
} from '../../core/catalog/index.ts'
import { createClientGroup } from '../../core/clients/index.ts'
import { toDecimal } from '../../sdk/index.ts'
import type { House } from '../simulate/house.ts'
import { staffActor } from '../support/make.ts'
import type { History, ModelPlan, ModelScheme } from './history.ts'

const staff = staffActor()

/** What the shop of a history sells, in the engine: products and their memory, by the number of the plan. */
export interface Goods {
  products: string[]
  memories: string[]
}

export async function makeGoods(
  { means }: House,
  brand: { id: string; seller_id: string },
  shop: History['shop'],
): Promise<Goods> {
  const groupId = await createGroup(means, { brand_id: brand.id, slug: 'g', name: 'Servers' }, staff)
  const goods: Goods = { products: [], memories: [] }
  for (const [n, plan] of shop.plans.entries()) {
    const tax_class = `class_${n}`
    const rule = { seller_id: brand.seller_id, country: 'DE', tax_class, starts_on: '2020-01-01' }
    await createTaxRule(means, { ...rule, name: `Tax ${plan.ppm}`, rate_ppm: plan.ppm }, staff)
    const product = {
      group_id: groupId,
      slug: `plan-${n}`,
      name: `Plan ${n}`,
      kind: 'vps',
      asks: false,
      tax_class,
    }
    const id = await createProduct(means, product, staff)
    const memory = { product_id: id, key: 'memory', name: 'Memory', kind: 'number', minimum: 1, maximum: 8 }
    const optionId = await createOption(means, { ...memory, required: true }, staff)
    for (const [cycle, [price, unit, setup]] of Object.entries(plan.prices)) {
      const sum = (minor: number) => toDecimal({ minor: BigInt(minor), currency: shop.currency })
      const of = { cycle, currency: shop.currency }
      await setPrice(means, { owner_id: id, ...of, amount: sum(price), setup: sum(setup) }, staff)
      const memory = plan.scheme ? { scheme: schemeText(plan.scheme, sum) } : { amount: sum(unit) }
      await setPrice(means, { owner_id: optionId, ...of, ...memory }, staff)
    }
    await setTerms(means, { id, ...termsOf(plan, shop.currency) }, staff)
    await publishProduct(means, { id }, staff)
    goods.products.push(id)
    goods.memories.push(optionId)
  }
  return goods
}

export async function makeList(
  { means }: House,
  { brandId: brand_id, goods, shop }: { brandId: string; goods: Goods; shop: History['shop'] },
): Promise<string> {
  const { currency, list } = shop
  const listId = await createPriceList(means, { brand_id, name: 'Friends', discount_ppm: list.ppm }, staff)
  const [amount, memory, setup] = list.sums.map((minor) => toDecimal({ minor: BigInt(minor), currency }))
  const of = { list_id: listId, cycle: list.cycle, currency }
  await setPrice(
    means,
    { ...of, owner_id: goods.products[list.plan]!, amount: amount!, setup: setup! },
    staff,
  )
  await setPrice(means, { ...of, owner_id: goods.memories[list.plan]!, amount: memory! }, staff)
  return createClientGroup(means, { brand_id, name: 'Friends', price_list_id: listId }, staff)
}

const schemeText = (
  { kind, included, minimum, size, tiers }: ModelScheme,
  sum: (minor: number) => string,
) => ({
  ...{ kind, included, size, minimum: sum(minimum) },
  tiers: tiers.map(({ upTo, unit, flat }) => ({ up_to: upTo, unit: sum(unit), flat: sum(flat) })),
})

function termsOf({ periods, trial }: ModelPlan, currency: string) {
  if (!trial) return { periods_max: periods ?? null, trial_days: null }
  const price = toDecimal({ minor: BigInt(trial.minor), currency })
  const costs = trial.minor === 0 ? {} : { [currency]: price }
  return {
    ...{ periods_max: periods ?? null, trial_days: trial.days },
    ...{ trial_prices: costs, trial_then: trial.then },
  }
}

export async function makeCoupons(
  { means }: House,
  brand_id: string,
  { percent, fixed, currency }: History['shop'],
): Promise<void> {
  const off = `${Math.floor(percent.ppm / 10_000)}.${String(percent.ppm % 10_000).padStart(4, '0')}`
  const amount = toDecimal({ minor: BigInt(fixed.minor), currency })
  await createCoupon(means, { brand_id, code: 'PERCENT', percent: off, cycles: percent.cycles }, staff)
  await createCoupon(means, { brand_id, code: 'FIXED', currency, amount, cycles: fixed.cycles }, staff)
}
