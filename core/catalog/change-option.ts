import { Type } from '../../sdk/index.ts'
import { sql } from '../db/index.ts'
import { invalidInput } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { withWritten } from './conditions.ts'
import { demandConditions } from './demand-conditions.ts'
import { changeRecord, toColumns } from './edit.ts'
import { exactly, Id, Key, Name, optionFields, Version } from './inputs.ts'
import type { OptionKind } from './product.ts'
import { reachOption } from './reach.ts'
import { optionProblems, type OptionShape } from './rules.ts'

/** The kind of an option never changes: what was sold under it would lose its meaning. Retire it and add another. */
export const changeOption = defineVerb(
  {
    permission: 'option.change',
    audience: ['staff'],
    input: exactly({
      id: Id,
      version: Version,
      key: Type.Optional(Key),
      name: Type.Optional(Name),
      ...optionFields,
    }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const { id, version, key, ...fields } = input
      const row = await reachOption(trx, actor, id)
      const values = await trx.all<{ value_key: string }>(
        sql`select value_key from option_values where option_id = ${id} and retired_at is null`,
      )
      const columns = { ...toColumns(withWritten(fields)), ...toColumns({ option_key: key }) }
      const next = { ...row, ...columns, kind: row.kind as OptionKind } as OptionShape
      const problems = optionProblems(
        next,
        values.map((value) => value.value_key),
      )
      if (Object.keys(problems).length > 0) throw invalidInput(problems)
      const change = { table: 'options', what: 'option', brandId: row.brand_id, row, version, columns }
      const isChanged = await changeRecord(means, trx, change, actor)
      if (isChanged) await demandConditions(trx, row.product_id, { optionId: row.id })
      return isChanged
    }),
)
