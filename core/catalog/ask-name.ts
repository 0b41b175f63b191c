import { sql, type Trx } from '../db/index.ts'
import type { Actor } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'
import { addOrderField } from './create-order-field.ts'
import { kinds, type ProductKind } from './kinds.ts'

/** Adds the question that products of a kind ask, in the shop's own language. None when the kind asks nothing. */
export async function askName(
  means: Means,
  trx: Trx,
  product: { id: string; brandId: string; kind: ProductKind },
  actor: Actor,
): Promise<void> {
  const { asks } = kinds[product.kind]
  if (asks === null) return
  const brand = await trx.get<{ locale: string }>(
    sql`select locale from brands where id = ${product.brandId}`,
  )
  const t = means.messages.translator(brand!.locale)
  const words = { label: t(`storefront.asks.${asks}`), hint: t(`storefront.asks.${asks}_hint`) }
  const question = { key: asks, kind: asks, required: true, setting: asks, ...words }
  await addOrderField(means, trx, { ...question, product_id: product.id, brandId: product.brandId }, actor)
}
