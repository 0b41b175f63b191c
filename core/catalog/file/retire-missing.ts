import { sql } from '../../db/index.ts'
import { applyTransition } from '../../records/index.ts'
import { couponLifecycle } from '../coupon.ts'
import { changeRecord } from '../edit.ts'
import { endRule } from '../price-rules.ts'
import { productLifecycle } from '../product-lifecycle.ts'
import type { Applying } from './applying.ts'
import { allGroups, type CatalogFile } from './shape.ts'

/** Ends the sale of what the file does not name: products, then the groups that held them, rules of currencies, coupons. */
export async function retireMissing(file: CatalogFile, to: Applying): Promise<void> {
  const { means, trx, actor, brandId, current, report } = to
  const groups = allGroups(file.groups)
  const products = new Set(groups.flatMap((group) => group.products.map((product) => product.slug)))
  for (const [slug, row] of current.products) {
    if (products.has(slug) || row.status === 'retired') continue
    await applyTransition(means, trx, { lifecycle: productLifecycle, row, name: 'retire', actor })
    report.retired++
  }
  const slugs = new Set(groups.map((group) => group.slug))
  for (const [slug, row] of current.groups) {
    if (slugs.has(slug) || row.retired_at) continue
    const columns = { retired_at: means.business.now() }
    const record = { table: 'product_groups', what: 'group', act: 'retire', brandId }
    await changeRecord(means, trx, { ...record, row, columns }, actor)
    report.retired++
  }
  await retireLists(file, to)
  await endRules(file, to)
  const codes = new Set(file.coupons.map((coupon) => coupon.code))
  for (const [code, row] of current.coupons) {
    if (codes.has(code) || row.status === 'retired') continue
    await applyTransition(means, trx, { lifecycle: couponLifecycle, row, name: 'retire', actor })
    report.retired++
  }
}

/** A list that a client group has stays, and the report says so. */
async function retireLists(file: CatalogFile, to: Applying): Promise<void> {
  const { means, trx, actor, brandId, current, report } = to
  const names = new Set(file.price_lists.map(({ name }) => name))
  for (const [name, row] of current.lists) {
    if (names.has(name) || row.retired_at) continue
    const held = await trx.get<{ id: string }>(
      sql`select id from client_groups where price_list_id = ${row.id} and retired_at is null limit 1`,
    )
    if (held) {
      report.warnings.push(`${name}: the price list stays, because a client group has it`)
      continue
    }
    const columns = { retired_at: means.business.now() }
    const record = { table: 'price_lists', what: 'price_list', act: 'retire', brandId }
    await changeRecord(means, trx, { ...record, row, columns }, actor)
    report.retired++
  }
}

/** A rule that is not named must not go on setting prices by itself; those that it set are named or retired by theirs. */
async function endRules(file: CatalogFile, to: Applying): Promise<void> {
  const { trx, current, report } = to
  const named = new Set(file.price_rules.map(({ currency }) => currency))
  for (const [currency, row] of current.rules) {
    if (named.has(currency)) continue
    await endRule(to.means, trx, row, to.actor)
    report.retired++
  }
}
