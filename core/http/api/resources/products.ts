import { Type } from '../../../../sdk/index.ts'
import { productKinds, readProducts, type Product } from '../../../catalog/index.ts'
import { amount } from '../amount.ts'
import type { Endpoint } from '../endpoint.ts'

export const productEndpoints: readonly Endpoint[] = [
  {
    id: 'listProducts',
    method: 'get',
    path: '/products',
    tag: 'products',
    summary: 'List the products of a brand in the order of its shop',
    permission: readProducts.permission,
    audience: readProducts.audience,
    query: Type.Object({
      brand_id: Type.String({ maxLength: 64, description: 'brd_…' }),
      kind: Type.Optional(Type.Enum([...productKinds], { description: 'Only of this kind.' })),
      status: Type.Optional(
        Type.Enum(['draft', 'active', 'hidden', 'retired'], { description: 'Only in this state.' }),
      ),
    }),
    status: 200,
    answer: { list: 'Product' },
    async handle({ deps, actor, query }) {
      return { items: (await readProducts(deps, query, actor)).map(productResource), next: null }
    },
  },
]

function productResource(product: Product) {
  const { id, groupId, slug, kind, name, summary, status } = product
  return {
    ...{ id, group_id: groupId, slug, kind, name, summary, status },
    prices: product.prices.map(({ cycle, currency, amountMinor, setupMinor }) => ({
      cycle,
      amount: amount(amountMinor, currency),
      setup: amount(setupMinor, currency),
    })),
  }
}
