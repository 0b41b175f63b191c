import type { Reader, RouteShop } from './shop.ts'

/** One route of a router, with all that is needed to open it. */
export interface RouteCase {
  /** As the router names it: "/admin/clients/:id". */
  route: string
  at: (rows: RouteShop['rows']) => string
  as: Reader
  /** What it answers; 200 without. */
  status?: number
  /** Each match in the answer is a row. Absent: the page lists nothing. */
  rows?: readonly RegExp[]
  stream?: true
}
