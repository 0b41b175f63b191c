import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { list, sql, type Queries } from '../db/index.ts'
import { invalidInput } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { checkNamed } from './create-coupon.ts'
import { exactly, Id } from './inputs.ts'
import { reachProduct } from './reach.ts'

/** Says what the cart suggests beside a product, in this order; an empty list suggests nothing. */
export const suggestProducts = defineVerb(
  {
    permission: 'product.suggest',
    audience: ['staff'],
    input: exactly({ product_id: Id, suggested_ids: Type.Array(Id, { maxItems: 12, uniqueItems: true }) }),
  },
  (means: Means, { product_id, suggested_ids }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const product = await reachProduct(trx, actor, product_id)
      await checkNamed(trx, product.brand_id, { product_ids: suggested_ids })
      if (suggested_ids.includes(product.id)) throw invalidInput({ product_ids: 'names the product itself' })
      const before = await suggestedIds(trx, product.id)
      await trx.run(sql`delete from product_suggestions where product_id = ${product.id}`)
      await trx.insert(
        'product_suggestions',
        suggested_ids.map((suggested_id, position) => ({ product_id: product.id, suggested_id, position })),
      )
      const scope = { subject: product.id, brandId: product.brand_id }
      await recordAudit(means, trx, actor, [
        { ...scope, action: 'product.suggest', before, after: suggested_ids },
      ])
    }),
)

/** What staff said, whatever is on sale. */
export async function suggestedIds(queries: Queries, productId: string): Promise<string[]> {
  const rows = await queries.all<{ suggested_id: string }>(
    sql`select suggested_id from product_suggestions where product_id = ${productId} order by position`,
  )
  return rows.map((row) => row.suggested_id)
}

export interface Suggested {
  id: string
  slug: string
  name: string
  summary: string | null
}

/** What goes well with these products, and what they give: each once, none of these, in the order of the shop. */
export function suggestedBy(
  queries: Queries,
  productIds: readonly string[],
  givenIds: readonly string[] = [],
): Promise<Suggested[]> {
  return queries.all<Suggested>(sql`
    select p.id, p.slug, p.name, p.summary, coalesce(min(s.position), -1) as place from products p
    left join product_suggestions s on s.suggested_id = p.id and s.product_id in (${list(productIds)})
    where p.status = 'active' and p.id not in (${list(productIds)}) and (s.product_id is not null or p.id in (${list(givenIds)}))
    group by p.id, p.slug, p.name, p.summary order by place, p.id limit 6`)
}
