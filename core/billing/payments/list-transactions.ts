import { Type } from '../../../sdk/index.ts'
import { all, sql } from '../../db/index.ts'
import type { Instant } from '../../kernel/index.ts'
import { defineVerb, scoped, type Means } from '../../records/index.ts'

/** A movement of money at a gateway or bank, with the document that it was for. */
export interface ListedTransaction {
  id: string
  client_id: string
  kind: 'payment' | 'payment_reversed' | 'refund' | 'refund_failed' | 'dispute' | 'dispute_returned'
  /** Name of the gateway; null for money that was booked by hand. */
  gateway: string | null
  reference: string
  currency: string
  amount_minor: bigint
  /** What the gateway kept; null for clients, whom it does not concern. */
  fee_minor: bigint | null
  payment_id: string | null
  invoice_id: string | null
  invoice_number: string | null
  note: string | null
  occurred_at: Instant
}

/** Movements newest first: a client sees its own, staff those of their brands. `after` is the last id seen. */
export const listTransactions = defineVerb(
  {
    permission: 'transaction.list',
    audience: ['staff', 'client'],
    input: Type.Object({
      client_id: Type.Optional(Type.String()),
      after: Type.Optional(Type.String()),
      limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
    }),
  },
  async (means: Means, input, actor): Promise<{ rows: ListedTransaction[]; next: string | null }> => {
    const conditions = [scoped(actor, { table: 'x', right: 'transaction.list' })]
    if (input.client_id) conditions.push(sql`x.client_id = ${input.client_id}`)
    if (input.after) conditions.push(sql`x.id < ${input.after}`)
    const found = await means.db.all<ListedTransaction>(sql`
      select x.id, x.client_id, x.kind, g.name as gateway, x.reference, x.currency, x.amount_minor, x.fee_minor, x.payment_id,
        i.id as invoice_id, i.number as invoice_number, x.note, x.occurred_at
      from transactions x left join plugin_instances g on g.id = x.instance_id left join payments p on p.id = x.payment_id
      left join refunds r on x.kind in ('refund', 'refund_failed') and r.payment_id = x.payment_id and r.reference = x.reference
      left join invoices i on i.id = coalesce(p.invoice_id, r.invoice_id)
      where ${all(conditions)} order by x.id desc limit ${input.limit + 1}`)
    const kept = found.slice(0, input.limit)
    const rows = actor.kind === 'client' ? kept.map((row) => ({ ...row, fee_minor: null })) : kept
    return { rows, next: found.length > kept.length ? kept.at(-1)!.id : null }
  },
)
