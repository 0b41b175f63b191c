import { money } from '../../../../sdk/index.ts'
import {
  awaitedTransfer,
  getInvoice,
  linkedDocuments,
  modeOf,
  type EInvoiceMode,
  type Invoice,
  type LinkedDocument,
  type PaymentRow,
} from '../../../billing/index.ts'
import { madeOnce, sql } from '../../../db/index.ts'
import { NotFound } from '../../../kernel/index.ts'
import type { RouteCtx } from '../../context.ts'
import { methodName, page, requireClient } from '../../page/index.ts'
import { instalmentsView, type InstalmentsView } from './instalments-view.ts'
import { invoiceView, type AppliedRow, type Reader } from './invoice-view.ts'

const TITLES = { invoice: 'one', credit_note: 'one_credit_note', receipt: 'one_receipt' } as const

/** CP-09. */
export async function showInvoice(ctx: RouteCtx): Promise<void> {
  const { deps, t, zone, locale } = ctx.state
  const invoice = await readInvoice(ctx)
  const applied = await readApplied(ctx, invoice.id)
  const linked = await linkedDocuments(deps.db, invoice.id)
  const mode = await modeOf(deps.db, invoice)
  const instalments = await instalmentsView(ctx, invoice)
  const transfer = invoice.status === 'issued' ? await awaitedTransfer(deps.db, invoice.id) : null
  const reader = { t, today: deps.business.today(zone), locale }
  const body = shownOf({ invoice, applied, linked, mode, instalments, transfer, ...reader })
  await page(ctx, 'portal/invoices/show', body, {
    title: body.title,
    parts: { [`invoice-${invoice.id}`]: ['portal/invoices/_document', body] },
    slots: [{ slot: 'portal.invoice.aside', record: invoice.id }],
  })
}

interface Shown extends Reader {
  invoice: Invoice
  applied: readonly AppliedRow[]
  linked: readonly LinkedDocument[]
  mode: EInvoiceMode
  instalments: InstalmentsView | null
  /** The attempt that waits for a bank transfer. */
  transfer: PaymentRow | null
}

const shownOf = madeOnce(({ invoice, applied, linked, mode, instalments, transfer, ...reader }: Shown) => {
  const { t } = reader
  const view = invoiceView(invoice, reader)
  const payments = applied.map((row) => ({
    label: methodName(t, row) ?? row.instance_name ?? t(`portal.invoices.applied.${row.kind}`),
    at: row.created_at,
    amount: money(row.amount_minor, invoice.currency),
  }))
  const title = t(`portal.invoices.${TITLES[invoice.kind]}`, { number: view.number })
  const xmlHref = mode === 'off' ? null : `/portal/invoices/${invoice.id}.xml`
  const byParts = instalments?.status.state === 'active'
  const awaited = transfer && {
    ...{ saidAt: transfer.said_paid_at, sayHref: `/portal/invoices/${invoice.id}/said-paid` },
  }
  return { ...view, awaited, payments, linked: linked.map(saidOf), title, xmlHref, instalments, byParts }
})

/** By which words a document is named beside this one: "documents.linked". */
const saidOf = ({ id, number, kind, direction }: LinkedDocument) => ({
  ...{ id, number },
  direction: kind !== 'credit_note' ? direction : direction === 'after' ? 'credited' : 'corrects',
})

/** Documents that are still being put together are nobody's business yet. */
export async function readInvoice(ctx: RouteCtx): Promise<Invoice> {
  const { actor } = requireClient(ctx)
  const invoice = await getInvoice(ctx.state.deps.db, ctx.params.invoiceId!, actor)
  if (invoice.status === 'draft') throw NotFound({ what: 'invoice', id: invoice.id })
  return invoice
}

function readApplied(ctx: RouteCtx, invoiceId: string): Promise<AppliedRow[]> {
  return ctx.state.deps.db.all<AppliedRow>(sql`
    select a.kind, a.amount_minor, a.created_at, g.name as instance_name, m.label as method_label, m.kind as method_kind, m.last4
    from allocations a left join payments p on p.id = a.payment_id
    left join plugin_instances g on g.id = p.instance_id left join payment_methods m on m.id = p.method_id
    where a.invoice_id = ${invoiceId} order by a.created_at, a.id`)
}
