import { sql, type Row, type Trx } from '../../../core/db/index.ts'
import { first, type Break } from './broken.ts'

const at = { created_at: '2026-01-10T10:00:00.000Z', updated_at: '2026-01-10T10:00:00.000Z' }

async function addMovement(trx: Trx, of: Row): Promise<string> {
  const id = 'gmv_broken'
  await trx.insert('gateway_movements', [
    {
      ...{ id, instance_id: 'plg_cards', reference: 'txn_1', kind: 'payment', status: 'booked' },
      ...{ currency: 'EUR', amount_minor: 0n, fee_minor: 0n, moved_on: '2026-01-10', ...at, ...of },
    },
  ])
  return id
}

async function addPayout(trx: Trx, of: Row): Promise<string> {
  const id = 'pyo_broken'
  await trx.insert('payouts', [
    {
      ...{ id, instance_id: 'plg_cards', reference: 'po_1', status: 'returned', currency: 'EUR' },
      ...{ amount_minor: 100n, fee_minor: 0n, arrives_on: '2026-01-12', ...at, ...of },
    },
  ])
  return id
}

/** What gateways tell of our money. */
export const gatewayBreaks: readonly Break[] = [
  {
    check: 'movement at a gateway is booked as it moved',
    break: ({ trx, ids }) => addMovement(trx, { brand_id: ids.brand, amount_minor: 1_190n, fee_minor: 40n }),
  },
  {
    check: 'movement at a gateway is the one in the books that it says',
    break: async ({ trx, ids }) => {
      const of = await first(trx, sql`select * from transactions where payment_id = ${ids.payment} limit 1`)
      return addMovement(trx, {
        ...{ brand_id: ids.brand, instance_id: of.instance_id!, transaction_id: of.id! },
        ...{ books_currency: of.currency!, books_minor: 1n, amount_minor: 1n },
      })
    },
  },
  {
    check: 'payout stands between gateway and bank as far as it has gone',
    break: ({ trx, ids }) => addPayout(trx, { brand_id: ids.brand, status: 'arrived' }),
  },
  {
    check: 'movement is in a payout of its own gateway and currency',
    break: async ({ trx, ids }) => {
      const payout_id = await addPayout(trx, { brand_id: ids.brand, currency: 'USD' })
      return addMovement(trx, { brand_id: ids.brand, payout_id })
    },
  },
  {
    check: 'agreement pays for a service of its own client and currency',
    break: async ({ trx, ids }) => {
      const id = 'agr_broken'
      await trx.insert('agreements', [
        {
          ...{ id, instance_id: 'plg_cards', brand_id: ids.brand, reference: 'sub_1', status: 'live' },
          ...{ currency: 'USD', amount_minor: 1n, client_id: ids.client, service_id: ids.service, ...at },
        },
      ])
      return id
    },
  },
]
