import { money, type Money } from '../../../../sdk/index.ts'
import {
  amountDue,
  isLateProforma,
  isOverdue,
  refundedFlag,
  type InvoiceRow,
} from '../../../billing/index.ts'
import { sql, type Sql } from '../../../db/index.ts'
import type { Translate } from '../../../i18n/index.ts'
import type { IsoDate } from '../../../kernel/index.ts'

/** What rows and heads show of a document. */
export type ListedInvoice = Pick<
  InvoiceRow,
  | 'id'
  | 'kind'
  | 'number'
  | 'status'
  | 'proforma'
  | 'currency'
  | 'issued_on'
  | 'due_on'
  | 'owed_on'
  | 'total_minor'
  | 'in_collections_at'
> & { allocated_minor: bigint; is_refunded: number; plans: number }

/** Columns of a ListedInvoice; the table goes by the name i. */
export const listedInvoice: Sql = sql`
  i.id, i.kind, i.number, i.status, i.proforma, i.currency, i.issued_on, i.due_on, i.owed_on, i.total_minor, i.in_collections_at,
  (select coalesce(sum(a.amount_minor), 0) from allocations a where a.invoice_id = i.id) as allocated_minor, ${refundedFlag} as is_refunded,
  (select count(*) from instalment_plans p where p.invoice_id = i.id and p.status = 'active') as plans`

/** Parameters of the component `status`. */
export interface ShownState {
  state: string
  label?: string
  tone?: string
}

export function invoiceState(
  t: Translate,
  invoice: Omit<ListedInvoice, 'plans'>,
  today: IsoDate,
): ShownState {
  if (invoice.kind === 'credit_note')
    return { state: 'done', label: t('portal.invoices.credited'), tone: 'good' }
  if (invoice.kind === 'receipt') return { state: 'done', label: t('portal.invoices.received'), tone: 'good' }
  if (invoice.is_refunded === 1) return { state: 'refunded' }
  if (invoice.status !== 'issued') return { state: invoice.status }
  if (isOverdue(invoice, today)) return { state: 'overdue' }
  if (isLateProforma(invoice, today)) return { state: 'late' }
  return { state: invoice.allocated_minor > 0n ? 'partly_paid' : 'issued' }
}

export interface InvoiceRowView {
  id: string
  href: string
  number: string
  issuedOn: IsoDate | null
  dueOn: IsoDate
  status: ShownState
  total: Money
  due: Money
  isOverdue: boolean
  payHref: string | null
  /** What is asked now may be less than what is open. */
  byParts: boolean
}

export function invoiceRowView(t: Translate, invoice: ListedInvoice, today: IsoDate): InvoiceRowView {
  const href = `/portal/invoices/${invoice.id}`
  const byParts = invoice.owed_on !== null && invoice.plans > 0
  const due = invoice.kind === 'invoice' && invoice.status === 'issued' ? amountDue(invoice) : 0n
  return {
    id: invoice.id,
    href,
    number: invoice.number ?? invoice.id,
    issuedOn: invoice.issued_on,
    dueOn: byParts ? invoice.owed_on! : invoice.due_on,
    status: invoiceState(t, invoice, today),
    total: money(invoice.total_minor, invoice.currency),
    due: money(due, invoice.currency),
    isOverdue: isOverdue(invoice, today),
    payHref: due > 0n ? `${href}/pay` : null,
    byParts,
  }
}
