import { sql, type Queries, type Sql } from '../db/index.ts'
import { NotFound, type Actor } from '../kernel/index.ts'
import { findRow, scoped } from '../records/index.ts'
import type { CouponRow, FieldRow, GroupRow, OptionRow, ProductRow, ValueRow } from './rows.ts'

/** Rows of the catalogue that the actor may reach: staff within their brands, nobody else. */

export interface BrandFacts {
  id: string
  currencies: readonly string[]
  zone: string
}

export async function reachBrand(queries: Queries, actor: Actor, id: string): Promise<BrandFacts> {
  const scope = { client: null, brand: 'id' }
  const row = await findRow<{ id: string; currencies: string; zone: string }>(queries, actor, {
    table: 'brands',
    what: 'brand',
    id,
    scope,
  })
  return { id: row.id, zone: row.zone, currencies: JSON.parse(row.currencies) as string[] }
}

export const reachGroup = (queries: Queries, actor: Actor, id: string): Promise<GroupRow> =>
  findRow(queries, actor, { table: 'product_groups', what: 'group', id, scope: { client: null } })

export const reachProduct = (queries: Queries, actor: Actor, id: string): Promise<ProductRow> =>
  findRow(queries, actor, { table: 'products', what: 'product', id, scope: { client: null } })

export const reachCoupon = (queries: Queries, actor: Actor, id: string): Promise<CouponRow> =>
  findRow(queries, actor, { table: 'coupons', what: 'coupon', id, scope: { client: null } })

interface OfBrand {
  brand_id: string
}

export const reachOption = (queries: Queries, actor: Actor, id: string) =>
  reachPart<OptionRow>(queries, actor, {
    what: 'option',
    id,
    from: sql`options t join products p on p.id = t.product_id`,
  })

export const reachValue = (queries: Queries, actor: Actor, id: string) =>
  reachPart<ValueRow & { product_id: string }>(queries, actor, {
    what: 'option value',
    id,
    from: sql`option_values t join options o on o.id = t.option_id join products p on p.id = o.product_id`,
  })

export const reachField = (queries: Queries, actor: Actor, id: string) =>
  reachPart<FieldRow>(queries, actor, {
    what: 'order field',
    id,
    from: sql`order_fields t join products p on p.id = t.product_id`,
  })

async function reachPart<R>(
  queries: Queries,
  actor: Actor,
  wanted: { what: string; id: string; from: Sql },
): Promise<R & OfBrand> {
  const condition = scoped(actor, { table: 'p', client: null })
  const row = await queries.get<R & OfBrand>(
    sql`select t.*, p.brand_id, p.id as product_id from ${wanted.from} where t.id = ${wanted.id} and ${condition}`,
  )
  if (!row) throw NotFound({ what: wanted.what, id: wanted.id })
  return row
}
