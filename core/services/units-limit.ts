import { sql, type Trx } from '../db/index.ts'
import { readSetting } from '../records/index.ts'
import type { ChangeState } from './change-state.ts'
import { UnitsLimited } from './errors.ts'
import { forUpdate } from './load.ts'
import { unitsPerClient } from './settings.ts'

export interface UnitsWanted {
  productId: string
  units: number
}

interface Buyer {
  id: string
  brand_id: string
}

/**
 * Refuses units of a product beyond what one client may have of it: what runs or waits counts, what has ended does not.
 * The client's row is held while it is counted, so that two orders at once do not both find the last place.
 * @param except a service whose units those wanted replace
 */
export async function demandUnits(
  trx: Trx,
  client: Buyer,
  wanted: readonly UnitsWanted[],
  except = '',
): Promise<void> {
  const { key } = unitsPerClient
  if (!(await trx.get(sql`select key from settings where key = ${key} limit 1`))) return
  for (const { productId, units } of wanted) {
    const product = await trx.get<{ name: string; group_id: string }>(
      sql`select name, group_id from products where id = ${productId}`,
    )
    const { id, brand_id: brand } = client
    const scope = { brand, group: product!.group_id, product: productId, client: id }
    const limit = await readSetting(trx, unitsPerClient, scope)
    if (limit === 0) continue
    await trx.get(sql`select id from clients where id = ${id} ${forUpdate(trx)}`)
    const has = await unitsOf(trx, { clientId: id, productId, except })
    if (has + units > limit) throw UnitsLimited({ product: product!.name, limit, has })
  }
}

/** A change that waits for its payment counts as done: two of them would otherwise each find the last place. */
async function unitsOf(
  trx: Trx,
  { clientId, productId, except }: { clientId: string; productId: string; except: string },
): Promise<number> {
  const services = await trx.all<{ product_id: string; quantity: number; after_state: string | null }>(sql`
    select s.product_id, s.quantity, c.after_state from services s
      left join service_changes c on c.service_id = s.id and c.status = 'pending'
    where s.client_id = ${clientId} and s.billing_status <> 'ended' and s.id <> ${except}
      and (s.product_id = ${productId} or c.id is not null)`)
  let units = 0
  for (const { product_id, quantity, after_state } of services) {
    const now = product_id === productId ? quantity : 0
    const after = after_state === null ? null : (JSON.parse(after_state) as Partial<ChangeState>)
    units += after?.productId === productId ? Math.max(now, after.quantity ?? quantity) : now
  }
  return units
}
