import { list, sql } from '../../core/db/index.ts'
import type { Actor, IsoDate } from '../../core/kernel/index.ts'
import type { Dice } from './dice.ts'
import type { House } from './house.ts'
import type { Shop, World } from './world.ts'

/** Where an act takes place: one client of one shop, on one day. */
export interface Scene {
  house: House
  dice: Dice
  world: World
  shop: Shop
  client: Shop['clients'][number]
  buyer: Actor
  today: IsoDate
}

/** How often a client or the staff for it think of it, per day. */
export interface Act {
  share: number
  does(scene: Scene): Promise<unknown>
}

/** One of the client's documents in such a state, by chance. */
export async function onInvoice(
  { house, dice, client }: Scene,
  states: readonly string[],
  act: (id: string, totalMinor: bigint) => Promise<unknown>,
): Promise<void> {
  const rows = await house.means.db.all<{ id: string; total_minor: bigint }>(sql`
    select id, total_minor from invoices where client_id = ${client.id} and kind = 'invoice' and status in (${list(states)}) order by id`)
  if (rows.length === 0) return
  const { id, total_minor } = dice.pick(rows)
  await act(id, total_minor)
}

export async function onService(
  { house, dice, client }: Scene,
  states: readonly string[],
  act: (id: string, of: { product_id: string; cycle: string }) => Promise<unknown>,
): Promise<void> {
  const rows = await house.means.db.all<{ id: string; product_id: string; cycle: string }>(sql`
    select id, product_id, cycle from services where client_id = ${client.id} and billing_status in (${list(states)}) order by id`)
  if (rows.length > 0) {
    const row = dice.pick(rows)
    await act(row.id, row)
  }
}
