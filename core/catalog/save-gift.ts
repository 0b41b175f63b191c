import { Type, type Static } from '../../sdk/index.ts'
import { invalidInput } from '../kernel/index.ts'
import { defineVerb, findRow, type Means } from '../records/index.ts'
import { bundleLasts, giftLifecycle, keepDeals, type GiftRow } from './deals.ts'
import { addRecord, changeRecord } from './edit.ts'
import { CycleText, exactly, Id, Version } from './inputs.ts'
import { moveDeal, type DealWanted } from './move-deal.ts'
import { reachProduct } from './reach.ts'
import { readPercent } from './rules.ts'

const Cycles = Type.Optional(Type.Array(CycleText, { maxItems: 20 }))
const fields = {
  /** With which billing cycles of the giver; empty: all. */
  giver_cycles: Cycles,
  given_cycles: Cycles,
  /** "100" is free. */
  percent: Type.String({ maxLength: 10 }),
  lasts: Type.Enum([...bundleLasts]),
}
const Fields = Type.Object(fields)

/** A product gives another one cheaper or free with the same order. Answers the gift's id. */
export const createGift = defineVerb(
  {
    permission: 'product_gift.create',
    audience: ['staff'],
    input: exactly({ giver_id: Id, given_id: Id, ...fields }),
  },
  (means: Means, input, actor): Promise<string> =>
    means.db.transaction(async (trx) => {
      const giver = await reachProduct(trx, actor, input.giver_id)
      const given = await reachProduct(trx, actor, input.given_id)
      if (giver.id === given.id) throw invalidInput({ given_id: 'is the product itself' })
      if (giver.brand_id !== given.brand_id) throw invalidInput({ given_id: 'belongs to another brand' })
      const { brand_id } = giver
      const id = means.newId('giv')
      const own = { brand_id, giver_id: giver.id, given_id: given.id, status: giftLifecycle.initial }
      const columns = { ...own, ...columnsOf(input) }
      const record = { table: 'product_gifts', what: 'product_gift', id, brandId: brand_id }
      await addRecord(means, trx, { ...record, columns }, actor)
      await keepDeals(trx, brand_id)
      return id
    }),
)

/** Changes what is given from now on; what was given stays given. */
export const changeGift = defineVerb(
  {
    permission: 'product_gift.change',
    audience: ['staff'],
    input: exactly({ id: Id, version: Version, ...fields }),
  },
  (means: Means, input, actor): Promise<boolean> =>
    means.db.transaction(async (trx) => {
      const row = await findRow<GiftRow>(trx, actor, giftOf(input.id))
      const record = { table: 'product_gifts', what: 'product_gift', brandId: row.brand_id }
      const change = { ...record, row, version: input.version, columns: columnsOf(input) }
      const changed = await changeRecord(means, trx, change, actor)
      await keepDeals(trx, row.brand_id)
      return changed
    }),
)

const giftOf = (id: string): DealWanted => ({
  table: 'product_gifts',
  what: 'product gift',
  id,
  scope: { client: null },
})

export const retireGift = defineVerb(
  {
    permission: 'product_gift.retire',
    asks: ['product_gift.retire:check'],
    audience: ['staff'],
    input: exactly({ id: Id }),
  },
  (means: Means, { id }, actor): Promise<void> => moveDeal(means, giftOf(id), 'retire', actor),
)

export const restoreGift = defineVerb(
  {
    permission: 'product_gift.restore',
    asks: ['product_gift.restore:check'],
    audience: ['staff'],
    input: exactly({ id: Id }),
  },
  (means: Means, { id }, actor): Promise<void> => moveDeal(means, giftOf(id), 'restore', actor),
)

function columnsOf({ giver_cycles = [], given_cycles = [], percent, lasts }: Static<typeof Fields>) {
  const percent_ppm = readPercent(percent)
  if (percent_ppm === null || percent_ppm < 1 || percent_ppm > 1_000_000)
    throw invalidInput({ percent: 'must be above 0 and at most 100' })
  return {
    ...{ giver_cycles: JSON.stringify(giver_cycles), given_cycles: JSON.stringify(given_cycles) },
    ...{ percent_ppm, lasts },
  }
}
