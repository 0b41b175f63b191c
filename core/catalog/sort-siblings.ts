import { Type } from '../../sdk/index.ts'
import { sql, type Trx } from '../db/index.ts'
import type { Actor } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { changeRecord } from './edit.ts'
import { exactly, Id } from './inputs.ts'
import { reachGroup, reachProduct } from './reach.ts'

const input = exactly({ id: Id, to: Type.Enum(['up', 'down']) })

/** Moves a group one place among those that stand beside it. False when there is no place to go. */
export const moveGroup = defineVerb(
  { permission: 'group.sort', audience: ['staff'], input },
  (means: Means, { id, to }, actor) =>
    means.db.transaction(async (trx) => {
      const { brand_id: brandId, parent_id: parentId } = await reachGroup(trx, actor, id)
      const siblings = await trx.all<Sorted>(sql`
        select id, version, position from product_groups where brand_id = ${brandId} and retired_at is null
          and coalesce(parent_id, '') = ${parentId ?? ''} order by position, name`)
      return move(means, trx, { table: 'product_groups', what: 'group', brandId, siblings, id, to }, actor)
    }),
)

/** Moves a product one place among those of its group. False when there is no place to go. */
export const moveProduct = defineVerb(
  { permission: 'product.sort', audience: ['staff'], input },
  (means: Means, { id, to }, actor) =>
    means.db.transaction(async (trx) => {
      const { brand_id: brandId, group_id: groupId } = await reachProduct(trx, actor, id)
      const siblings = await trx.all<Sorted>(sql`
        select id, version, position from products where group_id = ${groupId} and status <> 'retired' order by position, name`)
      return move(means, trx, { table: 'products', what: 'product', brandId, siblings, id, to }, actor)
    }),
)

interface Sorted {
  id: string
  version: number
  position: number
}

interface Move {
  table: string
  what: string
  brandId: string
  /** As they stand now. */
  siblings: readonly Sorted[]
  id: string
  to: 'up' | 'down'
}

/** Several may share a position, so all are numbered anew; those whose number stays are left alone. */
async function move(
  means: Means,
  trx: Trx,
  { siblings, id, to, ...record }: Move,
  actor: Actor,
): Promise<boolean> {
  const at = siblings.findIndex((one) => one.id === id)
  const other = at + (to === 'up' ? -1 : 1)
  if (at < 0 || other < 0 || other >= siblings.length) return false
  const order = siblings.with(at, siblings[other]!).with(other, siblings[at]!)
  for (const [i, row] of order.entries())
    await changeRecord(means, trx, { ...record, row, columns: { position: i + 1 } }, actor)
  return true
}
