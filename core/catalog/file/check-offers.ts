import type { Current } from './current.ts'
import type { FileReader } from './reader.ts'
import { refuseDoubles, refuseUnknown } from './refuse.ts'
import { allGroups, type CatalogFile, type FilePrice } from './shape.ts'

/** Price lists, rules, bundles and gifts: doubles, and names of what is not there. */
export function checkOffers(
  reader: FileReader,
  file: CatalogFile,
  of: { slugs: ReadonlySet<string>; current: Current },
): void {
  refuseDoubles(reader, file.price_lists, (one) => one.name)
  refuseDoubles(reader, file.price_rules, (one) => one.currency)
  refuseDoubles(reader, file.bundles, (one) => one.slug)
  refuseDoubles(reader, file.gifts, ({ product, gives }) => `${product.slug} gives ${gives.slug}`)
  for (const { members } of file.bundles) refuseUnknown(reader, members, of.slugs)
  for (const { product, gives } of file.gifts) {
    refuseUnknown(reader, [product, gives], of.slugs)
    if (gives.slug !== '' && gives.slug === product.slug)
      reader.refuse(gives.entry, 'is the product itself', 'the slug of another product')
  }
  refuseUnknownLists(reader, file, of.current)
}

function refuseUnknownLists(reader: FileReader, file: CatalogFile, current: Current): void {
  const held = [...current.lists.values()].filter((row) => row.retired_at === null)
  const known = new Set([...file.price_lists, ...held].map(({ name }) => name))
  const products = allGroups(file.groups).flatMap((group) => group.products)
  const prices = products.flatMap((product) => [
    ...product.prices,
    ...product.options.flatMap((option) => [
      ...option.prices,
      ...option.values.flatMap((value) => value.prices),
    ]),
  ])
  const unknown = new Map(prices.flatMap(({ list }: FilePrice) => (list ? [[list.entry, list.name]] : [])))
  for (const [entry, name] of unknown)
    if (!known.has(name))
      reader.refuse(
        entry,
        `there is no price list "${name}"`,
        'the name of a list under price_lists, or in the shop',
      )
}
