import { list, madeOnce, sql, type Queries, type Sql } from '../db/index.ts'
import { SCOPES_WIDEST_FIRST, type SettingScope } from '../records/index.ts'
import type { ProrationMode } from './prorate.ts'
import {
  anchorDay,
  changeSettings,
  chargeNextFrom,
  pausePolicy,
  prorationMode,
  unusedOnCancel,
  unusedOnDowngrade,
  type PausePolicy,
  type UnusedValue,
} from './settings.ts'

/** What the shop has laid down about the time of a service and its value, as it holds for one product and client. */
export interface Terms {
  proration: ProrationMode
  unusedOnDowngrade: UnusedValue
  unusedOnCancel: UnusedValue
  pause: PausePolicy
  /** 0 without a fixed day. */
  anchorDay: number
  chargeNextFrom: number
}

export interface TermsOf {
  brandId: string
  /** Null for a guest. */
  clientId: string | null
  productIds: readonly string[]
}

/** The terms of some products, the narrowest scope's, in one statement. */
export async function readTerms(queries: Queries, of: TermsOf): Promise<(productId: string) => Terms> {
  const rows = await queries.all<TermRow & { product_id: string }>(sql`
    select p.id as product_id, ${termColumns} from products p join settings x on ${laidDown(sql`${of.brandId}, ${of.clientId ?? ''}`)}
    where p.id in (${list([...new Set(of.productIds)])})`)
  return termsByProduct({ rows })
}

const termsByProduct = madeOnce(({ rows }: { rows: readonly (TermRow & { product_id: string })[] }) => {
  const ofProducts = Map.groupBy(rows, (row) => row.product_id)
  const terms = new Map([...ofProducts].map(([id, of]) => [id, termsIn(of)] as const))
  const laidDownNowhere = termsIn([])
  return (productId: string): Terms => terms.get(productId) ?? laidDownNowhere
})

export interface TermRow {
  term_key: string
  term_scope: SettingScope
  term_value: string
}

export const termColumns = sql`x.key as term_key, x.scope as term_scope, x.value as term_value`

/** Whether a setting "x" is one of the terms of a product "p", sold by the brand to the client, whose ids are given. */
export const laidDown = (brandAndClient: Sql): Sql =>
  sql`x.key in (${list(KEYS)}) and x.scope_id in ('', ${brandAndClient}, p.id, p.group_id)`

const KEYS = changeSettings.map(({ key }) => key)

/** Of several scopes the narrowest holds. */
export function termsIn(found: readonly TermRow[]): Terms {
  const rows = found.toSorted((a, b) => narrowness(b) - narrowness(a))
  const value = ({ key, preset }: { key: string; preset: unknown }): unknown => {
    const row = rows.find((one) => one.term_key === key)
    return row ? JSON.parse(row.term_value) : preset
  }
  return {
    proration: value(prorationMode) as ProrationMode,
    unusedOnDowngrade: value(unusedOnDowngrade) as UnusedValue,
    unusedOnCancel: value(unusedOnCancel) as UnusedValue,
    pause: value(pausePolicy) as PausePolicy,
    anchorDay: value(anchorDay) as number,
    chargeNextFrom: value(chargeNextFrom) as number,
  }
}

/** The terms of one service. */
export async function termsOf(
  queries: Queries,
  service: { brand_id: string; client_id: string; product_id: string },
): Promise<Terms> {
  const { brand_id: brandId, client_id: clientId, product_id: productId } = service
  return (await readTerms(queries, { brandId, clientId, productIds: [productId] }))(productId)
}

const narrowness = ({ term_scope: scope }: TermRow): number => SCOPES_WIDEST_FIRST.indexOf(scope)
