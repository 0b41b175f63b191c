import { Type } from '../../sdk/index.ts'
import { sql, type Queries } from '../db/index.ts'
import type { Actor, Instant } from '../kernel/index.ts'
import { defineVerb, findRow, type Means } from '../records/index.ts'
import { addRecord, changeRecord } from './edit.ts'
import { PriceListInUse } from './errors.ts'
import { exactly, Id, Name, Version } from './inputs.ts'
import { reachBrand } from './reach.ts'

/** Prices that hold for the clients of some groups, in place of the default ones or below them. */
export interface PriceList {
  id: string
  brand_id: string
  name: string
  /** Taken off the default price of what the list has no price of its own for. */
  discount_ppm: number
  retired_at: Instant | null
  version: number
  created_at: Instant
  updated_at: Instant
}

const audience = ['staff'] as const
const Discount = Type.Integer({ minimum: 0, maximum: 1_000_000 })

/** Answers the new list's id. */
export const createPriceList = defineVerb(
  {
    permission: 'price_list.create',
    audience,
    input: exactly({ brand_id: Id, name: Name, discount_ppm: Type.Optional(Discount) }),
  },
  (means: Means, { brand_id, name, discount_ppm = 0 }, actor): Promise<string> =>
    means.db.transaction(async (trx) => {
      const brand = await reachBrand(trx, actor, brand_id)
      const id = means.newId('plt')
      const columns = { brand_id: brand.id, name, discount_ppm }
      const record = { table: 'price_lists', what: 'price_list', id, brandId: brand.id, columns }
      await addRecord(means, trx, record, actor)
      return id
    }),
)

export const changePriceList = defineVerb(
  {
    permission: 'price_list.change',
    audience,
    input: exactly({ id: Id, version: Version, name: Name, discount_ppm: Discount }),
  },
  (means: Means, { id, version, ...columns }, actor): Promise<boolean> =>
    means.db.transaction(async (trx) => {
      const row = await findPriceList(trx, actor, id)
      const record = { table: 'price_lists', what: 'price_list', brandId: row.brand_id }
      return changeRecord(means, trx, { ...record, row, version, columns }, actor)
    }),
)

/** Refused while a group of clients has it. Services keep the prices that they were sold at. */
export const retirePriceList = defineVerb(
  { permission: 'price_list.retire', audience, input: exactly({ id: Id }) },
  (means: Means, { id }, actor): Promise<boolean> =>
    means.db.transaction(async (trx) => {
      const row = await findPriceList(trx, actor, id)
      if (row.retired_at !== null) return false
      const held = await trx.get<{ uses: number }>(
        sql`select count(*) as uses from client_groups where price_list_id = ${id} and retired_at is null`,
      )
      if (held!.uses > 0) throw PriceListInUse({ name: row.name, groups: held!.uses })
      const columns = { retired_at: means.business.now() }
      const record = { table: 'price_lists', what: 'price_list', act: 'retire', brandId: row.brand_id }
      return changeRecord(means, trx, { ...record, row, columns }, actor)
    }),
)

export const findPriceList = (queries: Queries, actor: Actor, id: string): Promise<PriceList> =>
  findRow(queries, actor, { table: 'price_lists', what: 'price list', id, scope: { client: null } })
