import { applyTransition, defineVerb, type Means } from '../records/index.ts'
import { exactly, Id } from './inputs.ts'
import { productLifecycle } from './product-lifecycle.ts'
import { reachProduct } from './reach.ts'

/** Ends the sale of a product. Services that were sold go on. */
export const retireProduct = defineVerb(
  {
    permission: 'product.retire',
    asks: ['product.retire:check'],
    audience: ['staff'],
    input: exactly({ id: Id }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const row = await reachProduct(trx, actor, input.id)
      await applyTransition(means, trx, { lifecycle: productLifecycle, row, name: 'retire', actor })
    }),
)
