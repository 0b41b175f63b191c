import { applyTransition } from '../../records/index.ts'
import type { Cycle } from '../../kernel/index.ts'
import { bundleLifecycle, giftLifecycle, keepDeals, type BundleRow, type GiftRow } from '../deals.ts'
import { addRecord, changeRecord } from '../edit.ts'
import { putRule } from '../price-rules.ts'
import { count, type Applying } from './applying.ts'
import type { CatalogFile, FileBundle, FileGift } from './shape.ts'

/** The price lists of the file, before the products whose prices name them. */
export async function applyPriceLists(file: CatalogFile, to: Applying): Promise<void> {
  const { means, trx, actor, brandId, current } = to
  for (const { name, discount_ppm } of file.price_lists) {
    const row = current.lists.get(name)
    if (row) {
      const columns = { ...(discount_ppm === undefined ? {} : { discount_ppm }), retired_at: null }
      const record = { table: 'price_lists', what: 'price_list', brandId, row, columns }
      count(to, await changeRecord(means, trx, record, actor))
      continue
    }
    const id = means.newId('plt')
    const columns = { brand_id: brandId, name, discount_ppm: discount_ppm ?? 0 }
    await addRecord(means, trx, { table: 'price_lists', what: 'price_list', id, brandId, columns }, actor)
    current.lists.set(name, { id, name, discount_ppm: columns.discount_ppm, retired_at: null, version: 1 })
    to.report.created++
  }
}

/** How prices of a currency follow those of another one. They are set when the rule is applied, not by the file. */
export async function applyPriceRules(file: CatalogFile, to: Applying): Promise<void> {
  const { means, trx, actor, brandId, current } = to
  for (const { currency, base, markup_ppm, rounding, follows } of file.price_rules) {
    const row = current.rules.get(currency)
    const columns = { base, markup_ppm, rounding: JSON.stringify(rounding), follows: follows ? 1 : 0 }
    const same =
      row !== undefined &&
      Object.entries(columns).every(([name, value]) => row[name as keyof typeof columns] === value)
    if (!same) await putRule(means, trx, { brandId, currency, columns }, actor)
    if (row) count(to, !same)
    else to.report.created++
  }
}

/** Bundles and gifts, after the products that they name. */
export async function applyDeals(
  file: CatalogFile,
  to: Applying,
  ids: ReadonlyMap<string, string>,
): Promise<void> {
  for (const [position, bundle] of file.bundles.entries()) await applyBundle(to, { bundle, position, ids })
  for (const gift of file.gifts) await applyGift(to, gift, ids)
  if (to.retiring) await retireDeals(file, to, ids)
  await keepDeals(to.trx, to.brandId)
}

async function applyBundle(
  to: Applying,
  { bundle, position, ids }: { bundle: FileBundle; position: number; ids: ReadonlyMap<string, string> },
): Promise<void> {
  const { means, trx, actor, brandId, current } = to
  const { slug, name, summary, kind, percent_ppm, currency, amount_minor, lasts } = bundle
  const row = current.bundles.get(slug)
  const members = bundle.members.map((one) => ({ product_id: ids.get(one.slug)!, cycles: one.cycles }))
  const columns = {
    ...{ name, position, kind, percent_ppm, currency, amount_minor, lasts },
    ...(summary === undefined && row ? {} : { summary: summary ?? null }),
    members: row && isSame(row.members, members) ? row.members : JSON.stringify(members),
  }
  if (row) return applyDeal(to, { table: 'bundles', row, columns })
  const own = { brand_id: brandId, slug, status: bundleLifecycle.initial }
  const record = { table: 'bundles', what: 'bundle', id: means.newId('bun'), brandId }
  await addRecord(means, trx, { ...record, columns: { ...own, ...columns } }, actor)
  to.report.created++
}

/** Whoever wrote the members may have named product and cycles in another order. */
function isSame(
  held: string,
  members: readonly { product_id: string; cycles: readonly string[] }[],
): boolean {
  const old = JSON.parse(held) as { product_id: string; cycles: Cycle[] }[]
  const plain = old.map(({ product_id, cycles }) => ({ product_id, cycles }))
  return JSON.stringify(plain) === JSON.stringify(members)
}

async function applyGift(to: Applying, gift: FileGift, ids: ReadonlyMap<string, string>): Promise<void> {
  const { means, trx, actor, brandId, current } = to
  const [giver_id, given_id] = [ids.get(gift.product.slug)!, ids.get(gift.gives.slug)!]
  const row = current.gifts.get(`${giver_id} ${given_id}`)
  const columns = {
    giver_cycles: JSON.stringify(gift.cycles),
    given_cycles: JSON.stringify(gift.gives_cycles),
    percent_ppm: gift.percent_ppm,
    lasts: gift.lasts,
  }
  if (row) return applyDeal(to, { table: 'product_gifts', row, columns })
  const own = { brand_id: brandId, giver_id, given_id, status: giftLifecycle.initial }
  const record = { table: 'product_gifts', what: 'product_gift', id: means.newId('giv'), brandId }
  await addRecord(means, trx, { ...record, columns: { ...own, ...columns } }, actor)
  to.report.created++
}

interface HeldDeal {
  table: 'bundles' | 'product_gifts'
  row: BundleRow | GiftRow
}

/** Naming a retired bundle or gift puts it in force again. */
async function applyDeal(
  to: Applying,
  { table, row, columns }: HeldDeal & { columns: Record<string, string | number | bigint | null> },
): Promise<void> {
  const { means, trx, actor, brandId } = to
  const record = { table, what: table === 'bundles' ? 'bundle' : 'product_gift', brandId, row, columns }
  const changed = await changeRecord(means, trx, record, actor)
  const restored = row.status === 'retired'
  const held = { table, row: { ...row, version: row.version + (changed ? 1 : 0) } }
  if (restored) await moveHeld(to, held, 'restore')
  count(to, changed || restored)
}

const moveHeld = ({ means, trx, actor }: Applying, { table, row }: HeldDeal, name: 'retire' | 'restore') =>
  applyTransition(means, trx, {
    lifecycle: table === 'bundles' ? bundleLifecycle : giftLifecycle,
    row,
    name,
    actor,
  })

async function retireDeals(file: CatalogFile, to: Applying, ids: ReadonlyMap<string, string>): Promise<void> {
  const slugs = new Set(file.bundles.map(({ slug }) => slug))
  const pairs = new Set(
    file.gifts.map(({ product, gives }) => `${ids.get(product.slug)} ${ids.get(gives.slug)}`),
  )
  const missing: HeldDeal[] = [
    ...[...to.current.bundles].flatMap(([slug, row]) =>
      slugs.has(slug) ? [] : [{ table: 'bundles' as const, row }],
    ),
    ...[...to.current.gifts].flatMap(([pair, row]) =>
      pairs.has(pair) ? [] : [{ table: 'product_gifts' as const, row }],
    ),
  ]
  for (const held of missing) {
    if (held.row.status === 'retired') continue
    await moveHeld(to, held, 'retire')
    to.report.retired++
  }
}
