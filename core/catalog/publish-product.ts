import { sql } from '../db/index.ts'
import { applyTransition, defineVerb, type Means } from '../records/index.ts'
import { ProductUnpriced } from './errors.ts'
import { exactly, Id } from './inputs.ts'
import { productLifecycle } from './product-lifecycle.ts'
import { reachProduct } from './reach.ts'

/** Puts a product on sale and lists it. What has no price cannot be sold; what is free has the price of its cycle. */
export const publishProduct = defineVerb(
  {
    permission: 'product.publish',
    asks: ['product.publish:check'],
    audience: ['staff'],
    input: exactly({ id: Id }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const row = await reachProduct(trx, actor, input.id)
      const price = await trx.get(
        sql`select id from prices where owner_id = ${row.id} and retired_at is null limit 1`,
      )
      if (!price) throw ProductUnpriced({ name: row.name })
      await applyTransition(means, trx, { lifecycle: productLifecycle, row, name: 'publish', actor })
    }),
)
