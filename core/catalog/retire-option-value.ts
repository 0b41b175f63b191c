import { defineVerb, type Means } from '../records/index.ts'
import { demandConditions } from './demand-conditions.ts'
import { changeRecord } from './edit.ts'
import { exactly, Id, Version } from './inputs.ts'
import { reachValue } from './reach.ts'

/** Ends the sale of a value. Services that have it keep it and its price. */
export const retireOptionValue = defineVerb(
  {
    permission: 'option_value.retire',
    audience: ['staff'],
    input: exactly({ id: Id, version: Version }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const row = await reachValue(trx, actor, input.id)
      const columns = { retired_at: row.retired_at ?? means.business.now() }
      const record = { table: 'option_values', what: 'option_value', act: 'retire', brandId: row.brand_id }
      const isChanged = await changeRecord(
        means,
        trx,
        { ...record, row, columns, version: input.version },
        actor,
      )
      if (isChanged) await demandConditions(trx, row.product_id, { valueId: row.id })
      return isChanged
    }),
)
