import { recordAudit } from '../../audit/index.ts'
import { sql, type Queries, type Trx } from '../../db/index.ts'
import { recordEvent } from '../../events/index.ts'
import { assert, type Actor } from '../../kernel/index.ts'
import { updateVersioned, type Means } from '../../records/index.ts'
import { stateAccountingTax } from '../accounting-tax.ts'
import { documentHash, type InvoiceLineRow, type InvoiceRow, type InvoiceTaxRow } from '../invoice.ts'
import { creditBalance, postJournals } from '../ledger.ts'
import { takeNumbers } from '../numbering.ts'
import { openAmount, todayOf } from '../open-amount.ts'
import { loadSeller } from '../parties.ts'
import { issueJournal, issuedBody } from '../write-invoices.ts'

/**
 * Makes the invoice of a proforma whose money is there: number and day of now, ledger, frozen from here on. What it
 * says otherwise, its taxes too, is what was agreed on with the proforma, whose number and paper are kept.
 */
export async function finaliseProforma(
  means: Means,
  trx: Trx,
  invoice: InvoiceRow,
  actor: Actor,
): Promise<InvoiceRow> {
  assert(invoice.proforma === 1 && invoice.status === 'issued', `${invoice.id} is an open proforma`)
  const lines = await trx.all<InvoiceLineRow>(
    sql`select * from invoice_lines where invoice_id = ${invoice.id} order by position`,
  )
  const taxes = await trx.all<InvoiceTaxRow>(
    sql`select * from invoice_taxes where invoice_id = ${invoice.id} order by level, rate_ppm desc, tax_name`,
  )
  const issuedOn = await todayOf(means, trx, invoice.brand_id)
  const series = {
    sellerId: invoice.seller_id,
    brandId: invoice.brand_id,
    kind: 'invoice' as const,
    issuedOn,
  }
  const {
    numbers: [number],
  } = await takeNumbers(means.newId, trx, series, 1)
  const issued = { ...invoice, number: number!, issued_on: issuedOn, proforma: 0 }
  const seller = await loadSeller(trx, invoice.brand_id, invoice.client_id)
  await stateAccountingTax(trx, [issued], seller.accountingCurrency ?? null)
  const set = {
    ...{ number: number!, issued_on: issuedOn, issued_at: means.business.now(), proforma: 0 },
    ...{ proforma_file_id: invoice.file_id, file_id: null },
    accounting_tax: issued.accounting_tax,
    document_hash: documentHash(issued, lines, taxes),
  }
  await updateVersioned(means, trx, { table: 'invoices', what: 'invoice', row: invoice, set })
  const row: InvoiceRow = { ...invoice, ...set, version: invoice.version + 1 }
  await postJournals(means, trx, [issueJournal(row, lines, taxes)])
  const scope = { subject: row.id, brandId: row.brand_id, clientId: row.client_id }
  const before = { number: invoice.number, proforma: 1 }
  const after = { number: row.number, proforma: 0, total_minor: row.total_minor, currency: row.currency }
  await recordAudit(means, trx, actor, [{ ...scope, action: 'invoice.finalise', before, after }])
  await recordEvent(means, trx, actor, { ...scope, type: 'invoice.issued', body: issuedBody(row, lines) })
  return row
}

/**
 * A proforma takes no part of its sum: only when money and credit cover all of it does it become an invoice. Null while
 * they do not; the money is credit until then.
 */
export async function takesMoney(
  means: Means,
  trx: Trx,
  { invoice, amountMinor }: { invoice: InvoiceRow; amountMinor: bigint },
  actor: Actor,
): Promise<InvoiceRow | null> {
  if (invoice.proforma === 0) return invoice
  const credit = await creditBalance(trx, invoice.client_id, invoice.currency)
  return amountMinor + credit < (await openAmount(trx, invoice))
    ? null
    : finaliseProforma(means, trx, invoice, actor)
}

/**
 * What is asked for: of a proforma what the client's credit leaves open, because it will be used with the payment.
 * @param spokenFor credit that other documents of the same payment use
 */
export async function askedAmount(trx: Trx, invoice: InvoiceRow, spokenFor = 0n): Promise<bigint> {
  return askedOfOpen(trx, invoice, await openAmount(trx, invoice), spokenFor)
}

/** The same for whoever knows what is open. */
export async function askedOfOpen(
  queries: Queries,
  { proforma, client_id: clientId, currency }: Pick<InvoiceRow, 'proforma' | 'client_id' | 'currency'>,
  openMinor: bigint,
  spokenFor = 0n,
): Promise<bigint> {
  if (proforma === 0 || openMinor <= 0n) return openMinor
  return lessCredit(openMinor, (await creditBalance(queries, clientId, currency)) - spokenFor)
}

/** Pure: credit that covers all of a proforma is not waited for; whoever has it makes the invoice of it. */
export const lessCredit = (openMinor: bigint, creditMinor: bigint): bigint =>
  creditMinor > 0n && creditMinor < openMinor ? openMinor - creditMinor : openMinor
