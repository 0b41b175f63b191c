import { isOverdue } from '../../../billing/index.ts'
import { list, sql, type Sql } from '../../../db/index.ts'
import type { IsoDate } from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import { url } from '../../../render/index.ts'
import { inMoney, type List, type PageView } from '../blocks.ts'
import { clientLink, labeller, type Asked, type Desk } from '../desk.ts'
import { holds, readList } from '../read-list.ts'

interface ListedInvoice {
  id: string
  number: string | null
  kind: string
  status: string
  due_on: IsoDate
  owed_on: IsoDate | null
  issued_on: IsoDate | null
  currency: string
  total_minor: bigint
  client_id: string
  client_name: string
}

/** What each tab holds; "all" has no condition. */
const TABS = ['draft', 'unpaid', 'overdue', 'paid', 'void', 'all'] as const
type Tab = (typeof TABS)[number]

export async function invoiceList(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const tab = tabOf(asked.query.status)
  const own = scoped(actor, { table: 'i' })
  const where = [own, ...conditionsOf(tab, desk.today), ...filters(asked)]
  const { rows, pager } = await readList<ListedInvoice>(
    means.db,
    {
      columns: sql`i.id, i.number, i.kind, i.status, i.due_on, i.owed_on, i.issued_on, i.currency, i.total_minor, i.client_id,
        coalesce(c.company, c.name) as client_name`,
      from: sql`from invoices i join clients c on c.id = i.client_id`,
      where,
      key: sql`i.id`,
      ...(asked.query.q ? {} : { counted: sql`from invoices i` }),
    },
    asked,
  )
  const counts = await countTabs(desk, own)
  const title = t('admin.invoices.title')
  return {
    head: {
      title,
      actions: [
        { label: t('admin.invoices.new'), href: '/admin/invoices/new', kind: 'primary', icon: 'plus' },
      ],
    },
    main: [
      {
        kind: 'list',
        id: 'invoices',
        label: title,
        tabs: TABS.map((name) => ({
          label: t(`admin.invoices.tab.${name}`),
          href: url('/admin/invoices', { status: name === 'all' ? null : name, client: asked.query.client }),
          active: name === tab,
          ...(counts[name] === undefined ? {} : { count: counts[name] }),
        })),
        search: {
          action: '/admin/invoices',
          value: asked.query.q ?? '',
          placeholder: t('admin.invoices.search'),
          keep: keptOf(asked, ['status', 'client']),
        },
        ...chipsOf(desk, asked),
        ...invoiceRows(desk, rows),
        pager,
      },
    ],
  }
}

/** Columns, rows and the empty state: the same wherever invoices are listed. */
export function invoiceRows(
  desk: Desk,
  rows: readonly ListedInvoice[],
): Pick<List, 'columns' | 'rows' | 'empty'> {
  const l = labeller(desk)
  return {
    columns: [
      { label: l('number'), phone: 'title' },
      { label: l('client') },
      { label: l('state'), phone: 'side' },
      { label: l('issued_on'), phone: 'hide' },
      { label: l('due_on') },
      { label: l('total'), align: 'end' },
    ],
    rows: rows.map((row) => ({
      id: `row-${row.id}`,
      href: `/admin/invoices/${row.id}`,
      label: row.number ?? desk.t('admin.invoices.draft'),
      cells: [
        row.number ?? desk.t('admin.invoices.draft'),
        clientLink(row.client_id, row.client_name),
        { state: stateOf(row, desk.today) },
        { day: row.issued_on },
        { day: row.due_on },
        inMoney(row.total_minor, row.currency),
      ],
    })),
    empty: {
      icon: 'file-invoice',
      title: desk.t('admin.invoices.none'),
      text: desk.t('admin.invoices.none_text'),
      action: { label: desk.t('admin.invoices.new'), href: '/admin/invoices/new' },
    },
  }
}

/** Overdue is derived: an issued document whose day has passed. */
export const stateOf = (
  row: { status: string; due_on: IsoDate; owed_on: IsoDate | null },
  today: IsoDate,
): string => (isOverdue(row, today) ? 'overdue' : row.status)

const tabOf = (text: string | undefined): Tab => TABS.find((name) => name === text) ?? 'all'

function conditionsOf(tab: Tab, today: IsoDate): Sql[] {
  if (tab === 'all') return []
  if (tab === 'unpaid') return [sql`i.status = 'issued'`]
  if (tab === 'overdue') return [sql`i.status = 'issued'`, sql`coalesce(i.owed_on, i.due_on) < ${today}`]
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
async function countTabs(desk: Desk, own: Sql): Promise<Partial<Record<Tab, number>>> {
  const row = await desk.means.db.get<{ draft: number; unpaid: number; overdue: number }>(sql`
    select (select count(*) from invoices i where i.status = 'draft' and ${own}) as draft,
      (select count(*) from invoices i where i.status = 'issued' and ${own}) as unpaid,
      (select count(*) from invoices i where i.status = 'issued' and coalesce(i.owed_on, i.due_on) < ${desk.today} and ${own}) as overdue`)
  return { draft: row?.draft ?? 0, unpaid: row?.unpaid ?? 0, overdue: row?.overdue ?? 0 }
}

/** Filters that the search form carries along. */
export function keptOf({ query }: Asked, names: readonly string[]): (readonly [string, string])[] {
  return names.flatMap((name) => (query[name] ? [[name, query[name]] as const] : []))
}

function chipsOf(desk: Desk, asked: Asked): Pick<List, 'chips'> {
  if (!asked.query.client) return {}
  const label = desk.t('admin.filter.client', { client: asked.query.client })
  return { chips: [{ label, removeHref: url(asked.url, { client: null }) }] }
}
