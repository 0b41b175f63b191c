import { recordAudit } from '../audit/index.ts'
import { all, list, sql, type Trx } from '../db/index.ts'
import { recordEvents, type NewEvent } from '../events/index.ts'
import { assert, type Actor, type IsoDate } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'
import { demandEInvoices } from './e-invoice/read-e-invoice.ts'
import { useTaxAnswers } from './ask-remote-taxes.ts'
import { stateAccountingTax } from './accounting-tax.ts'
import { cashRounding } from './cash-rounding.ts'
import type { DraftInvoice } from './draft.ts'
import { lineColumns, taxNotesJson, taxRows } from './document-rows.ts'
import { documentHash, type InvoiceLineRow, type InvoiceRow, type InvoiceTaxRow } from './invoice.ts'
import { account, postJournals, type Journal, type Posting } from './ledger.ts'
import { takeNumbers, type DocumentKind, type Series } from './numbering.ts'
import { buyerJson } from './parties.ts'
import { taxBuyer, type PlannedInvoice } from './plan-invoice.ts'
import { suspicions } from './suspect-invoices.ts'

interface Written {
  row: InvoiceRow
  lines: InvoiceLineRow[]
  taxes: InvoiceTaxRow[]
  plan: PlannedInvoice
}

/**
 * Writes issued documents for any number of plans, in as few statements as the engine allows: charges, invoices, lines,
 * taxes, ledger, audit, events. All plans are of one seller, brand and year. A charge that exists already stops the
 * whole write with the unique violation of charges: nothing is billed twice.
 */
export async function writeInvoices(
  means: Means,
  trx: Trx,
  plans: readonly PlannedInvoice[],
  actor: Actor,
): Promise<InvoiceRow[]> {
  if (plans.length === 0) return []
  const isSuspected = await suspicions(
    trx,
    plans.map(({ draft }) => draft),
  )
  const written = plans.map((plan) => compose(means, plan, isSuspected(plan.draft)))
  await useTaxAnswers(
    means,
    trx,
    plans.flatMap(({ taxAnswerId }) => taxAnswerId ?? []),
  )
  const charges = written.flatMap(({ lines, plan, row }) => chargeRows(lines, plan, row))
  await trx.insert('charges', charges)
  await number(means, trx, written)
  await demandEInvoices(
    trx,
    written.map(({ row, lines, taxes }) => ({ ...row, lines, taxes })),
  )
  await trx.insert(
    'invoices',
    written.map(({ row }) => row),
  )
  await trx.insert(
    'invoice_lines',
    written.flatMap(({ lines }) => lines),
  )
  await trx.insert(
    'invoice_taxes',
    written.flatMap(({ taxes }) => taxes),
  )
  await postJournals(
    means,
    trx,
    written
      .filter(({ row }) => isBooked(row))
      .map(({ row, lines, taxes }) => issueJournal(row, lines, taxes)),
  )
  await fixCurrencies(trx, plans)
  await recordAudit(
    means,
    trx,
    actor,
    written.map(({ row }) => auditOf(row)),
  )
  await recordEvents(means, trx, actor, written.map(eventOf))
  return written.map(({ row }) => row)
}

/** Service ids on a document, for those who hear its events. */
export function sourcesOf(lines: readonly { source_id: string | null }[]): string[] {
  return [...new Set(lines.flatMap(({ source_id: id }) => (id?.startsWith('svc_') ? [id] : [])))]
}

/** A credit note is settled by being issued, its value is credit or pays a document at once; a receipt says what has come. */
const isSettled = ({ kind }: DraftInvoice): boolean => kind === 'credit_note' || kind === 'receipt'

function compose(means: Means, plan: PlannedInvoice, isSuspected: boolean): Written {
  const { draft, from, buyer } = plan
  const now = means.business.now()
  const row: InvoiceRow = {
    id: draft.id ?? means.newId('inv'),
    brand_id: draft.brandId,
    client_id: draft.clientId,
    seller_id: from.sellerId,
    kind: draft.kind ?? 'invoice',
    number: null,
    status: isSettled(draft) ? 'paid' : 'issued',
    currency: draft.currency,
    origin: draft.origin,
    origin_id: draft.originId,
    issued_on: plan.issuedOn,
    due_on: draft.dueOn,
    owed_on: null,
    issued_at: now,
    paid_at: isSettled(draft) ? now : null,
    voided_at: null,
    in_collections_at: null,
    suspected_at: isSuspected ? now : null,
    subtotal_minor: plan.subtotalMinor,
    tax_minor: plan.taxMinor,
    total_minor: plan.totalMinor,
    cash_step_minor: plan.cashStepMinor ?? 0n,
    seller: from.sellerJson,
    buyer: buyerJson(buyer),
    evidence: JSON.stringify(evidenceOf(plan)),
    prices_include_tax: from.pricesIncludeTax ? 1 : 0,
    tax_notes: taxNotesJson(plan.taxNotes),
    tax_rounding: from.taxRounding ?? 'document',
    accounting_tax: null,
    locale: buyer.locale,
    notes: draft.notes ?? null,
    document_hash: null,
    file_id: null,
    proforma: plan.proforma ? 1 : 0,
    proforma_number: null,
    proforma_file_id: null,
    corrects_id: draft.correctsId ?? null,
    version: 1,
    created_at: now,
    updated_at: now,
  }
  return { row, lines: lineRows(means, plan, row.id), taxes: taxRows(plan, row.id), plan }
}

/** By what the tax was decided: kept beside the document for whoever audits it. */
function evidenceOf({ buyer, issuedOn, taxAnswerId }: PlannedInvoice) {
  const { country, region, business, exempt } = taxBuyer(buyer, issuedOn)
  const checked = business ? { tax_id: buyer.tax_id, tax_id_checked_at: buyer.tax_id_checked_at } : {}
  const asked = taxAnswerId === undefined ? {} : { tax_answer: taxAnswerId }
  return { country, region, exempt, business, ...checked, ...asked }
}

function lineRows(means: Means, plan: PlannedInvoice, invoiceId: string): InvoiceLineRow[] {
  return plan.lines.map((line, i) => {
    const chargeId = line.chargeId ?? means.newId('chg')
    return {
      id: means.newId('inl'),
      invoice_id: invoiceId,
      position: i + 1,
      charge_id: chargeId,
      live_charge_id: chargeId,
      source_id: line.sourceId,
      period_start: line.periodStart ?? null,
      period_end: line.periodEnd ?? null,
      ...lineColumns(line),
    }
  })
}

/** A free line is its own source: it can be charged again on another document. */
function chargeRows(lines: readonly InvoiceLineRow[], plan: PlannedInvoice, row: InvoiceRow) {
  const fresh = lines.filter((_, i) => plan.lines[i]!.chargeId === undefined)
  return fresh.map((line) => ({
    id: line.charge_id!,
    brand_id: row.brand_id,
    client_id: row.client_id,
    source_id: line.source_id ?? line.id,
    kind: line.kind,
    period_start: line.period_start ?? row.issued_on!,
    period_end: line.period_end ?? row.issued_on!,
    cause: plan.lines[line.position - 1]!.cause ?? '',
    currency: row.currency,
    amount_minor: line.amount_minor,
    created_at: row.created_at,
  }))
}

/** Numbers come last of all decisions, so that only documents that are really written take one. */
async function number(means: Means, trx: Trx, written: readonly Written[]): Promise<void> {
  for (const proforma of [0, 1]) {
    const ofSeries = written.filter(({ row }) => row.proforma === proforma)
    if (ofSeries.length > 0) await numberSeries(means, trx, ofSeries)
  }
}

/** The series that a document takes its number of. */
const seriesKind = (row: InvoiceRow): DocumentKind => (row.proforma === 1 ? 'proforma' : row.kind)

async function numberSeries(means: Means, trx: Trx, written: readonly Written[]): Promise<void> {
  const { row } = written[0]!
  const same = written.every(
    ({ row: other }) =>
      other.seller_id === row.seller_id &&
      other.brand_id === row.brand_id &&
      other.kind === row.kind &&
      other.issued_on === row.issued_on,
  )
  assert(same, 'documents written together share seller, brand, kind and day')
  const series = {
    sellerId: row.seller_id,
    brandId: row.brand_id,
    kind: seriesKind(row),
    issuedOn: row.issued_on!,
  }
  const { numbers, before } = await takeNumbers(means.newId, trx, series, written.length)
  const last = await dayOf(trx, series, before)
  written.forEach(({ row: invoice }, i) => {
    invoice.number = numbers[i]!
    if (invoice.proforma === 0 && last) dateFrom(invoice, last)
    if (invoice.proforma === 1) invoice.proforma_number = numbers[i]!
  })
  // By the day that they have now: the last number may have moved it.
  const rows = written.map(({ row: invoice }) => invoice)
  await stateAccountingTax(trx, rows, written[0]!.plan.from.accountingCurrency ?? null)
  for (const { row: invoice, lines, taxes } of written)
    invoice.document_hash = documentHash(invoice, lines, taxes)
}

async function dayOf(trx: Trx, series: Series, number: string | null): Promise<IsoDate | null> {
  if (number === null || series.kind === 'proforma') return null
  const row = await trx.get<{ issued_on: IsoDate }>(sql`
    select issued_on from invoices where seller_id = ${series.sellerId} and brand_id = ${series.brandId} and number = ${number}`)
  return row?.issued_on ?? null
}

/**
 * Later numbers have no earlier day: a run that makes up for a day that was missed may come after documents of today.
 * Its own are dated like the last of these then, and nobody is late on the day of issue.
 */
function dateFrom(invoice: InvoiceRow, day: IsoDate): void {
  if (invoice.issued_on! >= day) return
  invoice.issued_on = day
  if (invoice.due_on < day) invoice.due_on = day
}

/** A proforma and a receipt change nothing that anybody owes; a document of nothing neither. */
const isBooked = (row: InvoiceRow): boolean =>
  row.proforma === 0 && row.kind !== 'receipt' && (row.total_minor !== 0n || row.subtotal_minor !== 0n)

/** What the issue of a document moves: also that of a proforma when it is paid. */
export function issueJournal(
  row: InvoiceRow,
  lines: readonly InvoiceLineRow[],
  taxes: readonly InvoiceTaxRow[],
): Journal {
  const { currency, client_id: clientId } = row
  const byKind = new Map<string, bigint>()
  for (const line of lines) byKind.set(line.kind, (byKind.get(line.kind) ?? 0n) + line.net_minor)
  const postings: Posting[] = [
    { account: account.receivable, currency, clientId, amountMinor: row.total_minor },
  ]
  for (const [kind, net] of byKind) postings.push({ account: soldAs(kind), currency, amountMinor: -net })
  for (const tax of taxes)
    postings.push({
      account: account.tax(`${tax.tax_name}:${tax.rate_ppm}`),
      currency,
      amountMinor: -tax.tax_minor,
    })
  postings.push({ account: account.rounding, currency, amountMinor: -cashRounding(row) })
  return {
    kind: `${row.kind}_issued`,
    sourceId: row.id,
    brandId: row.brand_id,
    effectiveOn: row.issued_on!,
    postings,
  }
}

/** A gift card is no revenue when it is sold: it is owed until somebody redeems it. */
const soldAs = (kind: string): string => (kind === 'gift_card' ? account.giftCards : account.revenue(kind))

/** The first issued document fixes the currency of its client. */
async function fixCurrencies(trx: Trx, plans: readonly PlannedInvoice[]): Promise<void> {
  const loose = plans.filter(({ buyer }) => buyer.currency_fixed === 0)
  if (loose.length === 0) return
  const ids = [...new Set(loose.map(({ draft }) => draft.clientId))]
  await trx.run(
    sql`update clients set currency_fixed = 1 where ${all([sql`currency_fixed = 0`, sql`id in (${list(ids)})`])}`,
  )
}

function auditOf(row: InvoiceRow) {
  const after = {
    status: row.status,
    number: row.number,
    total_minor: row.total_minor.toString(),
    currency: row.currency,
  }
  return {
    action: row.proforma === 1 ? 'invoice.issue_proforma' : `${row.kind}.issue`,
    subject: row.id,
    brandId: row.brand_id,
    clientId: row.client_id,
    after,
  }
}

function eventOf({ row, lines }: Written): NewEvent {
  return {
    type: row.proforma === 1 ? 'invoice.proforma_issued' : `${row.kind}.issued`,
    subject: row.id,
    brandId: row.brand_id,
    clientId: row.client_id,
    body: issuedBody(row, lines),
  }
}

/** What the event of an issued document says. */
export function issuedBody(
  row: InvoiceRow,
  lines: readonly { source_id: string | null }[],
): NewEvent['body'] {
  return {
    id: row.id,
    number: row.number,
    client_id: row.client_id,
    total: { minor: row.total_minor.toString(), currency: row.currency },
    due_on: row.due_on,
    origin: row.origin,
    origin_id: row.origin_id,
    service_ids: sourcesOf(lines),
  }
}
