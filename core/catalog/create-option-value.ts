import type { Trx } from '../db/index.ts'
import { invalidInput, type Actor } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { addRecord, toColumns } from './edit.ts'
import { exactly, Id, Key, Name, valueFields } from './inputs.ts'
import { reachOption } from './reach.ts'

/** Adds a value to a list or radio; answers its id. */
export const createOptionValue = defineVerb(
  {
    permission: 'option_value.create',
    audience: ['staff'],
    input: exactly({ optionId: Id, key: Key, label: Name, ...valueFields }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const option = await reachOption(trx, actor, input.optionId)
      if (option.kind !== 'list' && option.kind !== 'radio')
        throw invalidInput({ optionId: `is a ${option.kind}; only lists and radios have values` })
      return addOptionValue(means, trx, { ...input, brandId: option.brand_id }, actor)
    }),
)

export interface NewOptionValue {
  brandId: string
  optionId: string
  key: string
  label: string
  moduleValue?: string | null | undefined
  position?: number | undefined
}

export async function addOptionValue(
  means: Means,
  trx: Trx,
  value: NewOptionValue,
  actor: Actor,
): Promise<string> {
  const id = means.newId('opv')
  const { key, brandId, ...fields } = value
  const columns = { module_value: null, position: 0, ...toColumns(fields), value_key: key }
  await addRecord(means, trx, { table: 'option_values', what: 'option_value', id, brandId, columns }, actor)
  return id
}
