import { Type } from '../../sdk/index.ts'
import { invalidInput } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { changeRecord, toColumns } from './edit.ts'
import { exactly, FieldKindText, Id, Key, Name, orderFieldFields, Version } from './inputs.ts'
import { reachField } from './reach.ts'
import { toField } from './rows.ts'
import { fieldProblems } from './rules.ts'

export const changeOrderField = defineVerb(
  {
    permission: 'order_field.change',
    audience: ['staff'],
    input: exactly({
      id: Id,
      version: Version,
      key: Type.Optional(Key),
      label: Type.Optional(Name),
      kind: Type.Optional(FieldKindText),
      ...orderFieldFields,
    }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const { id, version, key, ...fields } = input
      const row = await reachField(trx, actor, id)
      const old = toField(row)
      const { kind = old.kind, choices = old.choices, pattern = old.pattern } = fields
      const problems = fieldProblems({ kind, choices, pattern })
      if (Object.keys(problems).length > 0) throw invalidInput(problems)
      const columns = { ...toColumns(fields), ...toColumns({ field_key: key }) }
      return changeRecord(
        means,
        trx,
        { table: 'order_fields', what: 'order_field', brandId: row.brand_id, row, version, columns },
        actor,
      )
    }),
)
