import { list, sql, type Queries, type Sql } from '../db/index.ts'
import type { Price, Product, ProductStatus } from './product.ts'
import {
  toField,
  toOption,
  toPrice,
  toProduct,
  toValue,
  type FieldRow,
  type OptionRow,
  type PriceRow,
  type ProductRow,
  type ValueRow,
} from './rows.ts'

/** The product with all that its page shows, in six statements; undefined when the brand has none of that slug. */
export async function loadProduct(
  queries: Queries,
  brandId: string,
  slug: string,
): Promise<Product | undefined> {
  const [product] = await loadWhere(queries, sql`p.brand_id = ${brandId} and p.slug = ${slug}`)
  return product
}

/** Products of a brand by id, in no order; unknown ids and other brands' are left out. */
export function loadProducts(queries: Queries, brandId: string, ids: readonly string[]): Promise<Product[]> {
  return loadWhere(queries, sql`p.brand_id = ${brandId} and p.id in (${list(ids)})`)
}

export interface ProductFilter {
  groupIds?: readonly string[]
  /** Absent: every status. */
  statuses?: readonly ProductStatus[]
  featured?: boolean
}

/** Products of a brand in the order of the shop. */
export function listProducts(
  queries: Queries,
  brandId: string,
  filter: ProductFilter = {},
): Promise<Product[]> {
  const { groupIds, statuses, featured } = filter
  return loadWhere(
    queries,
    sql`p.brand_id = ${brandId}
      ${groupIds ? sql`and p.group_id in (${list(groupIds)})` : sql``}
      ${statuses ? sql`and p.status in (${list(statuses)})` : sql``}
      ${featured ? sql`and p.featured = 1` : sql``}`,
  )
}

async function loadWhere(queries: Queries, condition: Sql): Promise<Product[]> {
  const rows = await queries.all<ProductRow>(
    sql`select p.* from products p where ${condition} order by p.position, p.name, p.id`,
  )
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.id)
  const links = await queries.all<{ of_id: string } & ProductRow>(sql`
    select a.product_id as of_id, p.* from product_addons a join products p on p.id = a.addon_id
    where a.product_id in (${list(ids)}) order by a.position, p.id`)
  const parts = await loadParts(queries, [...new Set([...ids, ...links.map((link) => link.id)])])
  const assemble = (row: ProductRow, addons: readonly Product[]): Product =>
    toProduct(row, {
      prices: parts.prices.get(row.id) ?? [],
      options: parts.options.get(row.id) ?? [],
      fields: parts.fields.get(row.id) ?? [],
      addons,
    })
  const addons = groupBy(links, (link) => link.of_id)
  return rows.map((row) =>
    assemble(
      row,
      (addons.get(row.id) ?? []).map((link) => assemble(link, [])),
    ),
  )
}

async function loadParts(queries: Queries, productIds: readonly string[]) {
  const ids = list(productIds)
  const options = await queries.all<OptionRow>(
    sql`select * from options where product_id in (${ids}) order by position, id`,
  )
  const values = await queries.all<ValueRow>(sql`
    select v.* from option_values v join options o on o.id = v.option_id
    where o.product_id in (${ids}) order by v.position, v.id`)
  const fields = await queries.all<FieldRow>(
    sql`select * from order_fields where product_id in (${ids}) order by position, id`,
  )
  const prices = await loadPrices(queries, ids)
  const valuesOf = groupBy(values, (value) => value.option_id)
  const made = options.map((option) =>
    toOption(option, {
      prices: prices.get(option.id) ?? [],
      values: (valuesOf.get(option.id) ?? []).map((value) => toValue(value, prices.get(value.id) ?? [])),
    }),
  )
  return {
    prices,
    options: groupBy(made, (option) => option.productId),
    fields: groupBy(fields.map(toField), (field) => field.productId),
  }
}

/** Prices of products, their options and their values, oldest version first. */
async function loadPrices(queries: Queries, productIds: Sql): Promise<Map<string, Price[]>> {
  const rows = await queries.all<PriceRow>(sql`
    select id, owner_id, cycle, currency, amount_minor, setup_minor, valid_from from prices
    where retired_at is null and (owner_id in (${productIds})
      or owner_id in (select id from options where product_id in (${productIds}))
      or owner_id in (select v.id from option_values v join options o on o.id = v.option_id
        where o.product_id in (${productIds})))
    order by valid_from, cycle, currency, id`)
  return groupBy(rows.map(toPrice), (price) => price.ownerId)
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  return Map.groupBy(items, keyOf)
}
