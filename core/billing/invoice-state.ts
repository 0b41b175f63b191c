import { list, madeOnce, sql, type Queries, type Sql } from '../db/index.ts'
import type { IsoDate } from '../kernel/index.ts'
import { refundPart, refundsInParts } from './payments/refund-parts.ts'
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

/** What came as payments for the document by the name i. */
const paidOf: Sql = sql`coalesce((select sum(a.amount_minor) from allocations a where a.invoice_id = i.id and a.kind = 'payment'), 0)`

/** Of the payment by the name p: what went back as is said, and what it was applied to documents. */
const given = (of: Sql): Sql =>
  sql`coalesce((select sum(${refundPart.amountMinor}) from ${refundsInParts} where r.payment_id = p.id and r.status in ('pending', 'succeeded') and ${of}), 0)`
const applied = (to: Sql): Sql =>
  sql`coalesce((select sum(b.amount_minor) from allocations b where b.payment_id = p.id and b.kind = 'payment' and ${to}), 0)`

/**
 * What went back of what documents got of a payment. Out of the client's credit goes first what no document took of it;
 * of a payment for several a refund that names one is of that one, whatever pays for it.
 */
const fromCredit = sql`${refundPart.takenFrom} = 'credit' and (p.invoice_id is not null or ${refundPart.invoiceId} is null)`
const ofCredit = given(fromCredit)
const surplus = sql`(p.received_minor - ${applied(sql`1 = 1`)})`
const ofDocuments = sql`(${given(sql`not (${fromCredit})`)} + case when ${ofCredit} > ${surplus} then ${ofCredit} - ${surplus} else 0 end)`

/** Of a payment for several, what this document got, and what all of them did, beside a surcharge. */
const own = applied(sql`b.invoice_id = i.id`)
const ofAll = applied(
  sql`(b.invoice_id = i.id or b.invoice_id in (select e.invoice_id from payment_documents e where e.payment_id = p.id))`,
)
const ofOwn = given(sql`${refundPart.invoiceId} = i.id`)

/**
 * What went back of what was paid on it. A refund of a payment for several that names none of them is of all once all
 * went back that they got.
 */
const refundedOf: Sql = sql`
  coalesce((select sum(${ofDocuments}) from payments p where p.invoice_id = i.id), 0)
  + coalesce((select sum(case when ${ofDocuments} >= ${ofAll} or ${ofOwn} > ${own} then ${own} else ${ofOwn} end)
    from payments p where p.invoice_id is null
      and p.id in (select a.payment_id from allocations a where a.invoice_id = i.id and a.kind = 'payment')), 0)`

/** 1 for a document by the name i whose payments went back: for lists, which show nothing else of them. */
export const refundedFlag: Sql = sql`case when i.status = 'paid' and ${paidOf} > 0 and ${refundedOf} >= ${paidOf} then 1 else 0 end`

/** The same for whoever has read the document. */
export const isRefunded = (invoice: Pick<Standing, 'paid_minor' | 'refunded_minor'> & { status: string }) =>
  invoice.status === 'paid' && invoice.paid_minor > 0n && invoice.refunded_minor >= invoice.paid_minor

/** One statement however many documents. */
export async function standings(
  queries: Queries,
  invoiceIds: readonly string[],
): Promise<(invoiceId: string) => Standing> {
  const rows = await queries.all<Standing & { id: string }>(sql`
    select i.id,
      coalesce((select sum(a.amount_minor) from allocations a where a.invoice_id = i.id), 0) as allocated_minor,
      ${paidOf} as paid_minor, ${refundedOf} as refunded_minor,
      case when exists (select 1 from payments p where ${paymentsFor(sql`i.id`)} and p.status in ('pending', 'authorised', 'unknown')) then 1 else 0 end as payment_pending
    from invoices i where i.id in (${list(invoiceIds)})`)
  const found = byId({ rows })
  return (invoiceId) => found.get(invoiceId) ?? NOTHING
}

const byId = madeOnce(
  ({ rows }: { rows: readonly (Standing & { id: string })[] }): ReadonlyMap<string, Standing> =>
    new Map(rows.map(({ id, ...standing }) => [id, standing])),
)

interface Owed {
  status: string
  proforma: number
  due_on: IsoDate
  owed_on: IsoDate | null
}

/** Derived, never stored: it is owed, and its day has passed. */
export const isOverdue = (invoice: Owed, today: IsoDate): boolean =>
  invoice.proforma === 0 && isPast(invoice, today)

/** Of a proforma: its day has passed without its money. Nothing is owed on it, so it is not overdue. */
export const isLateProforma = (invoice: Owed, today: IsoDate): boolean =>
  invoice.proforma === 1 && isPast(invoice, today)

const isPast = ({ status, due_on, owed_on }: Owed, today: IsoDate): boolean =>
  status === 'issued' && (owed_on ?? due_on) < today

/** Derived, never stored, but for the status itself. */
export type InvoiceState =
  InvoiceStatus | 'refunded' | 'payment_pending' | 'in_collections' | 'overdue' | 'late' | 'partly_paid'

/** How a document stands on a day, as people ask: the first that fits. */
export function invoiceState(
  invoice: Standing & {
    status: InvoiceStatus
    kind: string
    proforma: number
    due_on: IsoDate
    owed_on: IsoDate | null
    in_collections_at: string | null
  },
  today: IsoDate,
): InvoiceState {
  const { status } = invoice
  if (invoice.kind === 'credit_note') return status
  if (isRefunded(invoice)) return 'refunded'
  if (status !== 'issued') return status
  if (invoice.payment_pending === 1) return 'payment_pending'
  if (invoice.in_collections_at !== null) return 'in_collections'
  if (isOverdue(invoice, today)) return 'overdue'
  if (isLateProforma(invoice, today)) return 'late'
  return invoice.allocated_minor > 0n ? 'partly_paid' : 'issued'
}
