import type { Trx } from '../db/index.ts'
import { assert, type Actor } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'
import type { DraftInvoice } from './draft.ts'
import type { InvoiceRow } from './invoice.ts'
import { account, postJournal } from './ledger.ts'
import { planDocument } from './issue-invoice.ts'
import type { PlannedInvoice } from './plan-invoice.ts'
import { todayOf } from './settle-invoice.ts'
import { writeInvoices } from './write-invoices.ts'

/**
 * Issues a credit note over lines below zero and puts its value into the client's credit: unused time after a
 * downgrade, goodwill. A refund takes it out of the credit again, so each step stands in the ledger by itself.
 */
export async function issueCreditNote(
  means: Means,
  trx: Trx,
  draft: DraftInvoice,
  actor: Actor,
): Promise<InvoiceRow> {
  const plan = await planDocument(means, trx, { ...draft, kind: 'credit_note' })
  return issuePlannedNote(means, trx, plan, actor)
}

export async function issuePlannedNote(
  means: Means,
  trx: Trx,
  plan: PlannedInvoice,
  actor: Actor,
): Promise<InvoiceRow> {
  assert(plan.subtotalMinor + plan.taxMinor < 0n, 'a credit note is below zero')
  const [note] = await writeInvoices(means, trx, [plan], actor)
  // Less than half a coin makes no difference to what is paid.
  if (note!.total_minor !== 0n) await moveToCredit(means, trx, note!)
  return note!
}

async function moveToCredit(means: Means, trx: Trx, note: InvoiceRow): Promise<void> {
  const { currency, client_id: clientId, brand_id: brandId } = note
  await trx.insert('allocations', [
    {
      id: means.newId('alc'),
      invoice_id: note.id,
      payment_id: null,
      client_id: clientId,
      kind: 'credit',
      currency,
      amount_minor: note.total_minor,
      created_at: means.business.now(),
    },
  ])
  await postJournal(means, trx, {
    kind: 'credit_granted',
    sourceId: note.id,
    brandId,
    effectiveOn: await todayOf(means, trx, brandId),
    postings: [
      { account: account.receivable, currency, clientId, amountMinor: -note.total_minor },
      { account: account.clientCredit, currency, clientId, amountMinor: note.total_minor },
    ],
  })
}
