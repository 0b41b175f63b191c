import { eachByItself } from '../../billing/index.ts'
import { sql, type Queries, type Trx } from '../../db/index.ts'
import { instant, systemActor, toMs, type Instant } from '../../kernel/index.ts'
import { enterMail } from '../../mail/index.ts'
import { readSetting, scopedSetting, type Means } from '../../records/index.ts'
import { hashToken, newToken } from '../tokens.ts'
import { leftCoupon } from './left-coupon.ts'
import { leftCartCoupon, leftCartHours } from './settings.ts'

const HOUR_MS = 3_600_000

/** A mail that comes later than this speaks of something forgotten; so a shop that turns mails on sends none for old carts. */
const LATE_HOURS = 72
const AT_ONCE = 500
const DAILY = {
  ...{ refusal: 'cart.remind_refused', failure: 'cart.remind_failed' },
  actor: systemActor('left_carts'),
}

/**
 * Sends the one mail about each cart that was left: of a signed-in buyer, with something in it, unchanged for the hours
 * of its brand. None goes out once the buyer ordered anything since, or wants none. Repeatable.
 */
export async function remindLeftCarts(means: Means): Promise<number> {
  const hours = await scopedSetting(means.db, leftCartHours)
  let sent = 0
  for (const value of hours.values.filter((one) => one > 0)) {
    const of = hours.has(value, { brand: sql`c.brand_id` })
    const found = await means.db.all<LeftCart>(sql`
      select c.id, c.brand_id, c.user_id, c.currency, c.coupon_codes, c.expires_at, b.zone, u.name, u.email, u.locale
      from carts c join brands b on b.id = c.brand_id and b.status = 'active'
      join users u on u.id = c.user_id and u.status = 'active'
      where ${of} and ${isLeft(means, value)} order by c.updated_at, c.id limit ${AT_ONCE}`)
    for (const cart of found)
      sent += await eachByItself(means, { ...DAILY, ids: [cart.id] }, (trx) =>
        remind(means, trx, { cart, hours: value }),
      )
  }
  return sent
}

interface LeftCart {
  id: string
  brand_id: string
  user_id: string
  currency: string
  coupon_codes: string
  expires_at: Instant
  zone: string
  name: string
  email: string
  locale: string
}

/** Conditions on `carts c`. */
function isLeft(means: Means, hours: number) {
  const before = instant(toMs(means.business.now()) - hours * HOUR_MS)
  const notBefore = instant(toMs(means.business.now()) - (hours + LATE_HOURS) * HOUR_MS)
  return sql`c.order_id is null and c.user_id is not null and c.updated_at <= ${before} and c.updated_at > ${notBefore}
    and c.expires_at > ${means.clock.now()}
    and exists (select 1 from cart_items i where i.cart_id = c.id)
    and not exists (select 1 from cart_reminders r where r.cart_id = c.id)
    and not exists (select 1 from cart_mail_stops s where s.brand_id = c.brand_id and s.user_id = c.user_id)
    and not exists (
      select 1 from memberships m join orders o on o.client_id = m.client_id
      where m.user_id = c.user_id and o.brand_id = c.brand_id and o.created_at >= c.updated_at)`
}

/** Whether the mail went: the cart is looked at again, and its unique row decides between two that do this at once. */
async function remind(
  means: Means,
  trx: Trx,
  { cart, hours }: { cart: LeftCart; hours: number },
): Promise<number> {
  const still = await trx.get(
    sql`select c.id from carts c where c.id = ${cart.id} and ${isLeft(means, hours)}`,
  )
  if (!still) return 0
  const items = await itemsOf(trx, cart.id)
  const code = await readSetting(trx, leftCartCoupon, { brand: cart.brand_id })
  const coupon = await leftCoupon(means, trx, cart, code)
  const money = (minor: bigint) => ({ minor: minor.toString(), currency: cart.currency })
  const [token, stop] = [newToken(), newToken()]
  const value = items.reduce((sum, { seen_minor }) => sum + seen_minor, 0n)
  const taken = await trx.run(sql`
    insert into cart_reminders (id, brand_id, user_id, cart_id, token_hash, stop_hash, coupon_code, currency, value_minor, sent_at)
    values (${means.newId('crm')}, ${cart.brand_id}, ${cart.user_id}, ${cart.id}, ${hashToken(token)}, ${hashToken(stop)},
      ${coupon}, ${cart.currency}, ${value}, ${means.business.now()})
    on conflict (cart_id) do nothing`)
  if (taken === 0) return 0
  await enterMail(means, trx, {
    template: 'cart-left',
    to: { address: cart.email, name: cart.name },
    ...{ brand_id: cart.brand_id, subject_of: cart.id, locale: cart.locale, key: `${cart.id}/left` },
    data: {
      ...{
        url: `/cart/left/${token}`,
        stop_path: `/cart/mails/${stop}`,
        coupon,
        expires_at: cart.expires_at,
      },
      items: items.map(({ name, seen_minor }) => ({ label: name, amount: money(seen_minor) })),
      amount: money(value),
    },
  })
  return 1
}

const itemsOf = (queries: Queries, cartId: string) =>
  queries.all<{ name: string; seen_minor: bigint }>(sql`
    select p.name, i.seen_minor from cart_items i join products p on p.id = i.product_id
    where i.cart_id = ${cartId} order by i.position, i.id`)
