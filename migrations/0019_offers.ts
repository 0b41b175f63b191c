import { addColumn, createTable, execute, type Trx } from '../core/db/index.ts'

/** What makes people buy: coupons of every form, what lowers a service for longer, bundles, gifts, quotes, gift cards. */
export async function up(trx: Trx): Promise<void> {
  await coupons(trx)
  await lastingDiscounts(trx)
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
