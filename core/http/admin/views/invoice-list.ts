import { isLateProforma, isOverdue, refundedFlag } from '../../../billing/index.ts'
import { list, madeOnce, sql, type Sql } from '../../../db/index.ts'
import type { Translate } from '../../../i18n/index.ts'
import type { IsoDate } from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import { url } from '../../../render/index.ts'
import { inMoney, type List, type PageView, type Row } from '../blocks.ts'
import { clientLink, type Asked, type Desk } from '../desk.ts'
import { holds, readList } from '../read-list.ts'

/** What was paid of the document by the name i: a column of lists that show its state. */
export const allocated = sql`(select coalesce(sum(a.amount_minor), 0) from allocations a where a.invoice_id = i.id) as allocated_minor`

interface ListedInvoice {
  id: string
  number: string | null
  kind: string
  status: string
  proforma: number
  due_on: IsoDate
  owed_on: IsoDate | null
  is_refunded: number
  allocated_minor: bigint
  issued_on: IsoDate | null
  currency: string
  total_minor: bigint
  client_id: string
  client_name: string
}

/** Of a document by the name i: it is owed. On a proforma nothing is. */
export const isOwed = sql`i.status = 'issued' and i.proforma = 0`

/** What each tab holds; "all" has no condition. */
const TABS = ['draft', 'unpaid', 'overdue', 'proforma', 'paid', 'void', 'all'] as const
type Tab = (typeof TABS)[number]

export async function invoiceList(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means, actor, today } = desk
  const { url: here, query } = asked
  const tab = tabOf(query.status)
  const own = scoped(actor, { table: 'i' })
  const where = [own, ...conditionsOf(tab, today), ...filters(asked)]
  const { rows, pager } = await readList<ListedInvoice>(
    means.db,
    {
      columns: sql`i.id, i.number, i.kind, i.status, i.proforma, i.due_on, i.owed_on, i.issued_on, i.currency, i.total_minor, i.client_id, ${refundedFlag} as is_refunded,
        ${allocated},
        coalesce(c.company, c.name) as client_name`,
      from: sql`from invoices i join clients c on c.id = i.client_id`,
      where,
      key: sql`i.id`,
      ...(query.q ? {} : { counted: sql`from invoices i` }),
    },
    asked,
  )
  const counts = await countTabs(desk, own)
  return viewOf({ rows, pager, counts, tab, client: query.client, q: query.q, here, t, today })
}

interface Listed {
  rows: readonly ListedInvoice[]
  pager: List['pager']
  counts: Counts
  tab: Tab
  client: string | undefined
  q: string | undefined
  /** The address of the page. */
  here: string
  t: Translate
  today: IsoDate
}

const viewOf = madeOnce((listed: Listed): PageView => {
  const { t } = listed
  const title = t('admin.invoices.title')
  const create = { label: t('admin.invoices.new'), href: '/admin/invoices/new' }
  return {
    head: { title, actions: [{ ...create, kind: 'primary', icon: 'plus' }] },
    main: [
      {
        ...{ kind: 'list', id: 'invoices', label: title },
        ...toolsOf(listed),
        columns: [
          { label: t('admin.label.number'), phone: 'title' },
          { label: t('admin.label.client') },
          { label: t('admin.label.state'), phone: 'side' },
          { label: t('admin.label.issued_on'), phone: 'hide' },
          { label: t('admin.label.due_on') },
          { label: t('admin.label.total'), align: 'end' },
        ],
        rows: listed.rows.map((row) => invoiceRow(row, t, listed.today)),
        ...(listed.pager ? { pager: listed.pager } : {}),
        empty: {
          ...{ icon: 'file-invoice', title: t('admin.invoices.none'), text: t('admin.invoices.none_text') },
          action: create,
        },
      },
    ],
  }
})

function toolsOf({ t, tab, client, q, counts, here }: Listed): Pick<List, 'tabs' | 'search' | 'chips'> {
  const status = tab === 'all' ? undefined : tab
  const chip = client && t('admin.filter.client', { client })
  return {
    tabs: TABS.map((name) => ({
      label: t(`admin.invoices.tab.${name}`),
      href: url('/admin/invoices', { status: name === 'all' ? null : name, client }),
      active: name === tab,
      ...(name in counts ? { count: counts[name as keyof Counts] } : {}),
    })),
    search: {
      action: '/admin/invoices',
      value: q ?? '',
      placeholder: t('admin.invoices.search'),
      keep: keptOf({ query: { ...(status ? { status } : {}), ...(client ? { client } : {}) } }, [
        'status',
        'client',
      ]),
    },
    ...(chip ? { chips: [{ label: chip, removeHref: url(here, { client: null }) }] } : {}),
  }
}

function invoiceRow(row: ListedInvoice, t: Translate, today: IsoDate): Row {
  const label = row.number ?? t('admin.invoices.draft')
  return {
    id: `row-${row.id}`,
    href: `/admin/invoices/${row.id}`,
    label,
    cells: [
      label,
      clientLink(row.client_id, row.client_name),
      { state: stateOf(row, today) },
      { day: row.issued_on },
      { day: row.due_on },
      inMoney(row.total_minor, row.currency),
    ],
  }
}

interface Standing {
  status: string
  proforma: number
  due_on: IsoDate
  owed_on: IsoDate | null
  total_minor: bigint
  allocated_minor: bigint
  is_refunded: number
}

/** What is derived: a paid document whose money went back, an issued one whose day has passed or that is paid in part. */
export function stateOf(row: Standing, today: IsoDate): string {
  if (row.is_refunded === 1) return 'refunded'
  if (isOverdue(row, today)) return 'overdue'
  if (isLateProforma(row, today)) return 'late'
  const isPart = row.allocated_minor > 0n && row.allocated_minor < row.total_minor
  return row.status === 'issued' && isPart ? 'partly_paid' : row.status
}

const tabOf = (text: string | undefined): Tab => TABS.find((name) => name === text) ?? 'all'

function conditionsOf(tab: Tab, today: IsoDate): Sql[] {
  if (tab === 'all') return []
  if (tab === 'unpaid') return [isOwed]
  if (tab === 'proforma') return [sql`i.status = 'issued'`, sql`i.proforma = 1`]
  if (tab === 'overdue') return [isOwed, sql`coalesce(i.owed_on, i.due_on) < ${today}`]
  if (tab === 'void') return [sql`i.status in (${list(['void', 'written_off'])})`]
  return [sql`i.status = ${tab}`]
}

function filters({ query }: Asked): Sql[] {
  const found: Sql[] = []
  if (query.client) found.push(sql`i.client_id = ${query.client}`)
  if (query.q)
    found.push(holds([sql`i.number`, sql`i.id`, sql`c.name`, sql`c.company`, sql`c.email`], query.q))
  return found
}

/** Drafts, unpaid and overdue ones are worth a number: somebody has to act on them. */
interface Counts {
  draft: number
  unpaid: number
  overdue: number
}

const countTabs = async (desk: Desk, own: Sql): Promise<Counts> =>
  (await desk.means.db.get<Counts>(sql`
    select (select count(*) from invoices i where i.status = 'draft' and ${own}) as draft,
      (select count(*) from invoices i where ${isOwed} and ${own}) as unpaid,
      (select count(*) from invoices i where ${isOwed} and coalesce(i.owed_on, i.due_on) < ${desk.today} and ${own}) as overdue`))!

/** Filters that the search form carries along. */
export function keptOf(
  { query }: Pick<Asked, 'query'>,
  names: readonly string[],
): (readonly [string, string])[] {
  return names.flatMap((name) => (query[name] ? [[name, query[name]] as const] : []))
}
