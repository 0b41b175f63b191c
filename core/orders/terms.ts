import { Type, type Static } from '../../sdk/index.ts'
import type { Queries } from '../db/index.ts'
import type { Instant } from '../kernel/index.ts'
import { defineSetting, readSetting, readVersion } from '../records/index.ts'

const Terms = Type.Object(
  {
    version: Type.String({ minLength: 1, maxLength: 60 }),
    text: Type.String({ maxLength: 200_000 }),
  },
  { additionalProperties: false },
)
export type Terms = Static<typeof Terms>

export const shopTerms = defineSetting({
  key: 'shop.terms',
  schema: Terms,
  preset: { version: '1', text: '' },
  scopes: ['installation', 'brand'],
  versionOf: ({ version }) => version,
})

/** The terms that a brand's shop asks its buyers to accept now. */
export const currentTerms = (queries: Queries, brandId: string): Promise<Terms> =>
  readSetting(queries, shopTerms, { brand: brandId })

/** The terms as they stood under the version that an order names; null for a version that never was. */
export async function termsOf(queries: Queries, brandId: string, version: string): Promise<Terms | null> {
  const current = await currentTerms(queries, brandId)
  if (current.version === version) return current
  return readVersion(queries, shopTerms, { brand: brandId, name: version })
}

/** What an order keeps of it. */
export interface AcceptedTerms {
  version: string
  accepted_at: Instant
  accepted_by: string
  /** Of staff: why it is not the version of that day. */
  reason?: string
}

export const acceptedTerms = (order: { terms: string }): AcceptedTerms =>
  JSON.parse(order.terms) as AcceptedTerms
