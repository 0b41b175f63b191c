import { Type } from '../../../sdk/index.ts'
import { sql, type Queries } from '../../db/index.ts'
import { NotFound, type Actor, type Instant } from '../../kernel/index.ts'
import { defineVerb, updateVersioned, type Means } from '../../records/index.ts'
import { cartExpiry, forClient, selectCarts, type CartRow } from '../cart.ts'
import { hashToken, newToken } from '../tokens.ts'
import { viewCart, type CartView } from '../view-cart.ts'
import { leftCoupon } from './left-coupon.ts'

export interface CartReminderRow {
  id: string
  brand_id: string
  user_id: string
  cart_id: string
  coupon_code: string | null
  restored_at: Instant | null
}

const Linked = {
  brand_id: Type.String({ maxLength: 64 }),
  /** The secret of the mail's link. */
  key: Type.String({ minLength: 1, maxLength: 100 }),
}

/** What the link of the mail opens, with prices of now. */
export const readLeftCart = defineVerb(
  {
    permission: 'cart.read_left',
    audience: ['guest', 'client', 'staff'],
    input: Type.Object(Linked, { additionalProperties: false }),
  },
  async (means: Means, input, actor): Promise<{ cart: CartView; coupon: string | null }> => {
    const { cart, reminder } = await openLink(means, means.db, input)
    const coupon = await leftCoupon(means, means.db, cart, reminder.coupon_code)
    const shown = isOwn(cart, actor) ? forClient(cart, actor) : cart
    return { cart: await viewCart(means, means.db, shown), coupon }
  },
)

/**
 * Brings a cart back by the link of its mail, with the coupon that the mail named. Whoever is signed in as its buyer has
 * it already; for anybody else it becomes the cart of this browser, which is joined again at sign-in.
 */
export const restoreCart = defineVerb(
  {
    permission: 'cart.restore',
    asksNobody: 'a cart is nothing yet; the order is asked about',
    audience: ['guest', 'client', 'staff'],
    input: Type.Object(Linked, { additionalProperties: false }),
  },
  (means: Means, input, actor): Promise<{ token: string | null }> =>
    means.db.transaction(async (trx) => {
      const { cart, reminder } = await openLink(means, trx, input)
      const coupon = await leftCoupon(means, trx, cart, reminder.coupon_code)
      const token = isOwn(cart, actor) ? null : newToken()
      const set: Record<string, string | null> = { expires_at: cartExpiry(means) }
      if (coupon !== null) set.coupon_codes = JSON.stringify([coupon])
      if (token !== null) Object.assign(set, { user_id: null, client_id: null, token_hash: hashToken(token) })
      await updateVersioned(means, trx, { table: 'carts', what: 'cart', row: cart, set })
      await trx.run(sql`
        update cart_reminders set restored_at = ${means.business.now()} where id = ${reminder.id} and restored_at is null`)
      return { token }
    }),
)

const isOwn = (cart: CartRow, actor: Actor): boolean => actor.kind === 'client' && cart.user_id === actor.id

interface Linking {
  cart: CartRow
  reminder: CartReminderRow
}

/** Unknown, expired, ordered and somebody else's by now are one answer. */
async function openLink(
  means: Means,
  queries: Queries,
  { brand_id, key }: { brand_id: string; key: string },
): Promise<Linking> {
  const over = NotFound({ what: 'cart', id: 'of this link' })
  const reminder = await queries.get<CartReminderRow>(
    sql`select * from cart_reminders where token_hash = ${hashToken(key)} and brand_id = ${brand_id}`,
  )
  if (!reminder) throw over
  const cart = await queries.get<CartRow>(sql`
    ${selectCarts} where c.id = ${reminder.cart_id} and c.order_id is null and c.expires_at > ${means.clock.now()}`)
  if (!cart || (cart.user_id !== null && cart.user_id !== reminder.user_id)) throw over
  return { cart, reminder }
}
