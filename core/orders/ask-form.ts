import type { ShapeAnswer, ShapeValue } from '../../sdk/index.ts'
import type { OrderField } from '../catalog/index.ts'
import { AskFirst, list, sql, type Queries, type Trx } from '../db/index.ts'
import { BerthError } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'
import type { ItemWish } from './items.ts'

const HOOK = 'order.form:shape'

/** What plugins ask of whoever orders a wish, and why they refuse an answer. */
export interface AskedForm {
  fields: readonly OrderField[]
  /** Key → reason. */
  refused: Readonly<Record<string, string>>
}

/** By wish; an error where a plugin could not be asked. Wishes of whom nothing is asked are not in it. */
export type AskedForms = ReadonlyMap<ItemWish, AskedForm | BerthError>

export interface FormOf {
  brandId: string
  clientId: string | null
}

type Answer = ShapeAnswer<typeof HOOK>

/**
 * Asks plugins about each wish. Within a transaction that is left for the question and begun anew. Add-ons of running
 * services have no form.
 */
export async function askForms(
  { hooks }: Pick<Means, 'hooks'>,
  queries: Queries,
  wishes: readonly ItemWish[],
  of: FormOf,
): Promise<AskedForms> {
  const asked = wishes.filter((wish) => wish.service_id === undefined)
  if (!hooks.listens(HOOK) || asked.length === 0) return new Map()
  const known = await keysOf(
    queries,
    asked.map((wish) => wish.product_id),
  )
  const open = new Map<string, () => Promise<AskedForm | BerthError>>()
  const forms = new Map<ItemWish, AskedForm | BerthError>()
  const answers = 'answers' in queries ? (queries as Trx).answers : undefined
  for (const wish of asked) {
    const value = valueOf(wish, known.get(wish.product_id) ?? [], of)
    const key = `${HOOK} ${JSON.stringify(value)}`
    const ask = () => askForm({ hooks }, value)
    if (!answers) forms.set(wish, await ask())
    else if (answers.has(key)) forms.set(wish, answers.get(key) as AskedForm | BerthError)
    else open.set(key, ask)
  }
  if (open.size > 0) throw new AskFirst(open)
  return forms
}

/** What the products ask themselves: one statement. */
async function keysOf(
  queries: Queries,
  productIds: readonly string[],
): Promise<ReadonlyMap<string, ShapeValue<typeof HOOK>['fields']>> {
  const rows = await queries.all<{ product_id: string; field_key: string; label: string }>(sql`
    select product_id, field_key, label from order_fields
    where product_id in (${list([...new Set(productIds)])}) and retired_at is null order by position, id`)
  const fields = Map.groupBy(rows, (row) => row.product_id)
  return new Map(
    [...fields].map(([id, of]) => [id, of.map(({ field_key: key, label }) => ({ key, label }))] as const),
  )
}

function valueOf(
  wish: ItemWish,
  fields: ShapeValue<typeof HOOK>['fields'],
  { brandId, clientId }: FormOf,
): ShapeValue<typeof HOOK> {
  const answers = Object.entries(wish.fields ?? {}).map(([key, value]) => [key, String(value)])
  return {
    ...{ brand_id: brandId, client_id: clientId, product_id: wish.product_id, cycle: wish.cycle },
    ...{ fields, answers: Object.fromEntries(answers) as Record<string, string> },
  }
}

async function askForm(
  { hooks }: Pick<Means, 'hooks'>,
  value: ShapeValue<typeof HOOK>,
): Promise<AskedForm | BerthError> {
  const fields: OrderField[] = []
  const refused: Record<string, string> = {}
  try {
    await hooks.shape(HOOK, value, (before, { ask = [], refuse = [] }) => {
      const taken = ask.find(({ key }) => before.fields.some((field) => field.key === key))
      if (taken) throw new TypeError(`The question "${taken.key}" is asked already.`)
      fields.push(...ask.map((one) => fieldOf(value.product_id, one)))
      for (const { key, reason } of refuse) refused[key] ??= reason
      return { ...before, fields: [...before.fields, ...ask.map(({ key, label }) => ({ key, label }))] }
    })
    return { fields, refused }
  } catch (error) {
    if (error instanceof BerthError) return error
    throw error
  }
}

type Question = NonNullable<Answer['ask']>[number]

/** As a question of the product's own, without an id: its answer is kept with the order, no provisioner gets it. */
const fieldOf = (productId: string, { key, label, hint, kind, choices, required }: Question): OrderField => ({
  ...{ id: '', productId, key, label, hint: hint ?? null, kind, choices: choices ?? [], pattern: null },
  ...{ required, setting: null, position: 0, retiredAt: null, version: 0 },
})

/** Whoever orders cannot do without the answer. */
export function requireForms(forms: AskedForms): AskedForms {
  for (const form of forms.values()) if (form instanceof BerthError) throw form
  return forms
}
