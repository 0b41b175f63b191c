import type { Actor } from '../kernel/index.ts'
import { applyTransition, findRow, type Means } from '../records/index.ts'
import { bundleLifecycle, giftLifecycle, keepDeals, type BundleRow, type GiftRow } from './deals.ts'

type Deal = BundleRow | GiftRow

/** Where a bundle or gift stands, for findRow. */
export interface DealWanted {
  table: 'bundles' | 'product_gifts'
  what: string
  id: string
  scope: { client: null }
}

/** Retires or restores a bundle or gift, and keeps with its brand what is in force from now on. */
export function moveDeal(
  means: Means,
  wanted: DealWanted,
  name: 'retire' | 'restore',
  actor: Actor,
): Promise<void> {
  const lifecycle = wanted.table === 'bundles' ? bundleLifecycle : giftLifecycle
  return means.db.transaction(async (trx) => {
    const row = await findRow<Deal>(trx, actor, wanted)
    await applyTransition(means, trx, { lifecycle, row, name, actor })
    await keepDeals(trx, row.brand_id)
  })
}
