import { Type } from '../../sdk/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { withWritten } from './conditions.ts'
import { demandConditions } from './demand-conditions.ts'
import { demandServerGroup } from './demand-server-group.ts'
import { changeRecord, toColumns } from './edit.ts'
import { exactly, Id, Key, Name, valueFields, Version } from './inputs.ts'
import { reachValue } from './reach.ts'

export const changeOptionValue = defineVerb(
  {
    permission: 'option_value.change',
    audience: ['staff'],
    input: exactly({
      id: Id,
      version: Version,
      key: Type.Optional(Key),
      label: Type.Optional(Name),
      ...valueFields,
    }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const { id, version, key, ...fields } = input
      const row = await reachValue(trx, actor, id)
      await demandServerGroup(trx, fields.server_group_id)
      const columns = { ...toColumns(withWritten(fields)), ...toColumns({ value_key: key }) }
      const record = { table: 'option_values', what: 'option_value', brandId: row.brand_id }
      const isChanged = await changeRecord(means, trx, { ...record, row, version, columns }, actor)
      if (isChanged) await demandConditions(trx, row.product_id, { valueId: row.id })
      return isChanged
    }),
)
