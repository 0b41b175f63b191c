import { Type } from '../../sdk/index.ts'
import { invalidInput } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { changeRecord, toColumns } from './edit.ts'
import { exactly, Id, Name, productFields, ProductKindText, Slug, Version } from './inputs.ts'
import { reachGroup, reachProduct } from './reach.ts'

/** Services that were sold keep what they were sold with. False when nothing differs. */
export const changeProduct = defineVerb(
  {
    permission: 'product.change',
    audience: ['staff'],
    input: exactly({
      id: Id,
      version: Version,
      group_id: Type.Optional(Id),
      slug: Type.Optional(Slug),
      name: Type.Optional(Name),
      kind: Type.Optional(ProductKindText),
      ...productFields,
    }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const { id, version, ...fields } = input
      const row = await reachProduct(trx, actor, id)
      if (fields.group_id) {
        const group = await reachGroup(trx, actor, fields.group_id)
        if (group.brand_id !== row.brand_id) throw invalidInput({ group_id: 'is a group of another brand' })
      }
      const columns = toColumns(fields)
      return changeRecord(
        means,
        trx,
        { table: 'products', what: 'product', brandId: row.brand_id, row, version, columns },
        actor,
      )
    }),
)
