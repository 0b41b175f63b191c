import { createTable, execute, type Trx } from '../core/db/index.ts'

/** Carts that were left, and the one mail about each. */
export async function up(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'cart_reminders',
    {
      id: 'text',
      brand_id: 'ref brands',
      user_id: 'text',
      // No reference: a cart that is joined with another one goes, and the link that stops the mails stays good.
      cart_id: 'text',
      token_hash: 'text',
      stop_hash: 'text',
      coupon_code: 'text?',
      currency: 'text',
      value_minor: 'money',
      restored_at: 'instant?',
      sent_at: 'instant',
    },
    {
      unique: {
        uq_cart_reminders_cart: 'cart_id',
        uq_cart_reminders_token: 'token_hash',
        uq_cart_reminders_stop: 'stop_hash',
      },
      index: { ix_cart_reminders_sent: 'brand_id, sent_at' },
    },
  )
  await createTable(
    trx,
    'cart_mail_stops',
    { brand_id: 'ref brands', user_id: 'text', created_at: 'instant' },
    { primary: 'brand_id, user_id' },
  )
  await execute(
    trx,
    'create index ix_carts_left on carts (updated_at) where order_id is null and user_id is not null',
  )
}
