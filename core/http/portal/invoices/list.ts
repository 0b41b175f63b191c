import { money } from '../../../../sdk/index.ts'
import { all, sql, type Sql } from '../../../db/index.ts'
import { Forbidden } from '../../../kernel/index.ts'
import { startMany } from '../../../billing/index.ts'
import { may, scoped } from '../../../records/index.ts'
import type { RouteCtx } from '../../context.ts'
import { keyset, listPage, listQuery, page, requireClient, type ListQuery } from '../../page/index.ts'
import { invoiceRowView, listedInvoice, type ListedInvoice } from './invoice-row.ts'
import { invoiceTabs } from './tabs.ts'

const SHOWS = ['unpaid', 'all', 'credit-notes', 'receipts'] as const
type Show = (typeof SHOWS)[number]

const KINDS: Record<Show, Sql> = {
  unpaid: sql`i.kind = 'invoice' and i.status = 'issued'`,
  all: sql`i.kind = 'invoice' and i.status <> 'draft'`,
  'credit-notes': sql`i.kind = 'credit_note' and i.status <> 'draft'`,
  receipts: sql`i.kind = 'receipt'`,
}

/** CP-08. Without a tab in the address: what is unpaid, or everything when nothing is. */
export async function listInvoices(ctx: RouteCtx): Promise<void> {
  const { actor, client } = requireClient(ctx)
  const { deps, t, zone } = ctx.state
  const query = listQuery(ctx, {
    sorts: { due: 'i.due_on', number: 'i.id' },
    sort: '-due',
    id: 'i.id',
    filters: { show: SHOWS },
  })
  const own = all([sql`i.client_id = ${client.id}`, scoped(actor, { table: 'i', right: 'invoice.read' })])
  if (!actor.grants.some(({ serviceId }) => serviceId === null))
    throw Forbidden({ permission: 'invoice.read' })
  const counts = await countTabs(ctx, own)
  const show = (query.filters.show as Show | undefined) ?? (counts.unpaid > 0 ? 'unpaid' : 'all')
  const { rows, pager } = await readRows(ctx, query, { own, show, count: countOf(counts, show) })
  const today = deps.business.today(zone)
  const view = {
    tabs: invoiceTabs(t, show, counts),
    due: counts.due.map(({ currency, minor }) => money(minor, currency)),
    rows: rows.map((row) => invoiceRowView(t, row, today)),
    sorts: { due: query.sortLink('due'), number: query.sortLink('number') },
    pager,
    show,
    payAllHref: counts.unpaid > 1 && may(actor, startMany) ? '/portal/pay' : null,
    payAllCount: counts.unpaid,
    search: { action: '/portal/invoices', value: query.q, keep: [['show', show]] },
  }
  await page(ctx, 'portal/invoices/index', view, { title: t('portal.invoices.title') })
}

interface TabCounts {
  unpaid: number
  invoices: number
  creditNotes: number
  receipts: number
  /** What is due, by currency. */
  due: { currency: string; minor: bigint }[]
}

/** One statement: the documents by kind and state, and what is open of the unpaid ones. */
async function countTabs(ctx: RouteCtx, own: Sql): Promise<TabCounts> {
  const rows = await ctx.state.deps.db.all<{
    kind: string
    status: string
    currency: string
    documents: number
    total_minor: bigint
    paid_minor: bigint | null
  }>(sql`
    select i.kind, i.status, i.currency, count(*) as documents, sum(i.total_minor) as total_minor, sum(p.sum_minor) as paid_minor
    from invoices i left join (select invoice_id, sum(amount_minor) as sum_minor from allocations group by invoice_id) p on p.invoice_id = i.id
    where ${own} and i.status <> 'draft' group by i.kind, i.status, i.currency order by i.currency`)
  const invoices = rows.filter(({ kind }) => kind === 'invoice')
  const unpaid = invoices.filter(({ status }) => status === 'issued')
  const total = (of: typeof rows) => of.reduce((sum, row) => sum + row.documents, 0)
  return {
    unpaid: total(unpaid),
    invoices: total(invoices),
    creditNotes: total(rows.filter(({ kind }) => kind === 'credit_note')),
    receipts: total(rows.filter(({ kind }) => kind === 'receipt')),
    due: unpaid.map((row) => ({ currency: row.currency, minor: row.total_minor - (row.paid_minor ?? 0n) })),
  }
}

const countOf = (counts: TabCounts, show: Show): number =>
  show === 'unpaid'
    ? counts.unpaid
    : show === 'all'
      ? counts.invoices
      : show === 'receipts'
        ? counts.receipts
        : counts.creditNotes

async function readRows(
  ctx: RouteCtx,
  query: ListQuery,
  { own, show, count }: { own: Sql; show: Show; count: number },
) {
  const { where, tail } = keyset(query)
  const conditions = [own, KINDS[show], where]
  if (query.q !== '') conditions.push(sql`lower(i.number) like ${`%${query.q.toLowerCase()}%`}`)
  const found = await ctx.state.deps.db.all<ListedInvoice>(
    sql`select ${listedInvoice} from invoices i where ${all(conditions)} ${tail}`,
  )
  const placeOf = (row: ListedInvoice) => ({
    value: query.sort.name === 'due' ? row.due_on : row.id,
    id: row.id,
  })
  return listPage(query, found, { placeOf, count: query.q === '' ? count : found.length })
}
