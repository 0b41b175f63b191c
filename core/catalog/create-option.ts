import type { Trx } from '../db/index.ts'
import { invalidInput, type Actor } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { withWritten } from './conditions.ts'
import { demandConditions } from './demand-conditions.ts'
import { addRecord, filledColumns } from './edit.ts'
import { exactly, Id, Key, Name, optionFields, OptionKindText } from './inputs.ts'
import type { Condition, OptionKind } from './product.ts'
import { reachProduct } from './reach.ts'
import { optionProblems } from './rules.ts'

/** Answers the new option's id. Values and prices are added to it by their own verbs. */
export const createOption = defineVerb(
  {
    permission: 'option.create',
    audience: ['staff'],
    input: exactly({ product_id: Id, key: Key, name: Name, kind: OptionKindText, ...optionFields }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const product = await reachProduct(trx, actor, input.product_id)
      const id = await addOption(means, trx, { ...input, brandId: product.brand_id }, actor)
      await demandConditions(trx, product.id, { optionId: id })
      return id
    }),
)

export interface NewOption {
  brandId: string
  product_id: string
  key: string
  name: string
  kind: OptionKind
  hint?: string | null | undefined
  unit?: string | null | undefined
  required?: boolean | undefined
  minimum?: number | null | undefined
  maximum?: number | null | undefined
  step?: number | null | undefined
  preset?: string | null | undefined
  setting?: string | null | undefined
  changeable?: boolean | undefined
  conditions?: readonly Condition[] | undefined
  position?: number | undefined
}

const PRESET = {
  hint: null,
  unit: null,
  required: false,
  minimum: null,
  maximum: null,
  step: null,
  preset: null,
  setting: null,
  changeable: true,
  conditions: [],
  position: 0,
}

export async function addOption(means: Means, trx: Trx, option: NewOption, actor: Actor): Promise<string> {
  const id = means.newId('opt')
  const { brandId, product_id, key: option_key, name, kind } = option
  const { minimum = null, maximum = null, step = null, preset = null } = option
  const problems = optionProblems({ kind: option.kind, minimum, maximum, step, preset })
  if (Object.keys(problems).length > 0) throw invalidInput(problems)
  const columns = { product_id, option_key, name, kind, ...filledColumns(PRESET, withWritten(option)) }
  await addRecord(means, trx, { table: 'options', what: 'option', id, brandId, columns }, actor)
  return id
}
