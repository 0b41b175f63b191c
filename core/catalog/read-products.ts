import { Type } from '../../sdk/index.ts'
import type { Queries } from '../db/index.ts'
import type { Actor } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { exactly, Id, ProductKindText } from './inputs.ts'
import { listProducts, loadProducts } from './load-product.ts'
import type { Product } from './product.ts'
import { reachProduct } from './reach.ts'

/** One product with its prices, options, questions and add-ons. */
export const readProduct = defineVerb(
  { permission: 'product.read', audience: ['staff'], input: exactly({ product_id: Id }) },
  (means: Means, { product_id }, actor): Promise<Product> => findProduct(means.db, product_id, actor),
)

export async function findProduct(queries: Queries, id: string, actor: Actor): Promise<Product> {
  const row = await reachProduct(queries, actor, id)
  const [product] = await loadProducts(queries, row.brand_id, [row.id])
  return product!
}

/** Products of a brand in the order of its shop, hidden and retired ones too; none of a brand out of reach. */
export const readProducts = defineVerb(
  {
    permission: 'product.list',
    audience: ['staff'],
    input: Type.Object({
      brand_id: Type.String({ maxLength: 64 }),
      kind: Type.Optional(ProductKindText),
      status: Type.Optional(Type.Enum(['draft', 'active', 'hidden', 'retired'])),
    }),
  },
  async (means: Means, { brand_id, status, kind }, actor): Promise<Product[]> => {
    if (actor.brandIds !== 'all' && !actor.brandIds.includes(brand_id)) return []
    return listProducts(means.db, brand_id, {
      ...(status ? { statuses: [status] } : {}),
      ...(kind ? { kinds: [kind] } : {}),
    })
  },
)
