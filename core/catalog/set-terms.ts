import { Type, type Static } from '../../sdk/index.ts'
import type { Trx } from '../db/index.ts'
import { invalidInput, type Actor } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { changeRecord, toColumns } from './edit.ts'
import { Amount, count, CurrencyCode, exactly, Id, Version } from './inputs.ts'
import { trialEnds } from './product.ts'
import { reachBrand, reachProduct } from './reach.ts'
import { readAmount } from './rules.ts'

const Terms = {
  /** Null: it goes on until somebody ends it. */
  periods_max: count(1, 1_000),
  /** Null: no trial. */
  trial_days: count(1, 365),
  /** Currency → what the trial costs; empty: nothing. */
  trial_prices: Type.Optional(Type.Record(CurrencyCode, Amount)),
  trial_then: Type.Optional(Type.Enum([...trialEnds])),
}
const TermsInput = exactly(Terms)
export type ProductTerms = Static<typeof TermsInput>

/** How long a product is charged and how it may be tried. Services that were sold keep their terms. */
export const setTerms = defineVerb(
  {
    permission: 'product.set_terms',
    audience: ['staff'],
    input: exactly({ id: Id, version: Version, ...Terms }),
  },
  (means: Means, { id, version, ...terms }, actor): Promise<boolean> =>
    means.db.transaction((trx) => putTerms(means, trx, { id, version, terms }, actor)),
)

export async function putTerms(
  means: Means,
  trx: Trx,
  { id, version, terms }: { id: string; version?: number | undefined; terms: ProductTerms },
  actor: Actor,
): Promise<boolean> {
  const row = await reachProduct(trx, actor, id)
  const { currencies } = await reachBrand(trx, actor, row.brand_id)
  for (const [currency, amount] of Object.entries(terms.trial_prices ?? {})) {
    if (!currencies.includes(currency))
      throw invalidInput({ trial_prices: `${currency} is not a currency of this brand` })
    const read = readAmount(amount, currency)
    if (typeof read !== 'bigint') throw invalidInput({ trial_prices: read.problem })
  }
  const record = { table: 'products', what: 'product', act: 'set_terms', brandId: row.brand_id }
  return changeRecord(means, trx, { ...record, row, version, columns: toColumns(terms) }, actor)
}
