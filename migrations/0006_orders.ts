import { createTable, type Trx } from '../core/db/index.ts'

/** What somebody is about to buy, and what was bought. */
export async function up(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'carts',
    {
      id: 'text',
      brand_id: 'ref brands',
      token_hash: 'text?',
      user_id: 'text?',
      client_id: 'text?',
      currency: 'text',
      coupon_code: 'text?',
      order_id: 'text?',
      expires_at: 'instant',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    {
      unique: { uq_carts_token: 'token_hash' },
      uniqueWhere: { uq_carts_user: 'brand_id, user_id where user_id is not null and order_id is null' },
    },
  )
  await createTable(
    trx,
    'cart_items',
    {
      id: 'text',
      cart_id: 'ref carts',
      product_id: 'ref products',
      cycle: 'text',
      quantity: 'int',
      options: 'json',
      fields: 'json',
      addons: 'json',
      seen_minor: 'money',
      position: 'int',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    { index: { ix_cart_items_cart: 'cart_id, position' } },
  )
  await createTable(
    trx,
    'orders',
    {
      id: 'text',
      brand_id: 'ref brands',
      client_id: 'ref clients',
      number: 'text',
      status: 'text',
      currency: 'text',
      subtotal_minor: 'money',
      discount_minor: 'money',
      tax_minor: 'money',
      total_minor: 'money',
      coupon_id: 'text?',
      coupon_code: 'text?',
      invoice_id: 'text?',
      instance_id: 'text?',
      access_key_hash: 'text',
      placed_by: 'text',
      address: 'text',
      agent: 'text',
      evidence: 'json',
      terms: 'json',
      hold_reason: 'text?',
      note: 'text?',
      placed_at: 'instant',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    {
      unique: { uq_orders_number: 'brand_id, number' },
      index: {
        ix_orders_client: 'client_id, id',
        ix_orders_status: 'brand_id, status, id',
        ix_orders_invoice: 'invoice_id where invoice_id is not null',
      },
    },
  )
  await createTable(
    trx,
    'order_items',
    {
      id: 'text',
      order_id: 'ref orders',
      parent_id: 'text?',
      product_id: 'ref products',
      service_id: 'text?',
      name: 'text',
      cycle: 'text',
      quantity: 'int',
      amount_minor: 'money',
      setup_minor: 'money',
      discount_minor: 'money',
      // Units of stock that this item holds; they go back when the order falls through or the service ends.
      stock_held: 'int = 0',
      choices: 'json',
      position: 'int',
    },
    {
      index: {
        ix_order_items_order: 'order_id, position',
        ix_order_items_service: 'service_id where service_id is not null',
      },
    },
  )
  await createTable(
    trx,
    'coupon_uses',
    {
      id: 'text',
      coupon_id: 'ref coupons',
      order_id: 'ref orders',
      client_id: 'ref clients',
      used_at: 'instant',
      released_at: 'instant?',
    },
    { unique: { uq_coupon_uses_order: 'coupon_id, order_id' } },
  )
  await createTable(
    trx,
    'cancellations',
    {
      id: 'text',
      brand_id: 'text',
      client_id: 'text',
      service_id: 'ref services',
      at: 'text',
      reason: 'text',
      effective_on: 'day',
      status: 'text',
      requested_by: 'text',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    { index: { ix_cancellations_service: 'service_id, id' } },
  )
}
