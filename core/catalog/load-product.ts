import { list, madeOnce, sql, type Queries, type Sql } from '../db/index.ts'
import { readFree, type FreePlaces, type ValuePlace } from './free-places.ts'
import type { Product, ProductKind, ProductStatus } from './product.ts'
import {
  toField,
  toOption,
  toPrice,
  toProduct,
  toValue,
  type FieldRow,
  type ChosenOptionRow,
  type PriceRow,
  type ProductRow,
  type ValueRow,
} from './rows.ts'

/** Whose prices: of a client's list, of a list by its id, or, with neither, the default ones that guests see. */
export interface PricesFor {
  clientId?: string | null | undefined
  listId?: string | null | undefined
}

export interface ToLoad extends PricesFor {
  /** False: without what an order asks, which a running service is not asked again. */
  orderFields?: false
  /** With what this service has chosen of their options: where it is already it has its place. */
  serviceId?: string
}

/** The product with all that its page shows, in four statements; undefined when the brand has none of that slug. */
export async function loadProduct(
  queries: Queries,
  brandId: string,
  slug: string,
  prices: PricesFor = {},
): Promise<Product | undefined> {
  const [product] = await loadWhere(queries, sql`p.brand_id = ${brandId} and p.slug = ${slug}`, prices)
  return product
}

/** Products of a brand by id, in no order; unknown ids and other brands' are left out. */
export function loadProducts(
  queries: Queries,
  brandId: string,
  ids: readonly string[],
  of: ToLoad = {},
): Promise<Product[]> {
  return loadWhere(queries, sql`p.brand_id = ${brandId} and p.id in (${list(ids)})`, of)
}

export interface ProductFilter extends PricesFor {
  groupIds?: readonly string[]
  /** Absent: every status. */
  statuses?: readonly ProductStatus[]
  /** Absent: every kind. */
  kinds?: readonly ProductKind[]
  featured?: boolean
}

/** Products of a brand in the order of the shop. */
export function listProducts(
  queries: Queries,
  brandId: string,
  filter: ProductFilter = {},
): Promise<Product[]> {
  const { groupIds, statuses, kinds, featured } = filter
  return loadWhere(
    queries,
    sql`p.brand_id = ${brandId}
      ${groupIds ? sql`and p.group_id in (${list(groupIds)})` : sql``}
      ${statuses ? sql`and p.status in (${list(statuses)})` : sql``}
      ${kinds ? sql`and p.kind in (${list(kinds)})` : sql``}
      ${featured ? sql`and p.featured = 1` : sql``}`,
    filter,
  )
}

async function loadWhere(queries: Queries, condition: Sql, of: ToLoad): Promise<Product[]> {
  const found = await loadFound(queries, condition)
  if (found.length === 0) return []
  const ids = list([...new Set(found.map(({ id }) => id))])
  const options = await loadOptions(queries, ids, of.serviceId)
  const fields =
    of.orderFields === false
      ? NO_FIELDS
      : await queries.all<FieldRow>(
          sql`select * from order_fields where product_id in (${ids}) order by position, id`,
        )
  const prices = await loadPrices(queries, ids, of)
  const free = await readFree(queries, placesIn(found, options))
  return [...productsOf({ found, options, fields, prices, free })]
}

const NO_FIELDS: readonly FieldRow[] = []

/** The products, and once for each product that offers them, their add-ons. */
type Found = ProductRow & { addon_of: string | null }

const loadFound = (queries: Queries, condition: Sql): Promise<Found[]> =>
  queries.all<Found>(sql`
    with wanted as (select p.* from products p where ${condition})
    select * from (
      select null as addon_of, w.position as place, w.* from wanted w
      union all
      select a.product_id as addon_of, a.position as place, p.* from wanted w
        join product_addons a on a.product_id = w.id join products p on p.id = a.addon_id
    ) found order by place, case when addon_of is null then name else '' end, id`)

interface Rows {
  found: readonly Found[]
  options: readonly OptionAndValue[]
  fields: readonly FieldRow[]
  prices: readonly PriceRow[]
  free: FreePlaces
}

const productsOf = madeOnce((rows: Rows): readonly Product[] => {
  const parts = partsOf(rows)
  const assemble = (row: Found, addons: readonly Product[]): Product =>
    toProduct(row, {
      prices: parts.prices.get(row.id) ?? [],
      options: parts.options.get(row.id) ?? [],
      fields: parts.fields.get(row.id) ?? [],
      addons,
    })
  const links = rows.found.filter(({ addon_of }) => addon_of !== null)
  const addons = groupBy(links, (link) => link.addon_of!)
  return rows.found
    .filter(({ addon_of }) => addon_of === null)
    .map((row) =>
      assemble(
        row,
        (addons.get(row.id) ?? []).map((link) => assemble(link, [])),
      ),
    )
})

function partsOf({ options, fields, prices: priced, free }: Rows) {
  const prices = groupBy(priced.map(toPrice), (price) => price.ownerId)
  const made = valuesByOption(options).map(({ option, values }) =>
    toOption(option, {
      prices: prices.get(option.id) ?? [],
      values: values.map((value) =>
        toValue(value, {
          prices: prices.get(value.id) ?? [],
          free: value.value_key === option.chosen ? null : (free.get(value.id) ?? null),
        }),
      ),
    }),
  )
  return {
    prices,
    options: groupBy(made, (option) => option.productId),
    fields: groupBy(fields.map(toField), (field) => field.productId),
  }
}

/** A row a value; an option without values has one row without a value. */
type OptionAndValue = ChosenOptionRow & {
  value_id: string | null
  value_key: string
  value_label: string
  module_value: string | null
  value_group_id: string | null
  /** 1: servers tell of full places, which it may name. */
  is_told: number
  value_conditions: string
  value_position: number
  value_retired_at: ValueRow['retired_at']
  value_version: number
}

const loadOptions = (
  queries: Queries,
  productIds: Sql,
  serviceId: string | undefined,
): Promise<OptionAndValue[]> =>
  queries.all<OptionAndValue>(sql`
    select o.*, ${serviceId === undefined ? sql`null` : sql`h.value`} as chosen, v.id as value_id, v.value_key, v.label as value_label, v.module_value, v.conditions as value_conditions,
      v.server_group_id as value_group_id,
      case when o.setting is not null and exists (select 1 from servers s where s.told_full <> '[]') then 1 else 0 end
        as is_told,
      v.position as value_position,
      v.retired_at as value_retired_at, v.version as value_version
    from options o left join option_values v on v.option_id = o.id ${serviceId === undefined ? sql`` : chosenBy(serviceId)}
    where o.product_id in (${productIds}) order by o.position, o.id, v.position, v.id`)

/** By the key of the option, which another plan may have too. */
const chosenBy = (serviceId: string): Sql => sql`
  left join (select a.option_key, c.value from service_options c join options a on a.id = c.option_id
    where c.service_id = ${serviceId}) h on h.option_key = o.option_key`

const valuesByOption = (rows: readonly OptionAndValue[]): { option: ChosenOptionRow; values: ValueRow[] }[] =>
  [...groupBy(rows, (row) => row.id).values()].map((ofOption) => ({
    option: ofOption[0]!,
    values: ofOption.flatMap((row) => (row.value_id === null ? [] : [valueOf(row, row.value_id)])),
  }))

function valueOf(row: OptionAndValue, id: string): ValueRow {
  return {
    id,
    option_id: row.id,
    value_key: row.value_key,
    label: row.value_label,
    module_value: row.module_value,
    server_group_id: row.value_group_id,
    conditions: row.value_conditions,
    position: row.value_position,
    retired_at: row.value_retired_at,
    version: row.value_version,
  }
}

/** The values that stand for a place, or may. */
function placesIn(found: readonly Found[], options: readonly OptionAndValue[]): ValuePlace[] {
  const products = new Map(found.map((row) => [row.id, row]))
  return options.flatMap((row): ValuePlace[] => {
    const { instance_id: instanceId, server_group_id } = products.get(row.product_id)!
    const { value_id: valueId, value_group_id: own } = row
    if (valueId === null || instanceId === null || (own === null && row.is_told === 0)) return []
    const place = { setting: row.setting, value: row.module_value ?? row.value_key }
    return [{ valueId, instanceId, own, groupId: own ?? server_group_id, ...place }]
  })
}

/** Prices of products, their options and their values, oldest version first. */
const loadPrices = (queries: Queries, productIds: Sql, pricesFor: PricesFor): Promise<PriceRow[]> =>
  queries.all<PriceRow>(sql`
    select r.id, r.owner_id, r.cycle, r.currency, r.amount_minor, r.setup_minor, r.valid_from, r.list_id, r.scheme, l.discount_ppm
    from prices r left join price_lists l on l.id = ${listOf(pricesFor)} and l.retired_at is null
    where r.retired_at is null and (r.list_id is null or r.list_id = l.id) and (owner_id in (${productIds})
      or owner_id in (select id from options where product_id in (${productIds}))
      or owner_id in (select v.id from option_values v join options o on o.id = v.option_id
        where o.product_id in (${productIds})))
    order by r.valid_from, r.cycle, r.currency, r.id`)

function listOf({ clientId, listId }: PricesFor): Sql {
  if (listId != null || clientId == null) return sql`${listId ?? null}`
  return sql`(select g.price_list_id from clients c join client_groups g on g.id = c.client_group_id where c.id = ${clientId})`
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  return Map.groupBy(items, keyOf)
}
