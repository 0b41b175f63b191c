import { sql, type Queries } from '../../db/index.ts'
import type { BundleRow, GiftRow } from '../deals.ts'
import { listProducts } from '../load-product.ts'
import type { PriceList } from '../price-lists.ts'
import type { PriceRule } from '../price-rules.ts'
import type { Price } from '../product.ts'
import type { CouponRow, FieldRow, GroupRow, OptionRow, ProductRow, ValueRow } from '../rows.ts'
import { loadListPrices } from './list-prices.ts'

/** What a brand has, as rows by the names that files use. */
export interface Current {
  groups: Map<string, GroupRow>
  products: Map<string, ProductRow>
  /** By owner id. */
  options: Map<string, OptionRow[]>
  values: Map<string, ValueRow[]>
  fields: Map<string, FieldRow[]>
  prices: Map<string, readonly Price[]>
  /** By owner id and list id. */
  listPrices: Map<string, Map<string, Price[]>>
  /** By name, retired ones too. */
  lists: Map<string, ListRow>
  /** By currency. */
  rules: Map<string, PriceRule>
  bundles: Map<string, BundleRow>
  /** By the ids of giver and given. */
  gifts: Map<string, GiftRow>
  addons: Map<string, { addon_id: string; position: number }[]>
  coupons: Map<string, CouponRow>
  /** Plugin id or instance name → instance id. */
  instances: Map<string, string>
  /** Name → id. */
  serverGroups: Map<string, string>
}

export type ListRow = Pick<PriceList, 'id' | 'name' | 'discount_ppm' | 'retired_at' | 'version'>

async function loadOffers(queries: Queries, brandId: string) {
  const lists = await queries.all<ListRow>(sql`select * from price_lists where brand_id = ${brandId}`)
  const rules = await queries.all<PriceRule>(sql`select * from price_rules where brand_id = ${brandId}`)
  const bundles = await queries.all<BundleRow>(sql`select * from bundles where brand_id = ${brandId}`)
  const gifts = await queries.all<GiftRow>(sql`select * from product_gifts where brand_id = ${brandId}`)
  return {
    listPrices: await loadListPrices(queries, brandId),
    lists: new Map(lists.map((row) => [row.name, row])),
    rules: new Map(rules.map((row) => [row.currency, row])),
    bundles: new Map(bundles.map((row) => [row.slug, row])),
    gifts: new Map(gifts.map((row) => [`${row.giver_id} ${row.given_id}`, row])),
  }
}

export async function loadCurrent(queries: Queries, brandId: string): Promise<Current> {
  const groups = await queries.all<GroupRow>(sql`select * from product_groups where brand_id = ${brandId}`)
  const products = await queries.all<ProductRow>(sql`select * from products where brand_id = ${brandId}`)
  const options = await queries.all<OptionRow>(
    sql`select o.* from options o join products p on p.id = o.product_id where p.brand_id = ${brandId}`,
  )
  const values = await queries.all<ValueRow>(sql`
    select v.* from option_values v join options o on o.id = v.option_id join products p on p.id = o.product_id
    where p.brand_id = ${brandId}`)
  const fields = await queries.all<FieldRow>(
    sql`select f.* from order_fields f join products p on p.id = f.product_id where p.brand_id = ${brandId}`,
  )
  const addons = await queries.all<{ product_id: string; addon_id: string; position: number }>(sql`
    select a.product_id, a.addon_id, a.position from product_addons a join products p on p.id = a.product_id
    where p.brand_id = ${brandId} order by a.position, a.addon_id`)
  const coupons = await queries.all<CouponRow>(sql`select * from coupons where brand_id = ${brandId}`)
  return {
    groups: new Map(groups.map((row) => [row.slug, row])),
    products: new Map(products.map((row) => [row.slug, row])),
    options: Map.groupBy(options, (row) => row.product_id),
    values: Map.groupBy(values, (row) => row.option_id),
    fields: Map.groupBy(fields, (row) => row.product_id),
    prices: await pricesByOwner(queries, brandId),
    addons: Map.groupBy(addons, (row) => row.product_id),
    coupons: new Map(coupons.map((row) => [row.code, row])),
    ...(await loadOffers(queries, brandId)),
    ...(await loadModules(queries, brandId)),
  }
}

async function pricesByOwner(queries: Queries, brandId: string): Promise<Map<string, readonly Price[]>> {
  const prices = new Map<string, readonly Price[]>()
  for (const product of await listProducts(queries, brandId)) {
    prices.set(product.id, product.prices)
    for (const option of product.options) {
      prices.set(option.id, option.prices)
      for (const value of option.values) prices.set(value.id, value.prices)
    }
  }
  return prices
}

async function loadModules(queries: Queries, brandId: string) {
  const instances = await queries.all<{ id: string; plugin_id: string; name: string }>(sql`
    select id, plugin_id, name from plugin_instances
    where brand_id is null or brand_id = ${brandId} order by position desc, id desc`)
  const serverGroups = await queries.all<{ id: string; name: string }>(
    sql`select id, name from server_groups order by id desc`,
  )
  return {
    instances: new Map(
      instances.flatMap((row) => [[row.plugin_id, row.id] as const, [row.name, row.id] as const]),
    ),
    serverGroups: new Map(serverGroups.map((row) => [row.name, row.id])),
  }
}
