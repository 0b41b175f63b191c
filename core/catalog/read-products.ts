import { Type } from '../../sdk/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { ProductKindText } from './inputs.ts'
import { listProducts } from './load-product.ts'
import type { Product } from './product.ts'

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
