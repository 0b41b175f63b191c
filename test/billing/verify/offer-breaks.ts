import { sql, type Trx } from '../../../core/db/index.ts'
import type { Break, Broken } from './broken.ts'

const at = '2026-02-01T00:00:00.000Z'

/** Gift cards, coupons and what lowers services. */
export const offerBreaks: readonly Break[] = [
  {
    check: 'gift card holds what moved on it',
    break: (of) => addCard(of, 500n),
  },
  {
    check: 'movement of a gift card stands in the ledger once',
    break: async (of) => {
      const id = await addCard(of, 500n)
      await of.trx.insert('gift_card_movements', [
        { id: of.newId('chg'), gift_card_id: id, kind: 'issued', amount_minor: 500n, moved_at: at },
      ])
      return id
    },
  },
  {
    check: 'gift cards are what the ledger owes for them',
    break: async (of) => {
      await addCard(of, 500n)
      return 'EUR'
    },
  },
  {
    check: 'coupon counts its uses',
    break: async ({ trx, ids, newId }) => {
      const id = newId('chg')
      const row = { id, brand_id: ids.brand, code: 'BENT', kind: 'percent', percent_ppm: 100_000 }
      await trx.insert('coupons', [
        { ...row, product_ids: '[]', uses: 1, status: 'active', created_at: at, updated_at: at },
      ])
      return id
    },
  },
  {
    check: 'discount of a bond ends with it',
    break: async ({ trx, ids, newId }) => {
      const id = newId('chg')
      await bond(trx, ids.service)
      await trx.insert('service_discounts', [
        {
          ...{ id, service_id: ids.service, position: 1, cause: 'bundle', cause_id: 'bun_x', label: 'Both' },
          ...{ percent_ppm: 100_000, bond_id: 'bnd_x', created_at: at },
        },
      ])
      await trx.run(sql`update services set billing_status = 'ended' where id = ${ids.service}`)
      return id
    },
  },
]

/** A card that nobody bought: it holds the sum and nothing else knows it. */
async function addCard({ trx, ids, newId }: Broken, minor: bigint): Promise<string> {
  const id = newId('chg')
  await trx.insert('gift_cards', [
    {
      ...{ id, brand_id: ids.brand, currency: 'EUR', code_hash: id, code_end: 'BENT', status: 'active' },
      ...{ origin: 'issued', initial_minor: minor, balance_minor: minor, created_at: at, updated_at: at },
    },
  ])
  return id
}

const bond = (trx: Trx, serviceId: string) =>
  trx.insert('service_bonds', [{ bond_id: 'bnd_x', service_id: serviceId }])
