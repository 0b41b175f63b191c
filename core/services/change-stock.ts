import { returnStock, reserveStock } from '../catalog/index.ts'
import { sql, type Trx } from '../db/index.ts'
import type { ChangeState } from './change-state.ts'
import { UnitsSoldOut } from './errors.ts'
import type { Offer } from './ports.ts'
import type { ChangeRow, ServiceRow } from './rows.ts'

/**
 * Takes from the stock what a change brings more: further units, or all of another product. Answers how many are held,
 * none for a product without a count; refuses it when too few are left.
 */
export async function holdForChange(
  trx: Trx,
  { service, offer }: { service: ServiceRow; offer: Offer },
): Promise<number> {
  const has = offer.productId === service.product_id ? service.quantity : 0
  if (offer.quantity <= has) return 0
  const held = await reserveStock(trx, offer.productId, offer.quantity - has)
  if (held === null) throw UnitsSoldOut({ product: offer.name })
  return held
}

/** Puts back, once, what a change held that will not be applied. */
export async function freeOfChange(trx: Trx, change: ChangeRow): Promise<void> {
  if (await isMoved(trx, change)) await returnStock(trx, productOf(change), change.stock_held)
}

/**
 * What an applied change held is the service's own from now on, and what the service had more goes back: first what
 * changes of before took, then what its order did. Answers how many units the service holds besides its order.
 */
export async function settleStock(
  trx: Trx,
  { change, service }: { change: ChangeRow; service: ServiceRow },
): Promise<number> {
  const { productId, quantity = service.quantity } = JSON.parse(change.after_state) as ChangeState
  const stays = productId === service.product_id ? quantity : 0
  const fewer = Math.max(0, service.quantity - stays)
  const own = Math.min(service.stock_held, fewer)
  const freed = own + (await takeFromOrder(trx, service, fewer - own))
  if (freed > 0) await returnStock(trx, service.product_id, freed)
  const held = (await isMoved(trx, change)) ? change.stock_held : 0
  return service.stock_held - own + held
}

/** Puts back, once, what changes took for a service that has ended. */
export async function freeOfService(trx: Trx, serviceId: string): Promise<void> {
  const row = await trx.get<{ product_id: string; stock_held: number }>(
    sql`select product_id, stock_held from services where id = ${serviceId} and stock_held > 0`,
  )
  if (!row) return
  const freed = await trx.run(
    sql`update services set stock_held = 0 where id = ${serviceId} and stock_held = ${row.stock_held}`,
  )
  if (freed > 0) await returnStock(trx, row.product_id, row.stock_held)
}

const productOf = ({ after_state: after }: ChangeRow): string => (JSON.parse(after) as ChangeState).productId

async function isMoved(trx: Trx, { id, stock_held: held }: ChangeRow): Promise<boolean> {
  if (held === 0) return false
  const moved = await trx.run(
    sql`update service_changes set stock_held = 0 where id = ${id} and stock_held = ${held}`,
  )
  return moved > 0
}

/** Answers how many units the item of its order gave up, which may have held fewer. */
async function takeFromOrder(trx: Trx, service: ServiceRow, units: number): Promise<number> {
  if (units <= 0) return 0
  const item = await trx.get<{ id: string; stock_held: number }>(sql`
    select id, stock_held from order_items
    where service_id = ${service.id} and product_id = ${service.product_id} and stock_held > 0`)
  if (!item) return 0
  const taken = Math.min(item.stock_held, units)
  const done = await trx.run(sql`
    update order_items set stock_held = stock_held - ${taken} where id = ${item.id} and stock_held = ${item.stock_held}`)
  return done > 0 ? taken : 0
}
