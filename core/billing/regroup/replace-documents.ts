import { recordAudit } from '../../audit/index.ts'
import { list, sql, type Trx } from '../../db/index.ts'
import { recordEvent } from '../../events/index.ts'
import { assert, BerthError, type Actor, type IsoDate } from '../../kernel/index.ts'
import { demandChecks, demandCheck, type Means } from '../../records/index.ts'
import { issueAsking } from '../check-issue.ts'
import type { DraftInvoice, DraftLine, LineKind } from '../draft.ts'
import { NotRegroupable } from '../errors.ts'
import type { InvoiceLineRow, InvoiceRow } from '../invoice.ts'
import { loadBuyers, loadSeller } from '../parties.ts'
import { paymentsFor } from '../payments/under-way.ts'
import { planTaxedAll } from '../determine-taxes.ts'
import type { PlannedInvoice } from '../plan-invoice.ts'
import { applyCreditByItself } from '../credit/apply-credit.ts'
import { lockInvoice } from '../settle-invoice.ts'
import { voidIssued } from '../void-invoice.ts'
import { statedLine } from '../untaxed-price.ts'
import { writeInvoices } from '../write-invoices.ts'

export interface Regrouping {
  kind: 'merged' | 'split'
  invoices: readonly InvoiceRow[]
  /** The new documents: which lines go on each, and when it is due. */
  parts: readonly { lines: readonly InvoiceLineRow[]; dueOn: IsoDate }[]
  reason: string
}

/** Reads documents for a regrouping, locked in one order; refuses those that must stay as they are. */
export async function lockOpen(trx: Trx, ids: readonly string[]): Promise<InvoiceRow[]> {
  const rows: InvoiceRow[] = []
  for (const id of ids.toSorted()) rows.push(await lockInvoice(trx, id))
  for (const row of rows) {
    const why = await reasonAgainst(trx, row)
    if (why) throw NotRegroupable({ number: row.number ?? row.id, reason: why })
  }
  return rows
}

async function reasonAgainst(trx: Trx, row: InvoiceRow): Promise<string | null> {
  if (row.kind !== 'invoice' || row.status !== 'issued') return `it is ${row.status}, not an unpaid invoice`
  // What is ordered or changed hangs on the payment of its own document.
  if (row.origin === 'order' || row.origin === 'change') return `it belongs to an ${row.origin}`
  const touched = await trx.get<{ what: string }>(sql`
    select 'a payment is booked on it' as what from allocations where invoice_id = ${row.id} and kind = 'payment'
    union all select 'a credit note corrects it' from invoices where corrects_id = ${row.id}
    union all select 'a payment for it is under way' from payments p where ${paymentsFor(sql`${row.id}`)}
      and (p.status in ('pending', 'authorised', 'unknown') or (p.status = 'created' and p.kind = 'saved_method')) limit 1`)
  return touched?.what ?? null
}

export const linesOfDocuments = (trx: Trx, ids: readonly string[]): Promise<InvoiceLineRow[]> =>
  trx.all<InvoiceLineRow>(
    sql`select * from invoice_lines where invoice_id in (${list(ids)}) order by invoice_id, position`,
  )

/**
 * Documents are frozen, so the old ones are declared void and new ones take their charges over: each keeps its identity
 * and stands on one live document. Notices and late fees that were sent are not sent again.
 */
export async function replaceDocuments(
  means: Means,
  trx: Trx,
  regrouping: Regrouping,
  actor: Actor,
): Promise<InvoiceRow[]> {
  const { invoices, reason, kind } = regrouping
  const plans = await planParts(means, trx, regrouping)
  demandChecks(means, trx, actor, plans.map(issueAsking))
  for (const plan of plans) demandCheck(means, trx, actor, issueAsking(plan))
  for (const { id } of invoices) await voidIssued(means, trx, { invoiceId: id, reason }, actor)
  const written = await writeInvoices(means, trx, plans, actor)
  for (const row of written) await linkBack(means, trx, row, regrouping)
  await record(means, trx, { written, regrouping }, actor)
  const settled: InvoiceRow[] = []
  for (const row of written) settled.push(await applyCreditByItself(means, trx, row, actor))
  assert(settled.length === regrouping.parts.length, `every part of what was ${kind} is a document`)
  return settled
}

async function planParts(means: Means, trx: Trx, of: Regrouping): Promise<PlannedInvoice[]> {
  const [first] = of.invoices
  assert(first, 'a regrouping has a document')
  const seller = await loadSeller(trx, first.brand_id, first.client_id)
  const buyer = (await loadBuyers(trx, [first.client_id])).get(first.client_id)
  assert(buyer, `client ${first.client_id} exists`)
  const from = { ...seller, pricesIncludeTax: first.prices_include_tax === 1 }
  const numbers = new Map(of.invoices.map((row) => [row.id, row.number]))
  const issuedOn = means.business.today(seller.zone)
  const cases = of.parts.map(({ lines, dueOn }) => {
    const draft: DraftInvoice = {
      ...{ brandId: first.brand_id, clientId: first.client_id, currency: first.currency },
      ...{ origin: of.kind, originId: null, dueOn },
      lines: lines.map((line) => movedLine(line, numbers.get(line.invoice_id) ?? null)),
    }
    return { draft, buyer, from, issuedOn }
  })
  const plans = await planTaxedAll(means, trx, cases)
  return plans.map((plan) => {
    if (plan instanceof BerthError) throw plan
    return { ...plan, proforma: first.proforma === 1 }
  })
}

function movedLine(line: InvoiceLineRow, number: string | null): DraftLine {
  const { trace, ...stated } = statedLine(line)
  return {
    ...{ sourceId: line.source_id, kind: line.kind as LineKind, description: line.description },
    ...{ ...stated, quantity: line.quantity, taxClass: line.tax_class },
    ...(line.period_start ? { periodStart: line.period_start as IsoDate } : {}),
    ...(line.period_end ? { periodEnd: line.period_end as IsoDate } : {}),
    ...(line.charge_id ? { chargeId: line.charge_id } : {}),
    trace: { ...trace, taxes: undefined, moved_from: number },
  }
}

/** Which documents the new one stands for, and which of their notices and fees count for it. */
async function linkBack(
  means: Means,
  trx: Trx,
  row: InvoiceRow,
  { invoices, kind }: Regrouping,
): Promise<void> {
  const now = means.business.now()
  await trx.insert(
    'document_links',
    invoices.map(({ id }) => ({ from_id: id, to_id: row.id, kind, created_at: now })),
  )
  const old = list(invoices.map(({ id }) => id))
  await trx.run(sql`
    insert into reminders (document_id, step, client_id, sent_at)
    select ${row.id}, step, client_id, max(sent_at) from reminders where document_id in (${old}) group by step, client_id`)
  await trx.run(sql`
    insert into late_fees (document_id, step, fee_id, client_id, base_minor, amount_minor, charged_on)
    select ${row.id}, step, min(fee_id), client_id, 0, 0, max(charged_on) from late_fees where document_id in (${old}) group by step, client_id`)
}

async function record(
  means: Means,
  trx: Trx,
  { written, regrouping }: { written: readonly InvoiceRow[]; regrouping: Regrouping },
  actor: Actor,
): Promise<void> {
  const { kind, invoices, reason } = regrouping
  const [first] = invoices
  const action = kind === 'merged' ? 'invoice.merge' : 'invoice.split'
  const scope = { brandId: first!.brand_id, clientId: first!.client_id }
  const before = { numbers: invoices.map((row) => row.number) }
  const after = { numbers: written.map((row) => row.number) }
  for (const { id } of [...written, ...invoices])
    await recordAudit(means, trx, actor, [{ ...scope, subject: id, action, before, after, reason }])
  const ids = (rows: readonly InvoiceRow[]) => rows.map((row) => row.id)
  const body = { id: written[0]!.id, kind, from: ids(invoices), to: ids(written) }
  await recordEvent(means, trx, actor, { ...scope, type: 'invoice.regrouped', subject: written[0]!.id, body })
}
