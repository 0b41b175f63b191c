import { Type, type Static } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { sql, type Trx } from '../db/index.ts'
import { invalidInput, isoDate, NotFound, type Actor } from '../kernel/index.ts'
import { defineVerb, findRow, updateVersioned, type Means } from '../records/index.ts'
import type { DraftInvoice, DraftLine } from './draft.ts'
import { lineColumns, taxNotesJson, taxRows } from './document-rows.ts'
import { DraftNotEditable } from './errors.ts'
import type { InvoiceLineRow, InvoiceRow } from './invoice.ts'
import { issueInvoice } from './issue-invoice.ts'
import { buyerJson, loadBuyers, loadSeller } from './parties.ts'
import { planTaxed } from './determine-taxes.ts'
import type { PlannedInvoice } from './plan-invoice.ts'
import { lockInvoice } from './settle-invoice.ts'
import { statedLine } from './untaxed-price.ts'

const Line = Type.Object({
  description: Type.String({ minLength: 1, maxLength: 500 }),
  quantity: Type.Integer({ minimum: 1, maximum: 100_000 }),
  /** Minor units of the client's currency, as the brand states prices; below zero for a reduction. */
  unit_minor: Type.String({ pattern: '^-?\\d{1,15}$' }),
  tax_class: Type.String({ pattern: '^[a-z][a-z0-9_]*$', maxLength: 40 }),
})
const content = {
  due_on: Type.String({ format: 'date' }),
  notes: Type.Optional(Type.String({ maxLength: 2_000 })),
  lines: Type.Array(Line, { minItems: 1, maxItems: 100 }),
}
type Content = Static<typeof Shape>
const Shape = Type.Object(content)

/** Begins a document with free lines. It has no number and touches no ledger before it is issued. Answers its id. */
export const createDraft = defineVerb(
  {
    permission: 'invoice.create',
    asksNobody: 'a draft is nothing yet; its issue is asked about',
    audience: ['staff'],
    input: Type.Object({ client_id: Type.String(), ...content }),
  },
  async (means: Means, input, actor): Promise<string> => {
    const client = await findRow<Billed>(means.db, actor, {
      table: 'clients',
      what: 'client',
      id: input.client_id,
      scope: { client: 'id' },
    })
    const id = means.newId('inv')
    await means.db.transaction(async (trx) => {
      const plan = await planContent(means, trx, { id, client, input })
      await trx.insert('invoices', [{ ...rowOf(means, id, plan), notes: input.notes ?? null }])
      await writeLines(means, trx, id, plan)
      await audit(means, trx, { action: 'invoice.create', id, plan }, actor)
    })
    return id
  },
)

/** Replaces what a draft says. */
export const changeDraft = defineVerb(
  {
    permission: 'invoice.change',
    asksNobody: 'a draft is nothing yet; its issue is asked about',
    audience: ['staff'],
    input: Type.Object({ invoice_id: Type.String(), version: Type.Optional(Type.Integer()), ...content }),
  },
  (means: Means, input, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const row = await lockDraft(trx, input.invoice_id, actor)
      const client = await trx.get<Billed>(sql`select * from clients where id = ${row.client_id}`)
      const plan = await planContent(means, trx, { id: row.id, client: client!, input })
      const { subtotal_minor, tax_minor, total_minor, cash_step_minor, ...rest } = rowOf(means, row.id, plan)
      const { due_on, buyer, seller, tax_notes } = rest
      const sums = { subtotal_minor, tax_minor, total_minor, cash_step_minor }
      const notes = input.notes ?? null
      await updateVersioned(means, trx, {
        table: 'invoices',
        what: 'invoice',
        row: { id: row.id, version: input.version ?? row.version },
        set: { ...sums, due_on, notes, buyer, seller, tax_notes },
      })
      await removeLines(trx, row.id)
      await writeLines(means, trx, row.id, plan)
      await audit(means, trx, { action: 'invoice.change', id: row.id, plan }, actor)
    }),
)

/** Makes the draft a document: taxes of this day, the next number, ledger and events. Its id stays. */
export const issueDraft = defineVerb(
  {
    permission: 'invoice.issue',
    asks: ['invoice.issue:check'],
    audience: ['staff'],
    input: Type.Object({ invoice_id: Type.String() }),
  },
  (means: Means, { invoice_id }, actor): Promise<InvoiceRow> =>
    means.db.transaction(async (trx) => {
      const row = await lockDraft(trx, invoice_id, actor)
      const lines = await trx.all<InvoiceLineRow>(
        sql`select * from invoice_lines where invoice_id = ${row.id} order by position`,
      )
      await removeLines(trx, row.id)
      await trx.run(sql`delete from invoices where id = ${row.id} and number is null`)
      return issueInvoice(means, trx, documentOf(row, lines), actor)
    }),
)

/** Throws a draft away: it never was a document. */
export const discardDraft = defineVerb(
  {
    permission: 'invoice.discard',
    asksNobody: 'a draft is nothing yet',
    audience: ['staff'],
    input: Type.Object({ invoice_id: Type.String() }),
  },
  (means: Means, { invoice_id }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const row = await lockDraft(trx, invoice_id, actor)
      await removeLines(trx, row.id)
      await trx.run(sql`delete from invoices where id = ${row.id} and number is null`)
      const scope = { subject: row.id, brandId: row.brand_id, clientId: row.client_id }
      const before = { total_minor: row.total_minor, currency: row.currency }
      await recordAudit(means, trx, actor, [{ ...scope, action: 'invoice.discard', before }])
    }),
)

interface Billed {
  id: string
  brand_id: string
  currency: string
}

async function lockDraft(trx: Trx, id: string, actor: Actor): Promise<InvoiceRow> {
  await findRow<InvoiceRow>(trx, actor, { table: 'invoices', what: 'invoice', id })
  const row = await lockInvoice(trx, id)
  if (row.status !== 'draft') throw DraftNotEditable({ id, status: row.status })
  return row
}

async function planContent(
  means: Means,
  trx: Trx,
  of: { id: string; client: Billed; input: Content },
): Promise<PlannedInvoice> {
  const { client, input } = of
  const seller = await loadSeller(trx, client.brand_id, client.id)
  const buyer = (await loadBuyers(trx, [client.id])).get(client.id)
  if (!buyer) throw NotFound({ what: 'client', id: client.id })
  const draft: DraftInvoice = {
    id: of.id,
    brandId: client.brand_id,
    clientId: client.id,
    currency: client.currency,
    origin: 'manual',
    originId: null,
    dueOn: isoDate(input.due_on),
    lines: input.lines.map(lineOf),
    ...(input.notes ? { notes: input.notes } : {}),
  }
  const issuedOn = means.business.today(seller.zone)
  const plan = await planTaxed(means, trx, { draft, buyer, from: seller, issuedOn })
  if (plan.totalMinor < 0n)
    throw invalidInput({ lines: 'comes to less than zero; give credit instead of an invoice' })
  return plan
}

function lineOf(line: Static<typeof Line>): DraftLine {
  const unitMinor = BigInt(line.unit_minor)
  return {
    sourceId: null,
    kind: 'manual',
    description: line.description,
    quantity: line.quantity,
    unitMinor,
    amountMinor: unitMinor * BigInt(line.quantity),
    taxClass: line.tax_class,
    trace: { by: 'staff', unit_minor: line.unit_minor, quantity: line.quantity },
  }
}

function rowOf(means: Means, id: string, plan: PlannedInvoice) {
  const { draft, from, buyer } = plan
  const now = means.business.now()
  return {
    id,
    brand_id: draft.brandId,
    client_id: draft.clientId,
    seller_id: from.sellerId,
    kind: 'invoice',
    status: 'draft',
    currency: draft.currency,
    origin: draft.origin,
    due_on: draft.dueOn,
    owed_on: null,
    subtotal_minor: plan.subtotalMinor,
    tax_minor: plan.taxMinor,
    total_minor: plan.totalMinor,
    cash_step_minor: plan.cashStepMinor ?? 0n,
    seller: from.sellerJson,
    buyer: buyerJson(buyer),
    evidence: '{}',
    prices_include_tax: from.pricesIncludeTax ? 1 : 0,
    tax_notes: taxNotesJson(plan.taxNotes),
    tax_rounding: from.taxRounding ?? 'document',
    locale: buyer.locale,
    created_at: now,
    updated_at: now,
  }
}

/** Lines of a draft hold no charge: nothing has been charged yet. */
async function writeLines(means: Means, trx: Trx, id: string, plan: PlannedInvoice): Promise<void> {
  const lines = plan.lines.map((line, i) => ({
    id: means.newId('inl'),
    invoice_id: id,
    position: i + 1,
    source_id: null,
    ...lineColumns(line),
  }))
  await trx.insert('invoice_lines', lines)
  await trx.insert('invoice_taxes', taxRows(plan, id))
}

async function removeLines(trx: Trx, id: string): Promise<void> {
  await trx.run(sql`delete from invoice_lines where invoice_id = ${id}`)
  await trx.run(sql`delete from invoice_taxes where invoice_id = ${id}`)
}

function documentOf(row: InvoiceRow, lines: readonly InvoiceLineRow[]): DraftInvoice {
  return {
    id: row.id,
    brandId: row.brand_id,
    clientId: row.client_id,
    currency: row.currency,
    origin: row.origin,
    originId: row.origin_id,
    dueOn: row.due_on,
    ...(row.notes === null ? {} : { notes: row.notes }),
    lines: lines.map((line) => ({
      sourceId: null,
      kind: 'manual',
      description: line.description,
      quantity: line.quantity,
      taxClass: line.tax_class,
      ...statedLine(line),
      untaxedPrice: undefined,
    })),
  }
}

function audit(
  means: Means,
  trx: Trx,
  of: { action: string; id: string; plan: PlannedInvoice },
  actor: Actor,
): Promise<void> {
  const { draft, totalMinor } = of.plan
  const scope = { subject: of.id, brandId: draft.brandId, clientId: draft.clientId }
  const after = { lines: draft.lines.length, total_minor: totalMinor, currency: draft.currency }
  return recordAudit(means, trx, actor, [{ ...scope, action: of.action, after }])
}
