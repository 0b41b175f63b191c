/** What the panel wraps around every answer. */
export interface Item {
  object: string
  attributes: Record<string, unknown> | null
}

export interface List {
  object: 'list'
  data: Item[]
  meta?: { pagination: Pagination }
}

export interface Pagination {
  total: number
  count: number
  per_page: number
  current_page: number
  total_pages: number
  links: Record<string, string>
}

export const item = (object: string, attributes: Record<string, unknown>): Item => ({ object, attributes })
export const list = (data: Item[]): List => ({ object: 'list', data })
/** What stands in the place of an include that the key does not permit. */
export const nullResource: Item = { object: 'null_resource', attributes: null }

/** Times are written to the second with a numeric offset. */
export function writeTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}+00:00`
}
