import { defineVerb, type Means } from '../records/index.ts'
import { changeRecord } from './edit.ts'
import { exactly, Id, Version } from './inputs.ts'
import { reachField } from './reach.ts'

/** Stops asking a question. Answers that were given stay with their services. */
export const retireOrderField = defineVerb(
  { permission: 'order_field.retire', audience: ['staff'], input: exactly({ id: Id, version: Version }) },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const row = await reachField(trx, actor, input.id)
      const columns = { retired_at: row.retired_at ?? means.business.now() }
      return changeRecord(
        means,
        trx,
        {
          table: 'order_fields',
          what: 'order_field',
          act: 'retire',
          brandId: row.brand_id,
          row,
          columns,
          version: input.version,
        },
        actor,
      )
    }),
)
