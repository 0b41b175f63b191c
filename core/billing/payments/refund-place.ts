import { forUpdate, sql, type Queries, type Trx } from '../../db/index.ts'
import type { Instant } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import { account, postJournal, type Posting } from '../ledger.ts'
import { todayOf } from '../settle-invoice.ts'
import { lockPayment, type PaymentRow } from './payment.ts'
import type { RefundRow } from './refund.ts'

/** The place of money that no gateway holds. */
export const BY_HAND = 'manual'

/** Where the money will leave: what staff send by hand does not come out of what the gateway holds. */
export const leavesFrom = ({ destination }: RefundRow, { instance_id }: PaymentRow): string =>
  destination === 'recorded' ? BY_HAND : (instance_id ?? BY_HAND)

const PREFIX = account.gateway('')

/**
 * The instance, or "manual", where the money of a sent refund left. The journals say it, not the refund: the gateway
 * may have reported what staff recorded, and earlier versions took that out of what the gateway holds.
 */
export async function leftFrom(queries: Queries, refund: RefundRow): Promise<string | null> {
  const row = await queries.get<{ account: string }>(sql`
    select o.account from journals j join postings o on o.journal_id = j.id
    where j.source_id = ${refund.id} and j.kind in ('refund_sent', 'refund_moved')
      and o.account like ${`${PREFIX}%`}
    group by o.account having sum(o.amount_minor) < 0`)
  return row?.account.slice(PREFIX.length) ?? null
}

/** As the fee of a payment: an expense that the gateway takes out of what it holds. It stays when the money comes back. */
export function feePostings(currency: string, instanceId: string | null, feeMinor: bigint): Posting[] {
  if (feeMinor === 0n || instanceId === null) return []
  return [
    { account: account.gatewayFees(instanceId), currency, amountMinor: feeMinor },
    { account: account.gateway(instanceId), currency, amountMinor: -feeMinor },
  ]
}

export interface Reported {
  instanceId: string
  refundId: string
  /** What the gateway took for it, in the refund's money. */
  feeMinor: bigint
  occurredAt: Instant | undefined
}

/**
 * Moves what staff recorded as sent by hand to the gateway that reports it: it was made in the gateway's own pages.
 * Its movement goes with it, so that it is found when the gateway's money is read. Does nothing the second time.
 */
export async function moveToGateway(
  means: Means,
  trx: Trx,
  { instanceId, refundId, feeMinor, occurredAt }: Reported,
): Promise<void> {
  const refund = await trx.get<RefundRow>(
    sql`select * from refunds where id = ${refundId} ${forUpdate(trx.dialect)}`,
  )
  if (refund?.destination !== 'recorded' || refund.status === 'failed') return
  const payment = await lockPayment(trx, refund.payment_id)
  const now = means.business.now()
  // Clocks outside may be ahead of ours.
  const at = occurredAt && occurredAt < now ? occurredAt : null
  const moved = await trx.run(sql`
    update transactions set instance_id = ${instanceId}, fee_minor = ${feeMinor}, occurred_at = coalesce(${at}, occurred_at)
    where payment_id = ${payment.id} and kind = 'refund' and instance_id = ${BY_HAND} and reference = ${refund.reference}
      and not exists (select 1 from transactions x where x.instance_id = ${instanceId} and x.reference = ${refund.reference} and x.kind = 'refund')`)
  if (moved === 0) return
  const { currency, amount_minor: amountMinor } = refund
  await postJournal(means, trx, {
    kind: 'refund_moved',
    sourceId: refund.id,
    brandId: payment.brand_id,
    effectiveOn: await todayOf(means, trx, payment.brand_id),
    postings: [
      { account: account.gateway(BY_HAND), currency, amountMinor },
      { account: account.gateway(instanceId), currency, amountMinor: -amountMinor },
      ...feePostings(currency, instanceId, feeMinor),
    ],
  })
}
