import { list, sql, type Queries, type Sql, type Trx } from '../db/index.ts'
import type { Instant } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'
import type { ServiceSpec, SpecDiscount } from './create-services.ts'

/** What lowers later periods of a service, as planning reads it. */
export interface ServiceDiscount {
  id: string
  service_id: string
  position: number
  cause: string
  cause_id: string
  label: string
  percent_ppm: number | null
  amount_minor: bigint | null
  periods_left: number | null
}

/** Discounts from this place on come after the coupon that stands on the service itself. */
export const AFTER_COUPON = 100

/** The rows of new services, and the bonds between them. Nothing is written for services without any. */
export async function writeDiscounts(
  means: Means,
  trx: Trx,
  specs: readonly Pick<ServiceSpec, 'discounts' | 'bonds'>[],
  ids: readonly string[],
): Promise<void> {
  const now = means.business.now()
  const rows = specs.flatMap(({ discounts = [] }, i) =>
    discounts.map((discount) => rowOf(discount.id ?? means.newId('dis'), ids[i]!, discount, now)),
  )
  if (rows.length > 0) await trx.insert('service_discounts', rows)
  const bonds = specs.flatMap(({ bonds: of = [] }, i) =>
    of.map((bond_id) => ({ bond_id, service_id: ids[i]! })),
  )
  if (bonds.length > 0) await trx.insert('service_bonds', bonds)
}

function rowOf(id: string, serviceId: string, discount: SpecDiscount, now: Instant) {
  return {
    id,
    service_id: serviceId,
    position: discount.position,
    cause: discount.cause,
    cause_id: discount.causeId,
    label: discount.label,
    percent_ppm: discount.percentPpm,
    amount_minor: discount.amountMinor,
    periods_left: discount.periodsLeft,
    bond_id: discount.bond,
    ended_at: null,
    created_at: now,
  }
}

/** 1 when any service is lowered by a row of its own: read along, it saves a statement where there is none. */
export const anyDiscount = sql`(select count(*) from (select 1 as one from service_discounts limit 1) found)`

export const NO_DISCOUNTS: ReadonlyMap<string, ServiceDiscount[]> = new Map()

/** Discounts that still count, of the services that a condition on "services s" names: one statement. */
export async function discountsWhere(
  queries: Queries,
  condition: Sql,
): Promise<Map<string, ServiceDiscount[]>> {
  const rows = await queries.all<ServiceDiscount>(sql`
    select d.id, d.service_id, d.position, d.cause, d.cause_id, d.label, d.percent_ppm, d.amount_minor, d.periods_left
    from services s join service_discounts d on d.service_id = s.id
    where ${condition} and d.ended_at is null and (d.periods_left is null or d.periods_left > 0)
    order by d.service_id, d.position, d.id`)
  return Map.groupBy(rows, (row) => row.service_id)
}

/** A service that ends takes the discounts of its bonds with it: a bundle is one while all of it lives. */
export async function breakBonds(means: Means, trx: Trx, serviceIds: readonly string[]): Promise<void> {
  await trx.run(sql`
    update service_discounts set ended_at = ${means.business.now()}
    where ended_at is null and bond_id in (select bond_id from service_bonds where service_id in (${list(serviceIds)}))`)
}

/**
 * Services that leave their client take no discount along that it was given, and break every bond with one that stays.
 * What a service gives another that leaves with it goes on.
 */
export async function endDiscounts(means: Means, trx: Trx, serviceIds: readonly string[]): Promise<void> {
  const leaving = list(serviceIds)
  const torn = sql`select b.bond_id from service_bonds b where b.service_id in (${leaving}) and exists (
    select 1 from service_bonds o join services s on s.id = o.service_id
    where o.bond_id = b.bond_id and s.billing_status <> 'ended' and s.id not in (${leaving}))`
  await trx.run(sql`
    update service_discounts set ended_at = ${means.business.now()}
    where ended_at is null and (bond_id in (${torn}) or service_id in (${leaving}) and (cause <> 'gift' or bond_id is null))`)
}

/** Periods that were charged with a discount, by its id. */
export type DiscountPeriods = Readonly<Record<string, number>>

/** Counts charged periods down, in one statement; negative numbers give them back. What lasts for ever is not counted. */
export async function countPeriods(trx: Trx, periods: DiscountPeriods): Promise<void> {
  const rows = Object.entries(periods).map(([id, used]) => ({ id, used }))
  if (rows.length === 0) return
  const text = JSON.stringify(rows)
  const counted =
    trx.dialect === 'postgres'
      ? sql`json_to_recordset(${text}::json) as v(id text, used bigint)`
      : sql`(select value ->> 'id' as id, value ->> 'used' as used from json_each(${text})) as v`
  await trx.run(sql`
    update service_discounts set periods_left = periods_left - v.used from ${counted}
    where service_discounts.id = v.id and service_discounts.periods_left is not null`)
}
