import { list, sql, type SqlValue } from '../../db/index.ts'
import { applyTransition, demandChecks } from '../../records/index.ts'
import { askName } from '../ask-name.ts'
import { couponAsking } from '../coupon-asking.ts'
import { addCoupon } from '../create-coupon.ts'
import { addGroup } from '../create-group.ts'
import { addProduct } from '../create-product.ts'
import { couponLifecycle } from '../coupon.ts'
import { changeRecord, toColumns } from '../edit.ts'
import { putAddon } from '../link-addon.ts'
import { productLifecycle } from '../product-lifecycle.ts'
import { putTerms } from '../set-terms.ts'
import { dropAddon } from '../unlink-addon.ts'
import { applyDeals, applyPriceLists, applyPriceRules } from './apply-offers.ts'
import { applyFields, applyOptions } from './apply-parts.ts'
import { applyPrices, count, named, type Applying } from './applying.ts'
import { retireMissing } from './retire-missing.ts'
import type { CatalogFile, FileCoupon, FileGroup, FileProduct } from './shape.ts'

/** Brings the brand's catalogue to what the file says, in the order in which things name each other. */
export async function applyFile(file: CatalogFile, to: Applying): Promise<void> {
  askAboutCoupons(file, to)
  await applyPriceLists(file, to)
  const ids = new Map([...to.current.products].map(([slug, row]) => [slug, row.id]))
  for (const [position, group] of file.groups.entries())
    await applyGroup(to, { group, parentId: null, position, ids })
  for (const product of productsOf(file.groups)) await applyAddons(to, product, ids)
  for (const coupon of file.coupons) await applyCoupon(to, coupon, ids)
  await applyDeals(file, to, ids)
  await applyPriceRules(file, to)
  if (to.retiring) await retireMissing(file, to)
}

/** About all that are new at once: each one asked about alone would begin the file anew. */
function askAboutCoupons(file: CatalogFile, { means, trx, actor, current, brandId }: Applying): void {
  const fresh = file.coupons.filter(({ code }) => !current.coupons.has(code))
  const askings = fresh.map((coupon) => couponAsking({ ...coupon, brand_id: brandId }))
  demandChecks(means, trx, actor, askings)
}

export const productsOf = (groups: readonly FileGroup[]): FileProduct[] =>
  groups.flatMap((group) => [...group.products, ...productsOf(group.groups)])

type Placed = { group: FileGroup; parentId: string | null; position: number; ids: Map<string, string> }

async function applyGroup(to: Applying, { group, parentId, position, ids }: Placed): Promise<void> {
  const { means, trx, actor, brandId } = to
  const { slug, name, headline, description, layout, hidden } = group
  const fields = { slug, name, headline, description, layout, hidden, position, parent_id: parentId }
  const row = to.current.groups.get(slug)
  let id = row?.id
  if (row) {
    const columns = { ...toColumns(fields), retired_at: null }
    const record = { table: 'product_groups', what: 'group', brandId }
    count(to, await changeRecord(means, trx, { ...record, row, columns }, actor))
  } else {
    id = await addGroup(means, trx, { ...fields, brand_id: brandId }, actor)
    to.report.created++
  }
  for (const [i, product] of group.products.entries())
    ids.set(product.slug, await applyProduct(to, product, { groupId: id!, position: i }))
  for (const [i, inner] of group.groups.entries())
    await applyGroup(to, { group: inner, parentId: id!, position: i, ids })
}

async function applyProduct(
  to: Applying,
  product: FileProduct,
  place: { groupId: string; position: number },
): Promise<string> {
  const { means, trx, actor, brandId } = to
  const {
    entry: _entry,
    status,
    prices,
    options,
    fields,
    addons: _addons,
    terms,
    plugin,
    server_group,
    ...texts
  } = product
  const columns = {
    ...texts,
    group_id: place.groupId,
    position: place.position,
    instance_id: named(to, plugin, to.current.instances, `${product.slug}: no plugin "${plugin}" is set up`),
    server_group_id: named(
      to,
      server_group,
      to.current.serverGroups,
      `${product.slug}: there is no server group "${server_group}"`,
    ),
  }
  const row = to.current.products.get(product.slug)
  let id = row?.id
  let changed = false
  if (row) {
    const record = { table: 'products', what: 'product', brandId }
    changed = await changeRecord(means, trx, { ...record, row, columns: toColumns(columns) }, actor)
  } else {
    id = await addProduct(means, trx, { ...columns, brand_id: brandId, status: 'draft' }, actor)
    to.report.created++
  }
  const state = { id: id!, version: (row?.version ?? 1) + (changed ? 1 : 0), status: row?.status ?? 'draft' }
  // Naming a retired product puts it on sale again; drafts and hidden ones stay what they are.
  const unsaid = row && row.status !== 'retired' ? undefined : 'active'
  const moved = await applyStatus(to, state, status ?? unsaid)
  const termed = Object.keys(terms).length > 0 && (await putTerms(means, trx, { id: id!, terms }, actor))
  if (row) count(to, changed || moved || termed)
  await applyPrices(to, id!, prices)
  await applyOptions(to, id!, options)
  if (fields) await applyFields(to, id!, fields)
  else if (!row) await askName(means, trx, { id: id!, brandId, kind: product.kind }, actor)
  return id!
}

async function applyStatus(
  to: Applying,
  row: { id: string; version: number; status: string },
  wanted: FileProduct['status'],
): Promise<boolean> {
  const name = wanted === 'active' ? 'publish' : wanted === 'hidden' ? 'hide' : null
  if (name === null || row.status === wanted) return false
  const { means, trx, actor, brandId } = to
  const lifecycle = productLifecycle
  const retired = row.status === 'retired' && name === 'hide'
  let moving = { ...row, brand_id: brandId }
  // A retired product comes back by being published first.
  if (retired) moving = await applyTransition(means, trx, { lifecycle, row: moving, name: 'publish', actor })
  if (retired) moving.status = 'active'
  await applyTransition(means, trx, { lifecycle, row: moving, name, actor })
  return true
}

async function applyAddons(
  to: Applying,
  product: FileProduct,
  ids: ReadonlyMap<string, string>,
): Promise<void> {
  const { means, trx, actor, brandId } = to
  const product_id = ids.get(product.slug)!
  const kept = product.addons.map((addon) => ids.get(addon.slug)!)
  const held = to.current.addons.get(product_id) ?? []
  for (const [position, addon_id] of kept.entries()) {
    const changed = await putAddon(means, trx, { brandId, product_id, addon_id, position }, actor)
    if (held.some((link) => link.addon_id === addon_id)) count(to, changed)
    else to.report.created++
  }
  if (!to.retiring) return
  for (const { addon_id } of held) {
    if (kept.includes(addon_id)) continue
    await dropAddon(means, trx, { brandId, product_id, addon_id }, actor)
    to.report.retired++
  }
}

/** Groups are there by now, also those that this file made. */
async function groupIds(to: Applying, links: readonly { slug: string }[] | undefined) {
  if (!links) return undefined
  const slugs = links.map(({ slug }) => slug)
  const rows = await to.trx.all<{ id: string; slug: string }>(
    sql`select id, slug from product_groups where brand_id = ${to.brandId} and slug in (${list(slugs)})`,
  )
  return slugs.flatMap((slug) => rows.find((row) => row.slug === slug)?.id ?? [])
}

async function applyCoupon(
  to: Applying,
  coupon: FileCoupon,
  ids: ReadonlyMap<string, string>,
): Promise<void> {
  const { means, trx, actor, brandId } = to
  const { entry: _entry, code, kind, percent_ppm, currency, amount_minor, ...rest } = coupon
  const { products, required_products, groups, ...limits } = rest
  const named = (links: typeof products) => links?.map((link) => ids.get(link.slug)!)
  const fields = {
    ...limits,
    product_ids: named(products),
    required_product_ids: named(required_products),
    group_ids: await groupIds(to, groups),
  }
  const row = to.current.coupons.get(code)
  if (!row) {
    const worth = { kind, percent_ppm, currency, amount_minor }
    await addCoupon(means, trx, { brand_id: brandId, code, ...worth, ...fields }, actor)
    to.report.created++
    return
  }
  const columns: Record<string, SqlValue> = toColumns(fields)
  const record = { table: 'coupons', what: 'coupon', brandId }
  const changed = await changeRecord(means, trx, { ...record, row, columns }, actor)
  const restored = row.status === 'retired'
  const moving = { ...row, version: row.version + (changed ? 1 : 0) }
  if (restored)
    await applyTransition(means, trx, { lifecycle: couponLifecycle, row: moving, name: 'restore', actor })
  count(to, changed || restored)
}
