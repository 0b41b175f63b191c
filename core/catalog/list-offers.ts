import { name, sql, type Queries } from '../db/index.ts'
import type { Actor } from '../kernel/index.ts'
import { findRow, scoped } from '../records/index.ts'
import type { BundleRow, GiftRow } from './deals.ts'
import type { PriceList } from './price-lists.ts'
import type { PriceRule } from './price-rules.ts'

/** What stands beside the products of a brand, with the words that errors use. */
interface Offers {
  bundles: BundleRow
  product_gifts: GiftRow
  price_lists: PriceList
  price_rules: PriceRule
}

const WORDS = {
  bundles: 'bundle',
  product_gifts: 'product gift',
  price_lists: 'price list',
  price_rules: 'price rule',
} as const satisfies Record<keyof Offers, string>

/** Oldest first, retired ones too; none of a brand out of reach. */
export const listOffers = <T extends keyof Offers>(
  queries: Queries,
  actor: Actor,
  { table, brandId }: { table: T; brandId: string },
): Promise<Offers[T][]> =>
  queries.all(sql`
    select t.* from ${name(table)} t
    where t.brand_id = ${brandId} and ${scoped(actor, { table: 't', client: null })} order by t.id`)

export const findOffer = <T extends keyof Offers>(
  queries: Queries,
  actor: Actor,
  { table, id }: { table: T; id: string },
): Promise<Offers[T]> =>
  findRow<Offers[T]>(queries, actor, { table, what: WORDS[table], id, scope: { client: null } })
