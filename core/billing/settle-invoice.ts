import { forUpdate, sql, type Trx } from '../db/index.ts'
import { assert, type Actor } from '../kernel/index.ts'
import { applyTransition, type Means } from '../records/index.ts'
import type { InvoiceRow } from './invoice.ts'
import { invoiceLifecycle } from './invoice-lifecycle.ts'
import { account, creditBalance, postJournal } from './ledger.ts'
import { openAmount, todayOf } from './open-amount.ts'
import { takesMoney } from './proforma/finalise-proforma.ts'
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
  const open = await openAmount(trx, invoice)
  assert(open >= 0n, `invoice ${invoice.id} is allocated more than its total`)
  const change = { body: await bodyOf(trx, invoice) }
  if (open === 0n && (invoice.status === 'issued' || invoice.status === 'written_off')) {
    const set = { paid_at: means.business.now() }
    return applyTransition(means, trx, {
      lifecycle: invoiceLifecycle,
      row: invoice,
      name: 'pay',
      actor,
      change: { ...change, set },
    })
  }
  if (open > 0n && invoice.status === 'paid') {
    const set = { paid_at: null }
    return applyTransition(means, trx, {
      lifecycle: invoiceLifecycle,
      row: invoice,
      name: 'reopen',
      actor,
      change: { ...change, set },
    })
  }
  return invoice
}

/** Uses the client's account credit, as far as it reaches, on a document that is open. */
export async function applyCredit(
  means: Means,
  trx: Trx,
  invoice: InvoiceRow,
  actor: Actor,
): Promise<InvoiceRow> {
  if (invoice.status !== 'issued') return invoice
  const ready = await takesMoney(means, trx, { invoice, amountMinor: 0n }, actor)
  return ready ? useCreditOn(means, trx, ready, actor) : invoice
}

async function useCreditOn(means: Means, trx: Trx, invoice: InvoiceRow, actor: Actor): Promise<InvoiceRow> {
  const open = await openAmount(trx, invoice)
  const credit = await creditBalance(trx, invoice.client_id, invoice.currency)
  const used = credit < open ? credit : open
  if (used > 0n) {
    const id = means.newId('alc')
    const { currency, client_id: clientId, brand_id: brandId } = invoice
    await trx.insert('allocations', [
      {
        id,
        invoice_id: invoice.id,
        payment_id: null,
        client_id: clientId,
        kind: 'credit',
        currency,
        amount_minor: used,
        created_at: means.business.now(),
      },
    ])
    await postJournal(means, trx, {
      kind: 'credit_applied',
      sourceId: id,
      brandId,
      effectiveOn: await todayOf(means, trx, brandId),
      postings: [
        { account: account.clientCredit, currency, clientId, amountMinor: used },
        { account: account.receivable, currency, clientId, amountMinor: -used },
      ],
    })
  }
  return settleInvoice(means, trx, invoice, actor)
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
  const lines = await trx.all<{ source_id: string | null }>(
    sql`select source_id from invoice_lines where invoice_id = ${invoice.id}`,
  )
  const { number, origin, origin_id, client_id } = invoice
  return { number, origin, origin_id, client_id, service_ids: sourcesOf(lines) }
}
