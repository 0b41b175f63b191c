import type { Trx } from '../db/index.ts'
import { invalidInput, type Actor } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { addRecord, filledColumns } from './edit.ts'
import { exactly, groupFields, Id, Name, Slug } from './inputs.ts'
import type { GroupLayout } from './product.ts'
import { reachBrand, reachGroup } from './reach.ts'

/** Answers the new group's id. */
export const createGroup = defineVerb(
  {
    permission: 'group.create',
    audience: ['staff'],
    input: exactly({ brand_id: Id, slug: Slug, name: Name, ...groupFields }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      await reachBrand(trx, actor, input.brand_id)
      if (input.parent_id) {
        const parent = await reachGroup(trx, actor, input.parent_id)
        if (parent.brand_id !== input.brand_id)
          throw invalidInput({ parent_id: 'is a group of another brand' })
      }
      return addGroup(means, trx, input, actor)
    }),
)

export interface NewGroup {
  brand_id: string
  slug: string
  name: string
  parent_id?: string | null | undefined
  headline?: string | null | undefined
  description?: string | null | undefined
  layout?: GroupLayout | undefined
  position?: number | undefined
  hidden?: boolean | undefined
}

const PRESET = {
  parent_id: null,
  headline: null,
  description: null,
  layout: 'cards',
  position: 0,
  hidden: false,
}

export async function addGroup(means: Means, trx: Trx, group: NewGroup, actor: Actor): Promise<string> {
  const id = means.newId('grp')
  const { brand_id, slug, name } = group
  const columns = { brand_id, slug, name, ...filledColumns(PRESET, group) }
  const record = { table: 'product_groups', what: 'group', id, brandId: brand_id, columns }
  await addRecord(means, trx, record, actor)
  return id
}
