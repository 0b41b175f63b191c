import type { Trx } from '../db/index.ts'
import { invalidInput, type Actor } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { writtenConditions } from './conditions.ts'
import { demandConditions } from './demand-conditions.ts'
import { demandServerGroup } from './demand-server-group.ts'
import { addRecord } from './edit.ts'
import { exactly, Id, Key, Name, valueFields } from './inputs.ts'
import type { Condition } from './product.ts'
import { reachOption } from './reach.ts'

/** Adds a value to a list or radio; answers its id. */
export const createOptionValue = defineVerb(
  {
    permission: 'option_value.create',
    audience: ['staff'],
    input: exactly({ option_id: Id, key: Key, label: Name, ...valueFields }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const option = await reachOption(trx, actor, input.option_id)
      if (option.kind !== 'list' && option.kind !== 'radio')
        throw invalidInput({ option_id: `is a ${option.kind}; only lists and radios have values` })
      await demandServerGroup(trx, input.server_group_id)
      const id = await addOptionValue(means, trx, { ...input, brandId: option.brand_id }, actor)
      await demandConditions(trx, option.product_id, { valueId: id })
      return id
    }),
)

export interface NewOptionValue {
  brandId: string
  option_id: string
  key: string
  label: string
  module_value?: string | null | undefined
  server_group_id?: string | null | undefined
  conditions?: readonly Condition[] | undefined
  position?: number | undefined
}

export async function addOptionValue(
  means: Means,
  trx: Trx,
  value: NewOptionValue,
  actor: Actor,
): Promise<string> {
  const id = means.newId('opv')
  const { brandId, option_id, key: value_key, label, module_value = null, position = 0 } = value
  const { server_group_id = null } = value
  const conditions = JSON.stringify(writtenConditions(value.conditions ?? []))
  const columns = { option_id, value_key, label, module_value, server_group_id, conditions, position }
  await addRecord(means, trx, { table: 'option_values', what: 'option_value', id, brandId, columns }, actor)
  return id
}
