import { refuse } from '../refusals.ts'
import { integer, text } from './fields.ts'

export const pageFields = { limit: integer(1, 100), starting_after: text(), ending_before: text() }

interface PageParams {
  limit?: number | undefined
  starting_after?: string | undefined
  ending_before?: string | undefined
}

/** One page of a collection, newest first, as Stripe's list object. */
export function page<T extends { id: string }>(items: Iterable<T>, params: PageParams, url: string) {
  const all = [...items].reverse()
  const limit = params.limit ?? 10
  const { starting_after: after, ending_before: before } = params
  if (before !== undefined) {
    const end = indexOf(all, before, 'ending_before')
    const start = Math.max(0, end - limit)
    return { object: 'list', data: all.slice(start, end), has_more: start > 0, url }
  }
  const start = after === undefined ? 0 : indexOf(all, after, 'starting_after') + 1
  const data = all.slice(start, start + limit)
  return { object: 'list', data, has_more: start + limit < all.length, url }
}

function indexOf(all: readonly { id: string }[], id: string, param: string): number {
  const index = all.findIndex((item) => item.id === id)
  if (index < 0) throw refuse('resource_missing', { kind: 'object', id, param })
  return index
}
