import { list, sql, type Queries } from '../db/index.ts'
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
  const keys = changeSettings.map(({ key }) => key)
  const found = await queries.all<Row>(sql`
    select p.id as product_id, x.key, x.scope, x.value from products p join settings x on x.key in (${list(keys)})
      and x.scope_id in ('', ${of.brandId}, ${of.clientId ?? ''}, p.id, p.group_id)
    where p.id in (${list([...new Set(of.productIds)])})`)
  const rows = found.toSorted((a, b) => narrowness(b) - narrowness(a))
  const value = (productId: string, { key, preset }: { key: string; preset: unknown }): unknown => {
    const row = rows.find((one) => one.product_id === productId && one.key === key)
    return row ? JSON.parse(row.value) : preset
  }
  return (productId) => ({
    proration: value(productId, prorationMode) as ProrationMode,
    unusedOnDowngrade: value(productId, unusedOnDowngrade) as UnusedValue,
    unusedOnCancel: value(productId, unusedOnCancel) as UnusedValue,
    pause: value(productId, pausePolicy) as PausePolicy,
    anchorDay: value(productId, anchorDay) as number,
    chargeNextFrom: value(productId, chargeNextFrom) as number,
  })
}

/** The terms of one service. */
export async function termsOf(
  queries: Queries,
  service: { brand_id: string; client_id: string; product_id: string },
): Promise<Terms> {
  const { brand_id: brandId, client_id: clientId, product_id: productId } = service
  return (await readTerms(queries, { brandId, clientId, productIds: [productId] }))(productId)
}

interface Row {
  product_id: string
  key: string
  scope: SettingScope
  value: string
}

const narrowness = ({ scope }: Row): number => SCOPES_WIDEST_FIRST.indexOf(scope)
