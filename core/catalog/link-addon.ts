import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { sql, type Trx } from '../db/index.ts'
import type { Actor } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { AddonRefused } from './errors.ts'
import { exactly, Id, Position } from './inputs.ts'
import { reachProduct } from './reach.ts'

/** Offers a product together with another one, or moves it in the list. False when it is so already. */
export const linkAddon = defineVerb(
  {
    permission: 'addon.link',
    audience: ['staff'],
    input: exactly({ product_id: Id, addon_id: Id, position: Type.Optional(Position) }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const product = await reachProduct(trx, actor, input.product_id)
      const addon = await reachProduct(trx, actor, input.addon_id)
      if (product.id === addon.id) throw AddonRefused({ reason: 'it is the product itself' })
      if (product.brand_id !== addon.brand_id) throw AddonRefused({ reason: 'it belongs to another brand' })
      const link = { product_id: product.id, addon_id: addon.id, position: input.position ?? 0 }
      return putAddon(means, trx, { ...link, brandId: product.brand_id }, actor)
    }),
)

export interface AddonLink {
  brandId: string
  product_id: string
  addon_id: string
  position: number
}

export async function putAddon(means: Means, trx: Trx, link: AddonLink, actor: Actor): Promise<boolean> {
  const { product_id, addon_id, position, brandId } = link
  const old = await trx.get<{ position: number }>(
    sql`select position from product_addons where product_id = ${product_id} and addon_id = ${addon_id}`,
  )
  if (old?.position === position) return false
  await trx.run(sql`
    insert into product_addons (product_id, addon_id, position) values (${product_id}, ${addon_id}, ${position})
    on conflict (product_id, addon_id) do update set position = excluded.position`)
  await recordAudit(means, trx, actor, [
    {
      action: 'addon.link',
      subject: product_id,
      brandId,
      before: old,
      after: { addon_id: addon_id, position },
    },
  ])
  return true
}
