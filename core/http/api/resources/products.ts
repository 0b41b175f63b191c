import { Type, type TObject } from '../../../../sdk/index.ts'
import {
  changeProduct,
  copyProduct,
  createProduct,
  findProduct,
  hideProduct,
  productKinds,
  publishProduct,
  readProduct,
  readProducts,
  retirePrice,
  retireProduct,
  setPrice,
  setTerms,
  type Product,
} from '../../../catalog/index.ts'
import type { Actor } from '../../../kernel/index.ts'
import type { Means, Verb } from '../../../records/index.ts'
import { amount } from '../amount.ts'
import { bodyOf, rulesOf, type Endpoint } from '../endpoint.ts'
import { productDetail } from './product-detail.ts'

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
  {
    ...{ id: 'getProduct', method: 'get', path: '/products/{product_id}', tag: 'products' },
    summary: 'Read a product with its prices, options and questions',
    ...rulesOf(readProduct),
    status: 200,
    answer: { one: 'ProductDetail' },
    handle: ({ deps, actor, params }) => detail(deps, params.product_id!, actor),
  },
  {
    ...{ id: 'createProduct', method: 'post', path: '/products', tag: 'products' },
    summary: 'Make a product: a draft until it is published',
    ...rulesOf(createProduct),
    body: bodyOf(createProduct, []),
    status: 201,
    answer: { one: 'ProductDetail' },
    handle: async ({ deps, actor, body }) => detail(deps, await createProduct(deps, body, actor), actor),
  },
  {
    ...{ id: 'copyProduct', method: 'post', path: '/products/{product_id}/copy', tag: 'products' },
    summary: 'Make a draft with the texts, prices of today, options, questions and add-ons of a product',
    ...rulesOf(copyProduct),
    body: bodyOf(copyProduct, ['id']),
    status: 201,
    answer: { one: 'ProductDetail' },
    handle: async ({ deps, actor, params, body }) =>
      detail(deps, await copyProduct(deps, { ...body, id: params.product_id }, actor), actor),
  },
  act(
    'changeProduct',
    '',
    'Change a product; services that were sold keep what they were sold with',
    changeProduct,
  ),
  act('setProductTerms', '/terms', 'Say how long a product is charged and how it may be tried', setTerms),
  act('publishProduct', '/publish', 'Put a product on sale', publishProduct),
  act('hideProduct', '/hide', 'Sell a product by its address alone', hideProduct),
  act('retireProduct', '/retire', 'Stop selling a product; its services go on', retireProduct),
  {
    ...{ id: 'setPrice', method: 'post', path: '/prices', tag: 'products' },
    summary: 'Set what a product, option or value costs from a day on, by default or in a price list',
    ...rulesOf(setPrice),
    body: bodyOf(setPrice, []),
    status: 204,
    answer: null,
    handle: async ({ deps, actor, body }) => void (await setPrice(deps, body, actor)),
  },
  {
    ...{ id: 'retirePrice', method: 'post', path: '/prices/retire', tag: 'products' },
    summary: 'Stop selling at a cycle in a currency',
    ...rulesOf(retirePrice),
    body: bodyOf(retirePrice, []),
    status: 204,
    answer: null,
    handle: async ({ deps, actor, body }) => void (await retirePrice(deps, body, actor)),
  },
]

/** What is done to one product; the answer is the product as it is then. */
function act(id: string, end: string, summary: string, verb: ProductVerb): Endpoint {
  const body = bodyOf(verb, ['id'])
  const takes = Object.keys((body as unknown as { properties: object }).properties).length > 0
  return {
    ...{ id, method: 'post', path: `/products/{product_id}${end}`, tag: 'products', summary },
    ...rulesOf(verb),
    ...(takes ? { body } : {}),
    status: 200,
    answer: { one: 'ProductDetail' },
    refusals: { 409: 'Its state does not allow it, or it was changed meanwhile.' },
    async handle({ deps, actor, params, body: given }) {
      await verb(deps, { ...given, id: params.product_id }, actor)
      return detail(deps, params.product_id!, actor)
    },
  }
}

type ProductVerb = Verb<Means, TObject, unknown>

/** Whoever may change a product may see what became of it. */
async function detail({ db }: Pick<Means, 'db'>, id: string, actor: Actor) {
  return productDetail(await findProduct(db, id, actor))
}

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
