import { refuse } from '../refusals.ts'
import type { Metadata } from '../shapes.ts'

/** Finds by one metadata pair, newest first: `metadata["key"]:"value"`. */
export function searchByMetadata<T extends { metadata: Metadata }>(items: T[], query: string, limit: number) {
  const match = /^metadata\[(["'])(.+?)\1\]:(["'])(.*)\3$/.exec(query.trim())
  if (!match) throw refuse('query_invalid', { param: 'query' })
  const [, , key = '', , value] = match
  const found = items.filter((item) => item.metadata[key] === value).reverse()
  return {
    object: 'search_result',
    data: found.slice(0, limit),
    has_more: found.length > limit,
    next_page: null,
    url: '/v1/payment_intents/search',
  }
}
