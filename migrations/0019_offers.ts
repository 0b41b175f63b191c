import { addColumn, createTable, execute, type Trx } from '../core/db/index.ts'

/** What makes people buy: coupons of every form, what lowers a service for longer, bundles, gifts, quotes, gift cards. */
export async function up(trx: Trx): Promise<void> {
  await coupons(trx)
  await lastingDiscounts(trx)
  await quotes(trx)
  await deals(trx)
  await giftCards(trx)
}

async function coupons(trx: Trx): Promise<void> {
  // Kinds beside "percent" and "fixed": "setup", "price", "free". Lists are JSON; an empty one allows everything.
  await addColumn(trx, 'coupons', 'group_ids', "json = '[]'")
  await addColumn(trx, 'coupons', 'only_currencies', "json = '[]'")
  await addColumn(trx, 'coupons', 'required_product_ids', "json = '[]'")
  await addColumn(trx, 'coupons', 'buyers', "text = 'anyone'")
  await addColumn(trx, 'coupons', 'minimum_minor', 'money?')
  await addColumn(trx, 'coupons', 'minimum_currency', 'text?')
  await addColumn(trx, 'coupons', 'stackable', 'flag = 0')
  await addColumn(trx, 'coupons', 'automatic', 'flag = 0')
  await addColumn(trx, 'coupon_uses', 'currency', 'text?')
  await addColumn(trx, 'coupon_uses', 'discount_minor', 'money?')
  // A cart may hold several codes; the column that held one is read no more.
  await addColumn(trx, 'carts', 'coupon_codes', "json = '[]'")
  await execute(
    trx,
    `update carts set coupon_codes = '["' || coupon_code || '"]' where coupon_code is not null`,
  )
}

/**
 * What lowers a service beyond its first period, beside the one coupon that stands on the service itself. Rows are
 * taken in order of `position`; those from 100 on after that coupon. Services of one bond keep their discounts only
 * while all of them live.
 */
async function lastingDiscounts(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'service_discounts',
    {
      id: 'text',
      service_id: 'ref services',
      position: 'int',
      cause: 'text',
      cause_id: 'text',
      label: 'text',
      percent_ppm: 'int?',
      amount_minor: 'money?',
      periods_left: 'int?',
      bond_id: 'text?',
      ended_at: 'instant?',
      created_at: 'instant',
    },
    {
      index: {
        ix_service_discounts_service: 'service_id, position',
        ix_service_discounts_bond: 'bond_id where bond_id is not null',
      },
    },
  )
  await createTable(
    trx,
    'service_bonds',
    { bond_id: 'text', service_id: 'ref services' },
    { primary: 'bond_id, service_id', index: { ix_service_bonds_service: 'service_id' } },
  )
}

/** A quote and its versions. What a version says is frozen when it is sent; a change makes the next one. */
async function quotes(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'quotes',
    {
      id: 'text',
      brand_id: 'ref brands',
      client_id: 'ref clients',
      number: 'text?',
      status: 'text',
      title: 'text',
      currency: 'text',
      total_minor: 'money',
      expires_on: 'day',
      // Opens the page without signing in: the hash is compared, the sealed key goes into mails again.
      key_hash: 'text',
      key_sealed: 'text',
      order_id: 'text?',
      owner_id: 'text?',
      follow_up_on: 'day?',
      staff_note: 'text?',
      answered_at: 'instant?',
      answered_by: 'text?',
      answer: 'json',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    {
      uniqueWhere: { uq_quotes_number: 'brand_id, number where number is not null' },
      index: { ix_quotes_client: 'client_id, id', ix_quotes_status: 'status, expires_on' },
    },
  )
  await createTable(
    trx,
    'quote_versions',
    {
      id: 'text',
      quote_id: 'ref quotes',
      number: 'int',
      content: 'json',
      priced: 'json',
      subtotal_minor: 'money',
      tax_minor: 'money',
      total_minor: 'money',
      seller: 'json',
      buyer: 'json',
      prices_include_tax: 'flag',
      locale: 'text',
      expires_on: 'day',
      sent_on: 'day?',
      sent_at: 'instant?',
      document_hash: 'text?',
      file_id: 'text?',
      created_at: 'instant',
      updated_at: 'instant',
    },
    { unique: { uq_quote_versions_number: 'quote_id, number' } },
  )
  await freezeSent(trx)
}

async function freezeSent(trx: Trx): Promise<void> {
  const frozen = [
    'content',
    'priced',
    'subtotal_minor',
    'tax_minor',
    'total_minor',
    'seller',
    'buyer',
    'document_hash',
  ]
  if (trx.dialect === 'sqlite') {
    const changed = frozen.map((column) => `new.${column} is not old.${column}`).join(' or ')
    await execute(
      trx,
      `create trigger quote_versions_frozen before update on quote_versions when old.sent_at is not null and (${changed}) begin select raise(abort, 'quote_versions_frozen: a version that was sent never changes'); end`,
    )
    return
  }
  const changed = frozen.map((column) => `new.${column} is distinct from old.${column}`).join(' or ')
  await execute(
    trx,
    `create trigger quote_versions_frozen before update on quote_versions for each row when (old.sent_at is not null and (${changed})) execute function refuse_frozen()`,
  )
}

/** Products that are cheaper together, that give each other, that suggest each other. */
async function deals(trx: Trx): Promise<void> {
  // What is in force of both, so that a cart reads it with its brand and not by statements of its own.
  await addColumn(trx, 'brands', 'deals', `json = '{"bundles":[],"gifts":[]}'`)
  const stamps = { status: 'text', version: 'int = 1', created_at: 'instant', updated_at: 'instant' }
  await createTable(
    trx,
    'bundles',
    {
      id: 'text',
      brand_id: 'ref brands',
      slug: 'text',
      name: 'text',
      summary: 'text?',
      position: 'int = 0',
      // JSON: product_id and cycles of each member; empty cycles are all.
      members: 'json',
      kind: 'text',
      percent_ppm: 'int?',
      currency: 'text?',
      amount_minor: 'money?',
      lasts: 'text',
      ...stamps,
    },
    { unique: { uq_bundles_slug: 'brand_id, slug' } },
  )
  await createTable(
    trx,
    'product_gifts',
    {
      id: 'text',
      brand_id: 'ref brands',
      giver_id: 'ref products',
      giver_cycles: 'json',
      given_id: 'ref products',
      given_cycles: 'json',
      percent_ppm: 'int',
      lasts: 'text',
      ...stamps,
    },
    { unique: { uq_product_gifts_pair: 'giver_id, given_id' } },
  )
  await createTable(
    trx,
    'product_suggestions',
    { product_id: 'ref products', suggested_id: 'ref products', position: 'int' },
    { primary: 'product_id, suggested_id' },
  )
}

/** Prepaid cards: a liability until they are redeemed into a client's credit. Their codes are kept as hashes alone. */
async function giftCards(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'gift_cards',
    {
      id: 'text',
      brand_id: 'ref brands',
      currency: 'text',
      code_hash: 'text',
      code_end: 'text',
      status: 'text',
      origin: 'text',
      initial_minor: 'money',
      balance_minor: 'money',
      expires_on: 'day?',
      // Of a card that was bought: who bought it, by which line of which invoice, and which piece of the line it is.
      client_id: 'ref clients?',
      invoice_id: 'text?',
      line_id: 'text?',
      piece: 'int?',
      note: 'text?',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    {
      unique: { uq_gift_cards_code: 'code_hash', uq_gift_cards_piece: 'line_id, piece' },
      check: { ck_gift_cards_balance: 'balance_minor >= 0 and balance_minor <= initial_minor' },
    },
  )
  await createTable(
    trx,
    'gift_card_movements',
    {
      id: 'text',
      gift_card_id: 'ref gift_cards',
      kind: 'text',
      amount_minor: 'money',
      client_id: 'text?',
      moved_at: 'instant',
    },
    { index: { ix_gift_card_movements_card: 'gift_card_id, id' } },
  )
}
