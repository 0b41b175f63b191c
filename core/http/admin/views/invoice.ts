import {
  amountDue,
  cashRounding,
  findInstalments,
  getInvoice,
  isRefunded,
  lineText,
  linkedDocuments,
  paymentsFor,
  refundPart,
  refundsInParts,
  taxStatements,
  type Invoice,
  type LinkedDocument,
} from '../../../billing/index.ts'
import { sql } from '../../../db/index.ts'
import { formatRate } from '../../../i18n/index.ts'
import type { Instant, IsoDate } from '../../../kernel/index.ts'
import { inMoney, type Block, type Button, type PageView } from '../blocks.ts'
import { clientLink, labeller, moneyText, type Asked, type Desk } from '../desk.ts'
import { auditTimeline } from './audit-timeline.ts'
import { allowed } from './clients.ts'
import { instalmentActs, instalmentsBlock } from './instalments.ts'
import { creditNotes, linkItems } from './invoice-corrections.ts'
import { stateOf } from './invoice-list.ts'
import { pathOf, type InvoiceMove } from './invoice-moves.ts'
import { accountCell } from './account-name.ts'
import { countryName, journalName } from './words.ts'

export async function invoicePage(desk: Desk, asked: Asked): Promise<PageView> {
  const invoice = await getInvoice(desk.means.db, asked.params.id!, desk.actor)
  const links = await linkedDocuments(desk.means.db, invoice.id)
  const title = invoice.number ?? desk.t('admin.invoices.draft')
  const due = amountDue(invoice)
  const plan = invoice.owed_on === null ? null : await findInstalments(desk.means.db, invoice.id)
  return {
    head: {
      title,
      crumbs: [{ label: desk.t('admin.invoices.title'), href: '/admin/invoices' }, { label: title }],
      status: [
        { state: stateOf({ ...invoice, is_refunded: Number(isRefunded(invoice)) }, desk.today) },
        ...(invoice.proforma === 1
          ? [{ state: 'proforma', label: desk.t('admin.label.proforma'), tone: 'info' as const }]
          : []),
      ],
      actions: [...actsOf(desk, invoice, due, plan?.plan.status === 'active'), ...twin(desk, invoice)],
    },
    main: [
      lines(desk, invoice),
      ...creditNotes(desk, invoice, links),
      ...(invoice.status === 'draft'
        ? []
        : [
            ...instalmentsBlock(desk, invoice, plan),
            await payments(desk, invoice),
            await ledger(desk, invoice),
          ]),
      await auditTimeline(desk, { subject: invoice.id, id: `invoice-${invoice.id}-history` }),
    ],
    aside: [summary(desk, invoice, due), parties(desk, invoice, links), ...(await mails(desk, invoice))],
  }
}

function actsOf(desk: Desk, invoice: Invoice, due: bigint, isSplit: boolean): Button[] {
  const { t } = desk
  const at = `/admin/invoices/${invoice.id}`
  if (invoice.status === 'draft')
    return [
      { label: t('admin.invoices.act.issue'), post: `${at}/issue`, kind: 'primary', icon: 'send' },
      { label: t('admin.invoices.act.edit'), href: `${at}/edit`, icon: 'pencil' },
      { label: t('admin.invoices.act.discard'), post: `${at}/discard`, kind: 'ghost', icon: 'trash' },
    ]
  const paper: Button = {
    label: t('admin.invoices.act.pdf'),
    href: `${at}.pdf`,
    icon: 'download',
    plain: true,
  }
  const credit: Button[] =
    invoice.kind === 'invoice' && invoice.proforma === 0 && allowed(desk, 'credit_note.create')
      ? [{ label: t('admin.invoices.act.credit'), href: `${at}/credit`, kind: 'ghost', icon: 'receipt' }]
      : []
  if (invoice.status !== 'issued') return invoice.status === 'paid' ? [paper, ...credit] : [paper]
  const open: Button[] =
    due > 0n
      ? [
          { label: t('admin.invoices.act.record'), href: `${at}/payment`, kind: 'primary', icon: 'cash' },
          { label: t('admin.invoices.act.charge'), href: `${at}/charge`, icon: 'credit-card' },
        ]
      : []
  const claim =
    invoice.kind === 'invoice' && due > 0n
      ? [
          ...(invoice.proforma === 0 ? claimActs(desk, invoice) : []),
          ...openActs(desk, invoice),
          ...instalmentActs(desk, invoice, isSplit),
        ]
      : []
  return [
    ...open,
    paper,
    ...claim,
    ...credit,
    { label: t('admin.invoices.act.void'), href: `${at}/void`, kind: 'ghost', icon: 'ban' },
  ]
}

/** The e-invoice. Whether the client has them is asked when it is opened. */
function twin(desk: Desk, invoice: Invoice): Button[] {
  if (invoice.number === null || invoice.proforma === 1 || !allowed(desk, 'e_invoice.read')) return []
  const href = `/admin/invoices/${invoice.id}.xml`
  return [{ label: desk.t('tax.e_invoice.download'), href, kind: 'ghost', icon: 'download', plain: true }]
}

/** What becomes of a claim that is not paid. */
function claimActs(desk: Desk, invoice: Invoice): Button[] {
  const there = invoice.in_collections_at !== null
  const moves: [move: InvoiceMove, permission: string, icon: string, fits: boolean][] = [
    ['collections', 'invoice.send_to_collections', 'alert-triangle', !there],
    ['recall', 'invoice.recall_from_collections', 'arrow-left', there],
    ['write_off', 'invoice.write_off', 'x', true],
  ]
  return moves
    .filter(([, permission, , fits]) => fits && allowed(desk, permission))
    .map(([move, , icon]) => ({
      label: desk.t(`admin.invoices.act.${move}`),
      href: `/admin/invoices/${invoice.id}/${pathOf(move)}`,
      kind: 'ghost',
      icon,
    }))
}

/** A link for whoever pays without signing in; a document of its own for some lines. */
function openActs(desk: Desk, invoice: Invoice): Button[] {
  const at = `/admin/invoices/${invoice.id}`
  const acts: [permission: string, fits: boolean, path: string, icon: string][] = [
    ['invoice.create_link', true, 'links', 'link'],
    ['invoice.split', invoice.lines.length > 1, 'split', 'columns'],
  ]
  return acts
    .filter(([permission, fits]) => fits && allowed(desk, permission))
    .map(([, , path, icon]) => ({
      label: desk.t(`admin.invoices.act.${path}`),
      href: `${at}/${path}`,
      kind: 'ghost',
      icon,
    }))
}

function lines(desk: Desk, invoice: Invoice): Block {
  const l = labeller(desk)
  const money = (minor: bigint) => inMoney(minor, invoice.currency)
  return {
    kind: 'table',
    id: `invoice-${invoice.id}-lines`,
    title: desk.t('admin.invoices.lines'),
    columns: [
      { label: l('description'), phone: 'title' },
      { label: l('quantity'), align: 'end' },
      { label: l('unit'), align: 'end', phone: 'hide' },
      { label: l('tax'), phone: 'line' },
      { label: l('net'), align: 'end', phone: 'side' },
      { label: l('why') },
    ],
    rows: invoice.lines.map((line) => ({
      id: `row-${line.id}`,
      label: lineText(desk.t, line),
      cells: [
        lineText(desk.t, line),
        line.quantity,
        money(line.unit_minor),
        line.tax_name === null ? null : `${line.tax_name} ${formatRate(line.tax_rate_ppm, desk.locale)}`,
        money(line.net_minor),
        { href: `/admin/invoices/${invoice.id}/why/${line.position}`, text: desk.t('admin.invoices.why') },
      ],
    })),
    foot: ['', '', '', '', money(invoice.subtotal_minor), ''],
    empty: { title: desk.t('admin.invoices.no_lines') },
  }
}

function summary(desk: Desk, invoice: Invoice, due: bigint): Block {
  const l = labeller(desk)
  const money = (minor: bigint) => inMoney(minor, invoice.currency)
  return {
    kind: 'facts',
    id: `invoice-${invoice.id}-summary`,
    title: desk.t('admin.invoices.summary'),
    lines: true,
    items: [
      { label: l('subtotal'), value: money(invoice.subtotal_minor) },
      ...invoice.taxes.map((tax) => ({
        label: desk.t('admin.invoices.tax_of', {
          name: tax.tax_name,
          rate: formatRate(tax.rate_ppm, desk.locale),
          net: moneyText(desk, tax.net_minor, invoice.currency),
        }),
        value: money(tax.tax_minor),
      })),
      ...roundingItem(desk, invoice),
      { label: l('total'), value: money(invoice.total_minor), total: true },
      { label: l('paid'), value: money(invoice.allocated_minor) },
      { label: l('open'), value: money(due), total: true },
    ],
  }
}

function roundingItem(desk: Desk, invoice: Invoice) {
  const minor = cashRounding(invoice)
  return minor === 0n ? [] : [{ label: desk.t('pdf.rounding'), value: inMoney(minor, invoice.currency) }]
}

function parties(desk: Desk, invoice: Invoice, links: readonly LinkedDocument[]): Block {
  const l = labeller(desk)
  const buyer = JSON.parse(invoice.buyer) as {
    name: string
    company?: string | null
    email: string
    country: string
  }
  return {
    kind: 'facts',
    id: `invoice-${invoice.id}-facts`,
    title: desk.t('admin.invoices.document'),
    items: [
      { label: l('client'), value: clientLink(invoice.client_id, buyer.company ?? buyer.name) },
      { label: l('email'), value: buyer.email },
      { label: l('country'), value: countryName(desk, buyer.country) },
      { label: l('issued_on'), value: { day: invoice.issued_on } },
      { label: l('due_on'), value: { day: invoice.due_on, relative: true } },
      { label: l('paid_at'), value: { at: invoice.paid_at } },
      { label: l('origin'), value: desk.t(`admin.origin.${invoice.origin}`) },
      ...taxStatements(invoice, desk.t, desk.locale).map((value) => ({ label: l('tax'), value })),
      ...(invoice.proforma_number && invoice.proforma === 0
        ? [{ label: l('proforma'), value: invoice.proforma_number }]
        : []),
      ...linkItems(desk, links),
      ...(invoice.notes ? [{ label: l('notes'), value: invoice.notes }] : []),
      ...(invoice.document_hash
        ? [{ label: l('document_hash'), value: { copy: invoice.document_hash, label: l('document_hash') } }]
        : []),
      { label: l('id'), value: { copy: invoice.id, label: l('id') } },
    ],
  }
}

interface Applied {
  id: string
  kind: string
  payment_id: string | null
  payment_kind: string | null
  payment_status: string | null
  method: string | null
  decline_message: string | null
  amount_minor: bigint
  created_at: Instant
}

/** What was applied to the document, and attempts that brought nothing: two statements. */
async function payments(desk: Desk, invoice: Invoice): Promise<Block> {
  const { means, t } = desk
  const l = labeller(desk)
  const applied = await means.db.all<Applied>(sql`
    select a.id, a.kind, a.payment_id, p.kind as payment_kind, p.status as payment_status, i.name as method,
      p.decline_message, a.amount_minor, a.created_at
    from allocations a left join payments p on p.id = a.payment_id left join plugin_instances i on i.id = p.instance_id
    where a.invoice_id = ${invoice.id} order by a.id limit 100`)
  const without = await means.db.all<Applied>(sql`
    select p.id, 'attempt' as kind, p.id as payment_id, p.kind as payment_kind, p.status as payment_status,
      i.name as method, p.decline_message, p.amount_minor, p.created_at
    from payments p left join plugin_instances i on i.id = p.instance_id
    where ${paymentsFor(sql`${invoice.id}`)} and p.status <> 'succeeded' order by p.id limit 100`)
  return {
    kind: 'table',
    id: `invoice-${invoice.id}-payments`,
    title: t('admin.payments.title'),
    columns: [
      { label: l('kind'), phone: 'title' },
      { label: l('method') },
      { label: l('state'), phone: 'side' },
      { label: l('at') },
      { label: l('amount'), align: 'end' },
    ],
    rows: [...applied, ...without].map((row) => ({
      id: `row-${row.id}`,
      ...(row.payment_id ? { href: `/admin/payments/${row.payment_id}` } : {}),
      label: t(`admin.allocation.${row.kind}`),
      cells: [
        t(`admin.allocation.${row.kind}`),
        row.method ?? (row.payment_kind ? t(`admin.payment_kind.${row.payment_kind}`) : null),
        row.payment_status ? { state: row.payment_status } : null,
        { at: row.created_at },
        inMoney(row.amount_minor, invoice.currency),
      ],
    })),
    empty: { icon: 'cash', title: t('admin.payments.none_here') },
  }
}

interface Posted {
  journal_id: string
  kind: string
  effective_on: IsoDate
  account: string
  position: number
  amount_minor: bigint
}

/** Every posting that this document caused, also by its credit and void. */
async function ledger(desk: Desk, invoice: Invoice): Promise<Block> {
  const l = labeller(desk)
  const rows = await desk.means.db.all<Posted>(sql`
    select p.journal_id, j.kind, j.effective_on, p.account, p.position, p.amount_minor
    from journals j join postings p on p.journal_id = j.id
    where j.source_id = ${invoice.id}
      or j.source_id in (select id from allocations where invoice_id = ${invoice.id})
      or j.source_id in (select id from write_offs where invoice_id = ${invoice.id})
      or j.source_id in (select id from payments where invoice_id = ${invoice.id})
      or j.source_id in (select r.id from ${refundsInParts} where ${refundPart.invoiceId} = ${invoice.id}
        and r.payment_id in (select a.payment_id from allocations a where a.invoice_id = ${invoice.id}))
      or j.source_id in (select id from refund_parts where invoice_id = ${invoice.id})
    order by p.journal_id, p.position limit 200`)
  return {
    kind: 'table',
    id: `invoice-${invoice.id}-ledger`,
    title: desk.t('admin.invoices.ledger'),
    columns: [
      { label: l('journal'), phone: 'title' },
      { label: l('day') },
      { label: l('account') },
      { label: l('amount'), align: 'end', phone: 'side' },
    ],
    rows: rows.map((row) => ({
      id: `row-${row.journal_id}-${row.position}`,
      href: `/admin/ledger/journals/${row.journal_id}`,
      label: journalName(desk, row.kind),
      cells: [
        journalName(desk, row.kind),
        { day: row.effective_on },
        accountCell(desk, row.account),
        inMoney(row.amount_minor, invoice.currency),
      ],
    })),
    empty: { title: desk.t('admin.invoices.no_ledger') },
  }
}

async function mails(desk: Desk, invoice: Invoice): Promise<Block[]> {
  const rows = await desk.means.db.all<{
    id: string
    subject: string
    status: string
    created_at: Instant
  }>(sql`
    select id, subject, status, created_at from messages where subject_of = ${invoice.id} order by id desc limit 10`)
  if (rows.length === 0) return []
  return [
    {
      kind: 'facts',
      id: `invoice-${invoice.id}-mails`,
      title: desk.t('admin.messages.title'),
      items: rows.map((row) => ({
        label: row.subject,
        value: {
          cells: [
            { href: `/admin/messages/${row.id}`, text: desk.t('admin.messages.open') },
            { state: row.status },
          ],
        },
      })),
    },
  ]
}
