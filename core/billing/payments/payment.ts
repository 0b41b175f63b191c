import { forUpdate, sql, type Queries, type Sql, type Trx } from '../../db/index.ts'
import { assert, type Actor, type Instant, type IsoDate } from '../../kernel/index.ts'
import { findRow, type StatefulRow } from '../../records/index.ts'

export type PaymentStatus =
  | 'created'
  | 'needs_client'
  | 'pending'
  | 'authorised'
  | 'succeeded'
  | 'reversed'
  | 'declined'
  | 'failed'
  | 'unknown'
  | 'cancelled'

/** One attempt to get money, for one document or into the client's credit. */
export interface PaymentRow extends StatefulRow {
  brand_id: string
  client_id: string
  invoice_id: string | null
  /** Null for money that staff recorded without a gateway. */
  instance_id: string | null
  method_id: string | null
  kind: 'hosted' | 'saved_method' | 'recorded' | 'deposit' | 'agreement'
  status: PaymentStatus
  currency: string
  amount_minor: bigint
  received_minor: bigint
  fee_minor: bigint
  effect_key: string
  attempt: number
  reference: string | null
  /** JSON: where the client must go, or what to read. */
  needs: string | null
  decline_code: string | null
  decline_message: string | null
  retry: string | null
  next_check_at: Instant | null
  checks: number
  note: string | null
  /** When the client said that it had sent the money; whether it has come, nobody knows by that. */
  said_paid_at: Instant | null
  /** Since when the money is under way: a debit takes days. */
  pending_since: Instant | null
  /** The day on which the bank refused what had been under way. */
  returned_on: IsoDate | null
  settled_at: Instant | null
  /** What made it by itself, at the gateway. */
  agreement_id: string | null
  created_at: Instant
  updated_at: Instant
}

/** Whether the attempt may still bring money: a second one beside it would charge twice. */
export const isLive = (payment: Pick<PaymentRow, 'status'>): boolean =>
  ['created', 'pending', 'authorised', 'unknown'].includes(payment.status)

export function getPayment(queries: Queries, id: string, actor: Actor): Promise<PaymentRow> {
  return findRow<PaymentRow>(queries, actor, {
    table: 'payments',
    what: 'payment',
    id,
    scope: { right: 'payment.read' },
  })
}

export async function lockPayment(trx: Trx, id: string): Promise<PaymentRow> {
  const row = await trx.get<PaymentRow>(
    sql`select * from payments where id = ${id} ${forUpdate(trx.dialect)}`,
  )
  assert(row, `payment ${id} exists`)
  return row
}

export interface NewPayment {
  id: string
  brandId: string
  clientId: string
  invoiceId: string | null
  instanceId: string | null
  methodId?: string | null
  agreementId?: string | null
  kind: PaymentRow['kind']
  currency: string
  amountMinor: bigint
  effectKey: string
  attempt: number
  now: Instant
}

export async function insertPayment(trx: Trx, payment: NewPayment): Promise<PaymentRow> {
  const row: PaymentRow = {
    id: payment.id,
    brand_id: payment.brandId,
    client_id: payment.clientId,
    invoice_id: payment.invoiceId,
    instance_id: payment.instanceId,
    method_id: payment.methodId ?? null,
    kind: payment.kind,
    status: 'created',
    currency: payment.currency,
    amount_minor: payment.amountMinor,
    received_minor: 0n,
    fee_minor: 0n,
    effect_key: payment.effectKey,
    attempt: payment.attempt,
    reference: null,
    needs: null,
    decline_code: null,
    decline_message: null,
    retry: null,
    next_check_at: null,
    checks: 0,
    note: null,
    said_paid_at: null,
    pending_since: null,
    returned_on: null,
    settled_at: null,
    agreement_id: payment.agreementId ?? null,
    version: 1,
    created_at: payment.now,
    updated_at: payment.now,
  }
  await trx.insert('payments', [row])
  return row
}

/**
 * By our own id when the object carries it, else by the gateway's reference. Only within the same instance. Read for a
 * change of it.
 */
export async function findPayment(
  trx: Trx,
  wanted: { instanceId: string; id?: string | undefined; reference?: string | undefined },
): Promise<PaymentRow | null> {
  const { instanceId, id, reference } = wanted
  const find = (which: Sql) =>
    trx.get<PaymentRow>(sql`select * from payments where ${which} ${forUpdate(trx.dialect)}`)
  const found =
    (id && (await find(sql`id = ${id} and instance_id = ${instanceId}`))) ||
    (reference &&
      ((await find(sql`instance_id = ${instanceId} and reference = ${reference}`)) ??
        (await find(sql`id = (
          select payment_id from transactions where instance_id = ${instanceId} and reference = ${reference} and kind = 'payment')`))))
  return found || null
}
