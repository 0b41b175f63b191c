import { defineVerb, type Means } from '../records/index.ts'
import { demandConditions } from './demand-conditions.ts'
import { changeRecord } from './edit.ts'
import { exactly, Id, Version } from './inputs.ts'
import { reachOption } from './reach.ts'

/** Ends the sale of an option. Services that have it keep it and its price. */
export const retireOption = defineVerb(
  { permission: 'option.retire', audience: ['staff'], input: exactly({ id: Id, version: Version }) },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const row = await reachOption(trx, actor, input.id)
      const columns = { retired_at: row.retired_at ?? means.business.now() }
      const record = { table: 'options', what: 'option', act: 'retire', brandId: row.brand_id }
      const isChanged = await changeRecord(
        means,
        trx,
        { ...record, row, columns, version: input.version },
        actor,
      )
      if (isChanged) await demandConditions(trx, row.product_id, { optionId: row.id })
      return isChanged
    }),
)
