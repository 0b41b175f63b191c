import type { Current } from './current.ts'
import type { FileReader } from './reader.ts'
import { checkConditions } from './check-conditions.ts'
import { checkOffers } from './check-offers.ts'
import { refuseDoubles, refuseUnknown } from './refuse.ts'
import { allGroups, type CatalogFile, type FileProduct } from './shape.ts'

/** What only shows when the file is seen as a whole and beside what the brand has: doubles, links, changed kinds. */
export function checkFile(reader: FileReader, file: CatalogFile, current: Current): void {
  const groups = allGroups(file.groups)
  const products = groups.flatMap((group) => group.products)
  refuseDoubles(reader, groups, (group) => group.slug)
  refuseDoubles(reader, products, (product) => product.slug)
  refuseDoubles(reader, file.coupons, (coupon) => coupon.code)
  const slugs = new Set([...products.map((product) => product.slug), ...current.products.keys()])
  const shelves = new Set([...groups.map((group) => group.slug), ...current.groups.keys()])
  for (const product of products) {
    refuseDoubles(reader, product.options, (option) => option.key)
    refuseDoubles(reader, product.fields ?? [], (field) => field.key)
    for (const option of product.options) refuseDoubles(reader, option.values, (value) => value.key)
    refuseUnknown(reader, product.addons, slugs)
    for (const addon of product.addons)
      if (addon.slug === product.slug)
        reader.refuse(addon.entry, 'is the product itself', 'the slug of another product')
    refuseChangedKinds(reader, product, current)
  }
  checkOffers(reader, file, { slugs, current })
  for (const coupon of file.coupons) {
    refuseUnknown(reader, [...(coupon.products ?? []), ...(coupon.required_products ?? [])], slugs)
    for (const { entry, slug } of coupon.groups ?? [])
      if (!shelves.has(slug))
        reader.refuse(entry, `there is no group "${slug}"`, 'the slug of a group in this file or shop')
    const old = current.coupons.get(coupon.code)
    if (
      old &&
      (old.kind !== coupon.kind ||
        old.percent_ppm !== coupon.percent_ppm ||
        old.amount_minor !== coupon.amount_minor ||
        old.currency !== coupon.currency)
    )
      reader.refuse(coupon.entry, 'exists with another worth', 'a new code: orders name the old one')
    if (coupon.starts_on && coupon.ends_on && coupon.ends_on < coupon.starts_on)
      reader.refuse(coupon.entry, 'ends before it starts', `ends_on from ${coupon.starts_on} on`)
  }
  // Prices that could not be read are not missing, and an option that could not be read is no unknown one.
  if (reader.problems.length === 0)
    for (const product of products) {
      refuseUnpriced(reader, product, { file, current })
      checkConditions(reader, product, { file, current })
    }
}

/** Services were sold under the kind of an option, so it stays. */
function refuseChangedKinds(reader: FileReader, product: FileProduct, current: Current): void {
  const row = current.products.get(product.slug)
  const options = row ? (current.options.get(row.id) ?? []) : []
  for (const option of product.options) {
    const old = options.find((one) => one.option_key === option.key)
    if (old && old.kind !== option.kind)
      reader.refuse(
        option.entry,
        `is a ${option.kind} here and a ${old.kind} in the shop`,
        `kind: ${old.kind}, or another key`,
      )
  }
}

/** What a file puts on sale has a price: in the file, or from before when that is kept. */
function refuseUnpriced(
  reader: FileReader,
  product: FileProduct,
  of: { file: CatalogFile; current: Current },
) {
  const row = of.current.products.get(product.slug)
  const wanted = product.status ?? (row && row.status !== 'retired' ? row.status : 'active')
  if (wanted !== 'active' || row?.status === wanted || product.prices.length > 0) return
  const kept = of.file.retireMissing ? [] : ((row && of.current.prices.get(row.id)) ?? [])
  if (kept.length === 0)
    reader.refuse(product.entry, 'has no price', 'prices, such as free: { EUR: 0 }, or status: draft')
}
