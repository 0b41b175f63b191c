import { recordAudit } from '../audit/index.ts'
import { sql, type Trx } from '../db/index.ts'
import type { Actor } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { exactly, Id } from './inputs.ts'
import { reachProduct } from './reach.ts'

/** Stops offering an add-on with a product. Those that were sold stay. False when it was not offered. */
export const unlinkAddon = defineVerb(
  {
    permission: 'addon.unlink',
    audience: ['staff'],
    input: exactly({ product_id: Id, addon_id: Id }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const product = await reachProduct(trx, actor, input.product_id)
      return dropAddon(means, trx, { ...input, brandId: product.brand_id }, actor)
    }),
)

export async function dropAddon(
  means: Means,
  trx: Trx,
  link: { brandId: string; product_id: string; addon_id: string },
  actor: Actor,
): Promise<boolean> {
  const { brandId, product_id, addon_id } = link
  const gone = await trx.run(
    sql`delete from product_addons where product_id = ${product_id} and addon_id = ${addon_id}`,
  )
  if (gone === 0) return false
  await recordAudit(means, trx, actor, [
    { action: 'addon.unlink', subject: product_id, brandId, before: { addon_id: addon_id } },
  ])
  return true
}
