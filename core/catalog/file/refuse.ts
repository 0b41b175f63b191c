import type { Entry, FileReader } from './reader.ts'
import type { FileLink } from './shape.ts'

export function refuseDoubles<T extends { entry: Entry }>(
  reader: FileReader,
  items: readonly T[],
  nameOf: (item: T) => string,
): void {
  const seen = new Set<string>()
  for (const item of items) {
    const name = nameOf(item)
    if (name !== '' && seen.has(name))
      reader.refuse(item.entry, `"${name}" is in the file twice`, 'a name of its own')
    seen.add(name)
  }
}

export function refuseUnknown(
  reader: FileReader,
  links: readonly FileLink[],
  slugs: ReadonlySet<string>,
): void {
  for (const link of links) {
    if (link.slug !== '' && !slugs.has(link.slug))
      reader.refuse(
        link.entry,
        `there is no product "${link.slug}"`,
        'the slug of a product in this file or shop',
      )
  }
}
