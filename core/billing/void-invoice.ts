import { Type } from '../../sdk/index.ts'
import { sql, type Trx } from '../db/index.ts'
import type { Actor } from '../kernel/index.ts'
import { applyTransition, defineVerb, findRow, type Means } from '../records/index.ts'
import { returnGrants } from './credit/apply-credit.ts'
import { notGivenBack } from './charge-cause.ts'
import { InvoiceGivenBack, InvoiceHasPayments } from './errors.ts'
import { stopInstalments } from './instalments/end-instalments.ts'
import type { InvoiceRow } from './invoice.ts'
import { invoiceLifecycle } from './invoice-lifecycle.ts'
import { account, postJournal, reversalOf } from './ledger.ts'
import { allocate, lockInvoice, todayOf } from './settle-invoice.ts'

/** Declares a document never valid: its number stays, its charges are free again, the ledger is reversed. */
export const voidInvoice = defineVerb(
  {
    permission: 'invoice.void',
    asks: ['invoice.void:check', 'instalment_plan.end:check'],
    audience: ['staff'],
    input: Type.Object({ invoice_id: Type.String(), reason: Type.String({ minLength: 1, maxLength: 500 }) }),
  },
  async (means: Means, input, actor) => {
    await findRow(means.db, actor, { table: 'invoices', what: 'invoice', id: input.invoice_id })
    return means.db.transaction(async (trx) => {
      await refuseGivenBack(trx, await lockInvoice(trx, input.invoice_id))
      return voidIssued(means, trx, { invoiceId: input.invoice_id, reason: input.reason }, actor)
    })
  },
)

/** A change has credited a period of it already: its value would reach the client twice. */
async function refuseGivenBack(trx: Trx, { id, number }: InvoiceRow): Promise<void> {
  const given = await trx.get(sql`
    select l.id from invoice_lines l join charges c on c.id = l.live_charge_id
    where l.invoice_id = ${id} and not (${notGivenBack}) limit 1`)
  if (given) throw InvoiceGivenBack({ number: number ?? id })
}

/** The same in a transaction that is open already: an order that falls through takes its document with it. */
export async function voidIssued(
  means: Means,
  trx: Trx,
  act: { invoiceId: string; reason: string },
  actor: Actor,
): Promise<InvoiceRow> {
  const invoice = await lockInvoice(trx, act.invoiceId)
  const paid = await trx.get(
    sql`select id from allocations where invoice_id = ${invoice.id} and kind = 'payment' limit 1`,
  )
  if (paid) throw InvoiceHasPayments({ number: invoice.number ?? invoice.id })
  await returnCredit(means, trx, invoice)
  await stopInstalments(means, trx, { invoice, name: 'end', reason: act.reason }, actor)
  const change = {
    set: { voided_at: means.business.now() },
    reason: act.reason,
    body: { number: invoice.number, origin: invoice.origin, origin_id: invoice.origin_id },
  }
  const voided = await applyTransition(means, trx, {
    lifecycle: invoiceLifecycle,
    row: invoice,
    name: 'void',
    actor,
    change,
  })
  await trx.run(sql`update invoice_lines set live_charge_id = null where invoice_id = ${invoice.id}`)
  if (invoice.number !== null) await reverse(means, trx, invoice)
  return voided
}

/** Credit that was used on the document goes back to the client. */
async function returnCredit(means: Means, trx: Trx, invoice: InvoiceRow): Promise<void> {
  const row = await trx.get<{ used_minor: bigint | null }>(
    sql`select sum(amount_minor) as used_minor from allocations where invoice_id = ${invoice.id} and kind = 'credit'`,
  )
  const used = row?.used_minor ?? 0n
  if (used === 0n) return
  await allocate(means, trx, invoice, { paymentId: null, kind: 'credit', amountMinor: -used })
  await returnGrants(means, trx, invoice.id)
  const { currency, client_id: clientId, brand_id: brandId } = invoice
  await postJournal(means, trx, {
    kind: 'credit_returned',
    sourceId: invoice.id,
    brandId,
    effectiveOn: await todayOf(means, trx, brandId),
    postings: [
      { account: account.receivable, currency, clientId, amountMinor: used },
      { account: account.clientCredit, currency, clientId, amountMinor: -used },
    ],
  })
}

async function reverse(means: Means, trx: Trx, invoice: InvoiceRow): Promise<void> {
  const original = await trx.get<{ id: string }>(
    sql`select id from journals where source_id = ${invoice.id} and kind = 'invoice_issued'`,
  )
  if (!original) return
  const effectiveOn = await todayOf(means, trx, invoice.brand_id)
  await postJournal(
    means,
    trx,
    await reversalOf(trx, original.id, {
      kind: 'invoice_voided',
      sourceId: invoice.id,
      brandId: invoice.brand_id,
      effectiveOn,
    }),
  )
}
