import { keepDeals, linkAddon } from '../../../core/catalog/index.ts'
import { sql } from '../../../core/db/index.ts'
import { makeGameServer } from '../../catalog/make-product.ts'
import { staffActor } from '../../support/make.ts'
import type { TestMeans } from '../../support/means.ts'
import type { WorldIds } from '../admin/fill-desk.ts'

/** An add-on that its product gives, suggests and is bundled with. */
export async function makeDeals(means: TestMeans, ids: WorldIds) {
  const staff = staffActor()
  const { productId } = await makeGameServer(means, ids.group, { slug: 'product-0' })
  await linkAddon(means, { product_id: ids.product, addon_id: productId }, staff)
  const { db } = means
  const now = means.business.now()
  const stamps = { lasts: 'whole', status: 'active', created_at: now, updated_at: now }
  const [gift, bundle] = [means.newId('giv'), means.newId('bun')]
  await db.insert('product_suggestions', [{ product_id: ids.product, suggested_id: productId, position: 0 }])
  const given = { giver_id: ids.product, giver_cycles: '[]', given_id: productId, given_cycles: '[]' }
  await db.insert('product_gifts', [
    { id: gift, brand_id: ids.brand, ...given, percent_ppm: 1_000_000, ...stamps },
  ])
  const members = [ids.product, productId].map((product_id) => ({ product_id, cycles: [] }))
  const start = {
    slug: 'start',
    name: 'Start',
    members: JSON.stringify(members),
    kind: 'percent',
    percent_ppm: 100_000,
  }
  await db.insert('bundles', [{ id: bundle, brand_id: ids.brand, ...start, ...stamps }])
  await db.transaction((trx) => keepDeals(trx, ids.brand))
  return { addon: productId, gift, bundle }
}

export async function makePart(means: TestMeans, ids: WorldIds, addon: string): Promise<string> {
  const id = means.newId('svc')
  await means.db.run(sql`
    insert into services (id, brand_id, client_id, product_id, parent_id, label, billing_status, delivery_status, currency, cycle, quantity, amount_minor, recurring_minor, tax_class, zone, anchor_on, period_index, next_period_on, charged_through, delivery_on, module_settings, created_at, updated_at)
    select ${id}, brand_id, client_id, ${addon}, id, 'Extra', 'active', 'none', currency, '1m', 1, 490, 490, tax_class, zone, '2026-01-15', 1, '2026-02-15', '2026-02-15', delivery_on, module_settings, created_at, updated_at from services where id = ${ids.service}`)
  return id
}
