import { newSecretToken } from '../../../core/identity/secret-token.ts'
import { sql } from '../../../core/db/index.ts'
import { addCartItem } from '../../../core/orders/index.ts'
import { clientActor } from '../../support/make.ts'
import type { WorldIds } from '../admin/fill-desk.ts'
import type { TestMeans } from '../../support/means.ts'

export async function makeCart(means: TestMeans, ids: WorldIds): Promise<string> {
  const wish = { product_id: ids.product, cycle: '1m', options: { memory: 8 }, fields: { name: 'quay one' } }
  const owner = clientActor(ids.client, { id: ids.user })
  await addCartItem(means, { brand_id: ids.brand, currency: 'EUR', ...wish }, owner)
  return (await means.db.get<{ id: string }>(sql`select id from carts where user_id = ${ids.user}`))!.id
}

/** The mail about that cart, with the secrets of its two links. */
export async function makeCartReminder(means: TestMeans, ids: { brand: string; user: string }, cart: string) {
  const [link, stop] = [newSecretToken(), newSecretToken()]
  await means.db.run(sql`update carts set updated_at = '2026-01-01T00:00:00.000Z' where id = ${cart}`)
  await means.db.insert('cart_reminders', [
    {
      ...{ id: means.newId('crm'), brand_id: ids.brand, user_id: ids.user, cart_id: cart, coupon_code: null },
      ...{ token_hash: link.hash, stop_hash: stop.hash, currency: 'EUR', value_minor: 890n },
      ...{ restored_at: null, sent_at: means.business.now() },
    },
  ])
  return { cart: link.token, stop: stop.token }
}
