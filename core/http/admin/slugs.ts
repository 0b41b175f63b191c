import { list, name, sql, type Queries } from '../../db/index.ts'
import { invalidInput } from '../../kernel/index.ts'

/** "minecraft, rust" → ["minecraft", "rust"]; also by lines. */
export const wordsOf = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean)

export interface SlugField {
  /** Of the form, so that a slug nobody has is said there. */
  field: string
  table: 'products' | 'product_groups'
  brandId: string
  text: string
}

/** Ids of what a field names by its slugs. */
export async function idsOfSlugs(
  queries: Queries,
  { field, table, brandId, text }: SlugField,
): Promise<string[]> {
  const slugs = wordsOf(text)
  if (slugs.length === 0) return []
  const rows = await queries.all<{ id: string; slug: string }>(
    sql`select id, slug from ${name(table)} where brand_id = ${brandId} and slug in (${list(slugs)})`,
  )
  const unknown = slugs.filter((slug) => !rows.some((row) => row.slug === slug))
  if (unknown.length > 0)
    throw invalidInput({ [field]: `names what this brand does not have: ${unknown.join(', ')}` })
  return slugs.flatMap((slug) => rows.find((row) => row.slug === slug)?.id ?? [])
}

/** The slugs behind ids, for a field that is drawn. */
export async function slugsOf(
  queries: Queries,
  table: SlugField['table'],
  ids: readonly string[],
): Promise<string> {
  if (ids.length === 0) return ''
  const rows = await queries.all<{ id: string; slug: string }>(
    sql`select id, slug from ${name(table)} where id in (${list(ids)})`,
  )
  return ids.flatMap((id) => rows.find((row) => row.id === id)?.slug ?? []).join(', ')
}
