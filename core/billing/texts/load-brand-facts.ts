import { list, madeOnce, sql, type Queries } from '../../db/index.ts'
import { PRESET_TERMS, TERM_KEYS, termsIn, type BillingTerms } from '../billing-terms.ts'
import { documentLayout, type DocumentLayout } from '../layout/document-layout.ts'
import { eInvoiceSeller, taxPlugin } from '../settings.ts'
import type { DocumentText } from './fitting-texts.ts'

/** What a brand says of its documents: the texts on them, in their order, and the terms of its clients. */
export interface BrandFacts {
  texts: readonly DocumentText[]
  terms: BillingTerms
  /** Instance that determines taxes; empty: the rules do. */
  taxPlugin: string
  /** What e-invoices say of the seller; null where nothing is said. */
  eInvoice: object | null
  /** How they look; null: plain. */
  layout: DocumentLayout | null
}

interface FactRow extends Omit<DocumentText, 'kind'> {
  what: 'text' | 'setting'
  owner: string
  /** Kind of document, or key of the setting. */
  kind: string
}

/** Facts of any number of brands: one statement. */
export async function loadBrandFacts(
  queries: Queries,
  brandIds: readonly string[],
): Promise<(brandId: string) => BrandFacts> {
  const rows = await queries.all<FactRow>(sql`
    select 'text' as what, brand_id as owner, kind, country, situation, locale, body, position, id from document_texts
    where brand_id in (${list(brandIds)}) and retired_at is null
    union all
    select 'setting', scope_id, key, null, scope, null, value, 0, key from settings
    where key in (${list([...TERM_KEYS, taxPlugin.key, eInvoiceSeller.key, documentLayout.key])}) and scope in ('installation', 'brand') and scope_id in (${list(['', ...brandIds])})
    order by position, id`)
  return factsIn({ rows })
}

const factsIn = madeOnce(({ rows }: { rows: readonly FactRow[] }) => {
  const settings = rows
    .filter(({ what }) => what === 'setting')
    .map(({ owner, kind, body }) => ({ owner, key: kind, value: body }))
  const valueOf = ({ key }: { key: string }, brandId: string): unknown => {
    const [own, wide] = [brandId, ''].map((owner) =>
      settings.find((one) => one.owner === owner && one.key === key),
    )
    const row = own ?? wide
    return row && JSON.parse(row.value)
  }
  const everywhere = termsIn(settings.filter(({ owner }) => owner === ''))
  return (brandId: string): BrandFacts => ({
    texts: rows.filter(
      ({ what, owner }) => what === 'text' && owner === brandId,
    ) as unknown as DocumentText[],
    terms: { ...PRESET_TERMS, ...everywhere, ...termsIn(settings.filter(({ owner }) => owner === brandId)) },
    taxPlugin: (valueOf(taxPlugin, brandId) as string | undefined) ?? taxPlugin.preset,
    eInvoice: (valueOf(eInvoiceSeller, brandId) as object | undefined) ?? null,
    layout: (valueOf(documentLayout, brandId) as DocumentLayout | undefined) ?? null,
  })
})
