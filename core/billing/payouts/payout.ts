import type { Payouts as ToldPayouts } from '../../../sdk/index.ts'
import { forUpdate, sql, type Trx } from '../../db/index.ts'
import { defineLifecycle, systemActor, type Instant, type IsoDate } from '../../kernel/index.ts'
import { recordEvent } from '../../events/index.ts'
import { applyTransition, updateVersioned, type Means, type StatefulRow } from '../../records/index.ts'
import { account, postJournal, type Posting } from '../ledger.ts'
import { todayOf } from '../settle-invoice.ts'
import { keepMovements } from './movement.ts'

/** The gateway has sent it, our bank has it, or the gateway took it back. */
export const payoutLifecycle = defineLifecycle('payout', {
  initial: 'sent',
  transitions: {
    arrive: { from: ['sent'], to: 'arrived', fact: 'it stands in our bank account' },
    return: { from: ['sent', 'arrived'], to: 'returned', fact: 'the bank sent it back' },
  },
})

export interface PayoutRow extends StatefulRow {
  instance_id: string
  brand_id: string
  reference: string
  status: 'sent' | 'arrived' | 'returned'
  currency: string
  amount_minor: bigint
  fee_minor: bigint
  arrives_on: IsoDate
  itemised: number
  bank_line_id: string | null
  created_at: Instant
  updated_at: Instant
}

type Told = ToldPayouts['payouts'][number]

const actor = systemActor('gateway_money')

const STATES: Readonly<Record<Told['status'], PayoutRow['status']>> = {
  pending: 'sent',
  in_transit: 'sent',
  paid: 'arrived',
  failed: 'returned',
  cancelled: 'returned',
}

export interface ToldPayout {
  instanceId: string
  brandId: string
  told: Told
}

/**
 * Books what the gateway says of one payout: away from the gateway when it is sent, at our bank when it arrived, back at
 * the gateway when it failed. Told twice, or late, it changes nothing.
 */
export async function bookPayout(
  means: Means,
  trx: Trx,
  { instanceId, brandId, told }: ToldPayout,
): Promise<PayoutRow> {
  const state = STATES[told.status]
  let row =
    (await known(trx, instanceId, told.reference)) ??
    (await insert(means, trx, { instanceId, brandId, told }))
  const { items = [], itemised = false } = told
  const payoutId = row.id
  await keepMovements(means, trx, { instanceId, brandId, payoutId, told: items })
  if (itemised && row.itemised === 0) {
    await updateVersioned(means, trx, { table: 'payouts', what: 'payout', row, set: { itemised: 1 } })
    row = { ...row, itemised: 1, version: row.version + 1 }
  }
  if (state === 'arrived' && row.status === 'sent') row = await move(means, trx, row, 'arrive')
  if (state === 'returned' && row.status !== 'returned') row = await move(means, trx, row, 'return')
  return row
}

const known = (trx: Trx, instanceId: string, reference: string): Promise<PayoutRow | undefined> =>
  trx.get<PayoutRow>(
    sql`select * from payouts where instance_id = ${instanceId} and reference = ${reference} ${forUpdate(trx.dialect)}`,
  )

async function insert(means: Means, trx: Trx, { instanceId, brandId, told }: ToldPayout): Promise<PayoutRow> {
  const now = means.business.now()
  const row: PayoutRow = {
    ...{ id: means.newId('pyo'), instance_id: instanceId, brand_id: brandId, reference: told.reference },
    ...{ status: 'sent', currency: told.amount.currency, amount_minor: BigInt(told.amount.minor) },
    ...{ fee_minor: BigInt(told.fee.minor), arrives_on: told.arrives_on as IsoDate, itemised: 0 },
    ...{ bank_line_id: null, version: 1, created_at: now, updated_at: now },
  }
  await trx.insert('payouts', [row])
  await post(means, trx, row, 'payout_sent')
  const body = { id: row.id, amount: { minor: told.amount.minor, currency: row.currency } }
  await recordEvent(means, trx, actor, { type: 'payout.sent', subject: row.id, brandId, body })
  return row
}

async function move(means: Means, trx: Trx, row: PayoutRow, name: 'arrive' | 'return'): Promise<PayoutRow> {
  const wasAtBank = row.status === 'arrived'
  const moved = await applyTransition(means, trx, { lifecycle: payoutLifecycle, row, name, actor })
  if (name === 'arrive') await post(means, trx, row, 'payout_arrived')
  else await post(means, trx, row, wasAtBank ? 'payout_returned' : 'payout_stopped')
  return moved
}

type Step = 'payout_sent' | 'payout_arrived' | 'payout_returned' | 'payout_stopped'

async function post(means: Means, trx: Trx, row: PayoutRow, kind: Step): Promise<void> {
  const { brand_id: brandId, currency, instance_id: instanceId } = row
  const to = (name: string, amountMinor: bigint): Posting => ({ account: name, currency, amountMinor })
  const transit = account.inTransit(instanceId)
  const sent = [
    to(transit, row.amount_minor),
    to(account.gatewayFees(instanceId), row.fee_minor),
    to(account.gateway(instanceId), -row.amount_minor - row.fee_minor),
  ]
  const arrived = [to(account.bank, row.amount_minor), to(transit, -row.amount_minor)]
  const back = (postings: Posting[]) =>
    postings.map((posting) => ({ ...posting, amountMinor: -posting.amountMinor }))
  const postings = {
    payout_sent: sent,
    payout_arrived: arrived,
    payout_stopped: back(sent),
    payout_returned: [...back(arrived).slice(0, 1), ...back(sent).slice(1)],
  }[kind]
  const effectiveOn = await todayOf(means, trx, brandId)
  await postJournal(means, trx, { kind, sourceId: row.id, brandId, effectiveOn, postings })
}
