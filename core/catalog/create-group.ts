import type { Trx } from '../db/index.ts'
import { invalidInput, type Actor } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { addRecord, toColumns } from './edit.ts'
import { exactly, groupFields, Id, Name, Slug } from './inputs.ts'
import type { GroupLayout } from './product.ts'
import { reachBrand, reachGroup } from './reach.ts'

/** Answers the new group's id. */
export const createGroup = defineVerb(
  {
    permission: 'group.create',
    audience: ['staff'],
    input: exactly({ brandId: Id, slug: Slug, name: Name, ...groupFields }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      await reachBrand(trx, actor, input.brandId)
      if (input.parentId) {
        const parent = await reachGroup(trx, actor, input.parentId)
        if (parent.brand_id !== input.brandId) throw invalidInput({ parentId: 'is a group of another brand' })
      }
      return addGroup(means, trx, input, actor)
    }),
)

export interface NewGroup {
  brandId: string
  slug: string
  name: string
  parentId?: string | null | undefined
  headline?: string | null | undefined
  description?: string | null | undefined
  layout?: GroupLayout | undefined
  position?: number | undefined
  hidden?: boolean | undefined
}

export async function addGroup(means: Means, trx: Trx, group: NewGroup, actor: Actor): Promise<string> {
  const id = means.newId('grp')
  const preset = {
    parentId: null,
    headline: null,
    description: null,
    layout: 'cards',
    position: 0,
    hidden: false,
  }
  const columns = { ...toColumns(preset), ...toColumns({ ...group }) }
  await addRecord(
    means,
    trx,
    { table: 'product_groups', what: 'group', id, brandId: group.brandId, columns },
    actor,
  )
  return id
}
