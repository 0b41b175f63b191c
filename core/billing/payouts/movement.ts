import type { GatewayMovement } from '../../../sdk/index.ts'
import { sql, type Queries, type Trx } from '../../db/index.ts'
import { assert, defineLifecycle, type Instant, type IsoDate } from '../../kernel/index.ts'
import type { Means, StatefulRow } from '../../records/index.ts'

/** A movement waits until it fits something in the books; staff may take it as it is told. */
export const movementLifecycle = defineLifecycle('gateway_movement', {
  initial: 'waiting',
  transitions: {
    book: {
      from: ['waiting', 'accepted'],
      to: 'booked',
      fact: 'the gateway has moved it; what needs staff was asked about by accept',
    },
    accept: { from: ['waiting'], to: 'accepted' },
  },
})

export interface MovementRow extends StatefulRow {
  instance_id: string
  brand_id: string
  reference: string
  kind: string
  status: 'waiting' | 'booked' | 'accepted'
  of_reference: string | null
  currency: string
  amount_minor: bigint
  fee_minor: bigint
  charged_currency: string | null
  charged_minor: bigint | null
  exchange_rate: string | null
  moved_on: IsoDate
  payout_id: string | null
  payment_id: string | null
  transaction_id: string | null
  books_currency: string | null
  books_minor: bigint
  problem: string | null
  created_at: Instant
  updated_at: Instant
}

/** Told without the sum that moved. */
export const FEE_ALONE = 'fee_alone'

/** The brand in whose books a gateway's money stands where no payment says it. */
export async function brandOf(queries: Queries, instanceId: string): Promise<string> {
  const row = await queries.get<{ brand_id: string | null }>(sql`
    select coalesce(i.brand_id, (select min(b.id) from brands b)) as brand_id from plugin_instances i where i.id = ${instanceId}`)
  assert(row?.brand_id, `gateway ${instanceId} belongs to a brand`)
  return row.brand_id
}

export interface KeptMovements {
  instanceId: string
  brandId: string
  payoutId?: string | null
  told: readonly GatewayMovement[]
}

/** Keeps what was told. A movement that is known stays as it is, but for the payout that it turned out to be in. */
export async function keepMovements(
  means: Means,
  trx: Trx,
  { instanceId, brandId, payoutId = null, told }: KeptMovements,
): Promise<void> {
  const now = means.business.now()
  for (const one of told) {
    // A fee alone: the movement that it is of has the sum that the books know.
    const amount = one.amount ?? { minor: '0', currency: one.fee.currency }
    const [kind, of] = one.amount ? [one.kind, one.of] : [FEE_ALONE, one.of ?? one.reference]
    assert(amount.currency === one.fee.currency, `movement ${one.reference} has its fee in its own currency`)
    await trx.run(sql`
      insert into gateway_movements (id, instance_id, brand_id, reference, kind, status, of_reference, currency, amount_minor, fee_minor,
        charged_currency, charged_minor, exchange_rate, moved_on, payout_id, created_at, updated_at)
      values (${means.newId('gmv')}, ${instanceId}, ${brandId}, ${one.reference}, ${kind}, ${movementLifecycle.initial}, ${of ?? null},
        ${amount.currency}, ${BigInt(amount.minor)}, ${BigInt(one.fee.minor)}, ${one.charged?.currency ?? null},
        ${one.charged ? BigInt(one.charged.minor) : null}, ${one.exchange_rate ?? null}, ${one.on}, ${payoutId}, ${now}, ${now})
      on conflict (instance_id, reference) do update set payout_id = coalesce(gateway_movements.payout_id, excluded.payout_id)`)
  }
}
