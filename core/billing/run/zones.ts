import { list, sql, type Queries, type Sql } from '../../db/index.ts'

/** Brands whose days begin together. They are billed by one run, apart from those of other zones. */
export interface BilledZone {
  zone: string
  /** Null: every brand is of this zone. */
  brandIds: readonly string[] | null
}

/** The zones of all brands, in the order in which their first brands were made. */
export const billedZones = async (queries: Queries): Promise<BilledZone[]> =>
  zonesOfBrands(await brandsInOrder(queries))

export interface ZonedBrand {
  id: string
  name: string
  zone: string
}

export const brandsInOrder = (queries: Queries): Promise<ZonedBrand[]> =>
  queries.all<ZonedBrand>(sql`select id, name, zone from brands order by id`)

export function zonesOfBrands(brands: readonly ZonedBrand[]): BilledZone[] {
  const zones = new Map<string, string[]>()
  for (const { id, zone } of brands) {
    const known = zones.get(zone)
    if (known) known.push(id)
    else zones.set(zone, [id])
  }
  if (zones.size === 1) return [{ zone: brands[0]!.zone, brandIds: null }]
  return [...zones].map(([zone, brandIds]) => ({ zone, brandIds }))
}

/** The condition that keeps a statement to the brands of a zone. */
export const ofBrands = (column: Sql, brandIds: readonly string[] | null): Sql =>
  brandIds === null ? sql`1 = 1` : sql`${column} in (${list(brandIds)})`
