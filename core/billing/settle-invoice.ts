import { forUpdate, sql, type Trx } from '../db/index.ts'
import { assert, type Actor } from '../kernel/index.ts'
import { applyTransition, type Means } from '../records/index.ts'
import { followInstalments } from './instalments/follow-instalments.ts'
import type { InvoiceRow } from './invoice.ts'
import { invoiceLifecycle } from './invoice-lifecycle.ts'
import { openAmount, todayOf } from './open-amount.ts'
import { endWriteOff } from './recover-loss.ts'
import { sourcesOf } from './write-invoices.ts'

export { openAmount, todayOf }

export interface Allocation {
  paymentId: string | null
  kind: 'payment' | 'credit' | 'credit_note' | 'refund' | 'dispute'
  amountMinor: bigint
}

/** Applies part of a payment or credit to a document. A negative amount takes it back. */
export async function allocate(
  means: Means,
  trx: Trx,
  invoice: InvoiceRow,
  allocation: Allocation,
): Promise<void> {
  await trx.insert('allocations', [
    {
      id: means.newId('alc'),
      invoice_id: invoice.id,
      payment_id: allocation.paymentId,
      client_id: invoice.client_id,
      kind: allocation.kind,
      currency: invoice.currency,
      amount_minor: allocation.amountMinor,
      created_at: means.business.now(),
    },
  ])
}

/** After every allocation: paid when nothing is open, open again when something was taken back. */
export async function settleInvoice(
  means: Means,
  trx: Trx,
  invoice: InvoiceRow,
  actor: Actor,
): Promise<InvoiceRow> {
  return settleOpen(means, trx, { invoice, openMinor: await openAmount(trx, invoice) }, actor)
}

/** The same for whoever knows what is open. */
export async function settleOpen(
  means: Means,
  trx: Trx,
  { invoice, openMinor }: { invoice: InvoiceRow; openMinor: bigint },
  actor: Actor,
): Promise<InvoiceRow> {
  assert(openMinor >= 0n, `invoice ${invoice.id} is allocated more than its total`)
  const name = transitionOf(invoice, openMinor)
  if (name === null && invoice.owed_on === null) return invoice
  const body = await bodyOf(trx, invoice)
  if (name === 'pay' && invoice.status === 'written_off') await endWriteOff(means, trx, invoice.id)
  const change = { body, set: { paid_at: name === 'pay' ? means.business.now() : null } }
  const settled =
    name === null
      ? invoice
      : await applyTransition(means, trx, {
          lifecycle: invoiceLifecycle,
          row: invoice,
          name,
          actor,
          change,
        })
  return followInstalments(means, trx, { openMinor, body, invoice: settled }, actor)
}

function transitionOf({ status }: InvoiceRow, openMinor: bigint): 'pay' | 'reopen' | null {
  if (openMinor === 0n && (status === 'issued' || status === 'written_off')) return 'pay'
  return openMinor > 0n && status === 'paid' ? 'reopen' : null
}

/** Reads the row for a change of it. On PostgreSQL this waits for others who change the same document. */
export async function lockInvoice(trx: Trx, id: string): Promise<InvoiceRow> {
  const row = await trx.get<InvoiceRow>(
    sql`select * from invoices where id = ${id} ${forUpdate(trx.dialect)}`,
  )
  assert(row, `invoice ${id} exists`)
  return row
}

async function bodyOf(trx: Trx, invoice: InvoiceRow) {
  const lines = await trx.all<{ source_id: string | null; credited_minor: bigint | null }>(sql`
    select l.source_id, (select -sum(n.total_minor) from invoices n where n.corrects_id = l.invoice_id
      and n.kind = 'credit_note' and n.status <> 'void') as credited_minor
    from invoice_lines l where l.invoice_id = ${invoice.id}`)
  const { number, origin, origin_id, client_id, total_minor } = invoice
  // What was taken back as a whole is owed no longer, and nothing of it was bought.
  const credited = total_minor > 0n && (lines[0]?.credited_minor ?? 0n) >= total_minor
  const body = { number, origin, origin_id, client_id, service_ids: sourcesOf(lines) }
  return credited ? { ...body, credited } : body
}
