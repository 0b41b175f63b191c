import { list, sql, type Queries } from '../db/index.ts'
import type { IsoDate } from '../kernel/index.ts'
import { paymentsFor } from './payments/under-way.ts'
import type { InvoiceStatus } from './invoice.ts'

/** What has been paid, given back and is under way for a document. */
export interface Standing {
  /** Sum of payments, credit and credit notes applied to it. */
  allocated_minor: bigint
  /** Of it what came as payments. */
  paid_minor: bigint
  refunded_minor: bigint
  /** 1 while money may be on its way: a payment is pending, authorised or without an answer. */
  payment_pending: number
}

const NOTHING: Standing = { allocated_minor: 0n, paid_minor: 0n, refunded_minor: 0n, payment_pending: 0 }

/** One statement however many documents. */
export async function standings(
  queries: Queries,
  invoiceIds: readonly string[],
): Promise<(invoiceId: string) => Standing> {
  const rows = await queries.all<Standing & { id: string }>(sql`
    select i.id,
      coalesce((select sum(a.amount_minor) from allocations a where a.invoice_id = i.id), 0) as allocated_minor,
      coalesce((select sum(a.amount_minor) from allocations a where a.invoice_id = i.id and a.kind = 'payment'), 0) as paid_minor,
      coalesce((select sum(r.amount_minor) from payments p join refunds r on r.payment_id = p.id where p.invoice_id = i.id and r.status in ('pending', 'succeeded')), 0) as refunded_minor,
      case when exists (select 1 from payments p where ${paymentsFor(sql`i.id`)} and p.status in ('pending', 'authorised', 'unknown')) then 1 else 0 end as payment_pending
    from invoices i where i.id in (${list(invoiceIds)})`)
  const found = new Map(rows.map(({ id, ...standing }) => [id, standing]))
  return (invoiceId) => found.get(invoiceId) ?? NOTHING
}

/** Derived, never stored, but for the status itself. */
export type InvoiceState =
  InvoiceStatus | 'refunded' | 'payment_pending' | 'in_collections' | 'overdue' | 'partly_paid'

/** How a document stands on a day, as people ask: the first that fits. */
export function invoiceState(
  invoice: Standing & {
    status: InvoiceStatus
    kind: string
    due_on: IsoDate
    owed_on: IsoDate | null
    in_collections_at: string | null
  },
  today: IsoDate,
): InvoiceState {
  const { status, paid_minor: paid } = invoice
  if (invoice.kind === 'credit_note') return status
  if (status === 'paid') return paid > 0n && invoice.refunded_minor >= paid ? 'refunded' : 'paid'
  if (status !== 'issued') return status
  if (invoice.payment_pending === 1) return 'payment_pending'
  if (invoice.in_collections_at !== null) return 'in_collections'
  if ((invoice.owed_on ?? invoice.due_on) < today) return 'overdue'
  return invoice.allocated_minor > 0n ? 'partly_paid' : 'issued'
}
