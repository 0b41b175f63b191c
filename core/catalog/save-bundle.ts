import { Type, type Static } from '../../sdk/index.ts'
import type { Queries, SqlValue } from '../db/index.ts'
import { invalidInput } from '../kernel/index.ts'
import { defineVerb, findRow, type Means } from '../records/index.ts'
import { checkNamed } from './create-coupon.ts'
import { bundleKinds, bundleLasts, bundleLifecycle, keepDeals, type BundleRow } from './deals.ts'
import { addRecord, changeRecord } from './edit.ts'
import { Amount, CurrencyCode, CycleText, exactly, Id, Name, Position, Slug, Version } from './inputs.ts'
import { moveDeal, type DealWanted } from './move-deal.ts'
import { reachBrand } from './reach.ts'
import { readAmount, readPercent } from './rules.ts'

const fields = {
  name: Name,
  summary: Type.Optional(Type.Union([Type.String({ maxLength: 300 }), Type.Null()])),
  position: Type.Optional(Position),
  members: Type.Array(
    exactly({ product_id: Id, cycles: Type.Array(CycleText, { maxItems: 20, default: [] }) }),
    {
      minItems: 2,
      maxItems: 12,
    },
  ),
  kind: Type.Enum([...bundleKinds]),
  percent: Type.Optional(Type.String({ maxLength: 10 })),
  /** The sum off, or the price of all members together for one period. */
  amount: Type.Optional(Amount),
  currency: Type.Optional(CurrencyCode),
  lasts: Type.Enum([...bundleLasts]),
}

/** Products that are cheaper when they are ordered together. Answers the bundle's id. */
export const createBundle = defineVerb(
  {
    permission: 'bundle.create',
    audience: ['staff'],
    input: exactly({ brand_id: Id, slug: Slug, ...fields }),
  },
  (means: Means, input, actor): Promise<string> =>
    means.db.transaction(async (trx) => {
      await reachBrand(trx, actor, input.brand_id)
      const { brand_id, slug, ...more } = input
      const columns = {
        brand_id,
        slug,
        status: bundleLifecycle.initial,
        ...(await columnsOf(trx, brand_id, more)),
      }
      const id = means.newId('bun')
      await addRecord(means, trx, { table: 'bundles', what: 'bundle', id, brandId: brand_id, columns }, actor)
      await keepDeals(trx, brand_id)
      return id
    }),
)

/** Changes what the bundle is from now on; services that were sold in it keep what they have. */
export const changeBundle = defineVerb(
  {
    permission: 'bundle.change',
    audience: ['staff'],
    input: exactly({ id: Id, version: Version, ...fields }),
  },
  (means: Means, input, actor): Promise<boolean> =>
    means.db.transaction(async (trx) => {
      const { id, version, ...more } = input
      const row = await findRow<BundleRow>(trx, actor, bundleOf(id))
      const columns = await columnsOf(trx, row.brand_id, more)
      const record = { table: 'bundles', what: 'bundle', brandId: row.brand_id }
      const changed = await changeRecord(means, trx, { ...record, row, version, columns }, actor)
      await keepDeals(trx, row.brand_id)
      return changed
    }),
)

const bundleOf = (id: string): DealWanted => ({
  table: 'bundles',
  what: 'bundle',
  id,
  scope: { client: null },
})

export const retireBundle = defineVerb(
  {
    permission: 'bundle.retire',
    asks: ['bundle.retire:check'],
    audience: ['staff'],
    input: exactly({ id: Id }),
  },
  (means: Means, { id }, actor): Promise<void> => moveDeal(means, bundleOf(id), 'retire', actor),
)

export const restoreBundle = defineVerb(
  {
    permission: 'bundle.restore',
    asks: ['bundle.restore:check'],
    audience: ['staff'],
    input: exactly({ id: Id }),
  },
  (means: Means, { id }, actor): Promise<void> => moveDeal(means, bundleOf(id), 'restore', actor),
)

const Fields = Type.Object(fields)

async function columnsOf(
  queries: Queries,
  brandId: string,
  input: Static<typeof Fields>,
): Promise<Record<string, SqlValue>> {
  await checkNamed(queries, brandId, {
    product_ids: [...new Set(input.members.map(({ product_id }) => product_id))],
  })
  const { name, summary = null, position = 0, members, kind, lasts } = input
  return { name, summary, position, members: JSON.stringify(members), kind, lasts, ...worthOf(input) }
}

function worthOf({ kind, percent, amount, currency }: Static<typeof Fields>) {
  if (kind === 'percent') {
    const percent_ppm = readPercent(percent ?? '')
    if (percent_ppm === null || percent_ppm < 1 || percent_ppm > 1_000_000)
      throw invalidInput({ percent: 'must be above 0 and at most 100' })
    return { percent_ppm, currency: null, amount_minor: null }
  }
  if (amount === undefined) throw invalidInput({ amount: 'is missing' })
  if (currency === undefined) throw invalidInput({ currency: 'is missing' })
  const amount_minor = readAmount(amount, currency)
  if (typeof amount_minor !== 'bigint') throw invalidInput({ amount: amount_minor.problem })
  return { percent_ppm: null, currency, amount_minor }
}
