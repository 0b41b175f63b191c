import type { Trx } from '../db/index.ts'
import type { Means } from '../records/index.ts'

/** The roles of a new installation. Staff may change all of them but keep one owner. */
export const defaultRoles: readonly { name: string; permissions: readonly string[] }[] = [
  { name: 'Owner', permissions: ['*'] },
  {
    name: 'Billing',
    permissions: [
      '*.read',
      '*.list',
      'invoice.*',
      'credit_note.*',
      'payment.*',
      'refund.*',
      'transaction.*',
      'credit.*',
      'coupon.*',
      'quote.*',
      'letter.*',
      'bundle.*',
      'gift_card.*',
      'product_gift.*',
      'tax_rule.*',
      'ledger.*',
      'ledger_month.*',
      'discrepancy.*',
      'client.change',
      'client.change_switches',
      'note.*',
    ],
  },
  {
    name: 'Support',
    permissions: [
      '*.read',
      '*.list',
      'client.change',
      'contact.*',
      'note.*',
      'service.*',
      'delivery.*',
      'order.*',
      'user.send_reset',
    ],
  },
  { name: 'Read only', permissions: ['*.read', '*.list'] },
]

/** Adds the default roles and answers the id of the owner's. */
export async function addDefaultRoles(means: Means, trx: Trx): Promise<string> {
  const now = means.business.now()
  const rows = defaultRoles.map((role) => ({
    id: means.newId('rol'),
    name: role.name,
    permissions: JSON.stringify(role.permissions),
    created_at: now,
    updated_at: now,
  }))
  await trx.insert('roles', rows)
  return rows[0]!.id
}
