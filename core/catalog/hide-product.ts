import { applyTransition, defineVerb, type Means } from '../records/index.ts'
import { exactly, Id } from './inputs.ts'
import { productLifecycle } from './product-lifecycle.ts'
import { reachProduct } from './reach.ts'

/** Keeps a product on sale by its link and takes it off the lists. */
export const hideProduct = defineVerb(
  {
    permission: 'product.hide',
    asks: ['product.hide:check'],
    audience: ['staff'],
    input: exactly({ id: Id }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const row = await reachProduct(trx, actor, input.id)
      await applyTransition(means, trx, { lifecycle: productLifecycle, row, name: 'hide', actor })
    }),
)
