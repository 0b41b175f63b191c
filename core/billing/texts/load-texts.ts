import { list, sql, type Queries } from '../../db/index.ts'
import type { DocumentText } from './fitting-texts.ts'

/** The texts of documents by brand, in their order: one statement. */
export async function loadTexts(
  queries: Queries,
  brandIds: readonly string[],
): Promise<Map<string, DocumentText[]>> {
  const rows = await queries.all<DocumentText & { brand_id: string }>(sql`
    select brand_id, kind, country, situation, locale, body from document_texts
    where brand_id in (${list(brandIds)}) and retired_at is null order by brand_id, position, id`)
  const texts = new Map<string, DocumentText[]>()
  for (const { brand_id: brandId, ...text } of rows) {
    const known = texts.get(brandId)
    if (known) known.push(text)
    else texts.set(brandId, [text])
  }
  return texts
}
