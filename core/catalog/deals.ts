import { forUpdate, sql, type Queries, type Trx } from '../db/index.ts'
import { defineLifecycle, type Cycle } from '../kernel/index.ts'

/** Products that are cheaper together, and products that give another one. */
export interface Deals {
  bundles: readonly Bundle[]
  gifts: readonly Gift[]
}

export const NO_DEALS: Deals = { bundles: [], gifts: [] }

export const bundleKinds = ['percent', 'fixed', 'price'] as const
/** "first": the first period alone; "whole": as long as everything of it lives. */
export const bundleLasts = ['first', 'whole'] as const

export interface BundleMember {
  productId: string
  /** Empty: every billing cycle. */
  cycles: readonly Cycle[]
}

/** Several products ordered together: a percentage off, a sum off, or a price for all of them. */
export interface Bundle {
  id: string
  brandId: string
  slug: string
  name: string
  summary: string | null
  position: number
  members: readonly BundleMember[]
  kind: (typeof bundleKinds)[number]
  percentPpm: number | null
  currency: string | null
  amountMinor: bigint | null
  lasts: (typeof bundleLasts)[number]
  status: 'active' | 'retired'
  version: number
}

/** Whoever orders the giver gets one of the given cheaper or free. */
export interface Gift {
  id: string
  brandId: string
  giverId: string
  giverCycles: readonly Cycle[]
  givenId: string
  givenCycles: readonly Cycle[]
  /** 1,000,000 is free. */
  percentPpm: number
  /** "first": the first period alone; "whole": as long as the giver lives. */
  lasts: (typeof bundleLasts)[number]
  status: 'active' | 'retired'
  version: number
}

const moves = {
  retire: { from: ['active' as const], to: 'retired' as const },
  restore: { from: ['retired' as const], to: 'active' as const },
}
export const bundleLifecycle = defineLifecycle('bundle', { initial: 'active', transitions: moves })
export const giftLifecycle = defineLifecycle('product_gift', { initial: 'active', transitions: moves })

export interface BundleRow {
  id: string
  brand_id: string
  slug: string
  name: string
  summary: string | null
  position: number
  members: string
  kind: string
  percent_ppm: number | null
  currency: string | null
  amount_minor: bigint | null
  lasts: string
  status: string
  version: number
}

export interface GiftRow {
  id: string
  brand_id: string
  giver_id: string
  giver_cycles: string
  given_id: string
  given_cycles: string
  percent_ppm: number
  lasts: string
  status: string
  version: number
}

/** The rows in force, as the brand keeps them. */
interface KeptDeals {
  bundles: (Omit<BundleRow, 'amount_minor'> & { amount_minor: string | null })[]
  gifts: GiftRow[]
}

/** Bundles and gifts in force, from the column `deals` of their brand, in the order in which they are looked for. */
export function readDeals(kept: string): Deals {
  const { bundles, gifts } = JSON.parse(kept) as KeptDeals
  const minor = (text: string | null) => (text === null ? null : BigInt(text))
  return {
    bundles: bundles.map((row) => toBundle({ ...row, amount_minor: minor(row.amount_minor) })),
    gifts: gifts.map(toGift),
  }
}

/** After each change of a bundle or gift, in its transaction. The brand is held first, so that none is left out. */
export async function keepDeals(trx: Trx, brandId: string): Promise<void> {
  await trx.get(sql`select id from brands where id = ${brandId} ${forUpdate(trx.dialect)}`)
  const bundles = await trx.all<BundleRow>(
    sql`select * from bundles where brand_id = ${brandId} and status = 'active' order by position, id`,
  )
  const gifts = await trx.all<GiftRow>(
    sql`select * from product_gifts where brand_id = ${brandId} and status = 'active' order by id`,
  )
  const kept: KeptDeals = {
    bundles: bundles.map((row) => ({ ...row, amount_minor: row.amount_minor?.toString() ?? null })),
    gifts,
  }
  await trx.run(sql`update brands set deals = ${JSON.stringify(kept)} where id = ${brandId}`)
}

/** Those that the shop shows. */
export async function listBundles(queries: Queries, brandId: string): Promise<Bundle[]> {
  const rows = await queries.all<BundleRow>(
    sql`select * from bundles where brand_id = ${brandId} and status = 'active' order by position, id`,
  )
  return rows.map(toBundle)
}

export function toBundle(row: BundleRow): Bundle {
  const members = JSON.parse(row.members) as { product_id: string; cycles: Cycle[] }[]
  return {
    id: row.id,
    brandId: row.brand_id,
    slug: row.slug,
    name: row.name,
    summary: row.summary,
    position: row.position,
    members: members.map(({ product_id: productId, cycles }) => ({ productId, cycles })),
    kind: row.kind as Bundle['kind'],
    percentPpm: row.percent_ppm,
    currency: row.currency,
    amountMinor: row.amount_minor,
    lasts: row.lasts as Bundle['lasts'],
    status: row.status as Bundle['status'],
    version: row.version,
  }
}

export function toGift(row: GiftRow): Gift {
  return {
    id: row.id,
    brandId: row.brand_id,
    giverId: row.giver_id,
    giverCycles: JSON.parse(row.giver_cycles) as Cycle[],
    givenId: row.given_id,
    givenCycles: JSON.parse(row.given_cycles) as Cycle[],
    percentPpm: row.percent_ppm,
    lasts: row.lasts as Gift['lasts'],
    status: row.status as Gift['status'],
    version: row.version,
  }
}
