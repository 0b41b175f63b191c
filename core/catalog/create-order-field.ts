import type { Trx } from '../db/index.ts'
import { invalidInput, type Actor } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { addRecord, filledColumns } from './edit.ts'
import { exactly, FieldKindText, Id, Key, Name, orderFieldFields } from './inputs.ts'
import type { FieldKind } from './product.ts'
import { reachProduct } from './reach.ts'
import { fieldProblems } from './rules.ts'

/** Adds a question to the order form of a product; answers its id. */
export const createOrderField = defineVerb(
  {
    permission: 'order_field.create',
    audience: ['staff'],
    input: exactly({ product_id: Id, key: Key, label: Name, kind: FieldKindText, ...orderFieldFields }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const product = await reachProduct(trx, actor, input.product_id)
      return addOrderField(means, trx, { ...input, brandId: product.brand_id }, actor)
    }),
)

export interface NewOrderField {
  brandId: string
  product_id: string
  key: string
  label: string
  kind: FieldKind
  hint?: string | null | undefined
  choices?: readonly string[] | undefined
  pattern?: string | null | undefined
  required?: boolean | undefined
  setting?: string | null | undefined
  position?: number | undefined
}

const PRESET = { hint: null, choices: [], pattern: null, required: false, setting: null, position: 0 }

export async function addOrderField(
  means: Means,
  trx: Trx,
  field: NewOrderField,
  actor: Actor,
): Promise<string> {
  const id = means.newId('fld')
  const { brandId, product_id, key: field_key, label, kind, choices = [], pattern = null } = field
  const problems = fieldProblems({ kind, choices, pattern })
  if (Object.keys(problems).length > 0) throw invalidInput(problems)
  const columns = { product_id, field_key, label, kind, ...filledColumns(PRESET, field) }
  await addRecord(means, trx, { table: 'order_fields', what: 'order_field', id, brandId, columns }, actor)
  return id
}
