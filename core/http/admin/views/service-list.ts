import { sql } from '../../../db/index.ts'
import type { IsoDate } from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import { inMoney, type PageView } from '../blocks.ts'
import { clientLink, labeller, type Asked, type Desk } from '../desk.ts'
import { kindsInUse, kindTabs } from './kind-tabs.ts'
import { listPage } from './list-page.ts'

interface Listed {
  id: string
  label: string
  client_id: string
  client_name: string
  product: string
  server: string | null
  billing_status: string
  delivery_status: string
  next_period_on: IsoDate | null
  recurring_minor: bigint
  currency: string
  hold: string | null
}

export async function serviceList(desk: Desk, asked: Asked): Promise<PageView> {
  const kinds = await kindsInUse(desk, sql`exists (select 1 from services s where s.product_id = p.id)`)
  return { ...(await servicesOf(desk, asked)), ...kindTabs(desk, asked, { path: '/admin/services', kinds }) }
}

function servicesOf(desk: Desk, asked: Asked): Promise<PageView> {
  const l = labeller(desk)
  const { t } = desk
  return listPage<Listed>(desk, asked, {
    noun: 'services',
    path: '/admin/services',
    icon: 'server-2',
    listing: {
      columns: sql`s.id, s.label, s.client_id, coalesce(c.company, c.name) as client_name, p.name as product, v.name as server,
        s.billing_status, s.delivery_status, s.next_period_on, s.recurring_minor, s.currency,
        (select min(h.reason) from service_holds h where h.service_id = s.id) as hold`,
      from: sql`from services s join clients c on c.id = s.client_id join products p on p.id = s.product_id
        left join servers v on v.id = s.server_id`,
      where: [scoped(desk.actor, { table: 's' })],
      key: sql`s.id`,
    },
    searchIn: [sql`s.label`, sql`s.id`, sql`s.remote_id`, sql`c.name`, sql`c.company`, sql`c.email`],
    filters: {
      client: sql`s.client_id`,
      product: sql`s.product_id`,
      server: sql`s.server_id`,
      kind: sql`p.kind`,
    },
    tabs: [
      { value: 'all', label: t('admin.tab.all') },
      { value: 'active', label: t('common.state.active'), where: sql`s.billing_status = 'active'` },
      { value: 'pending', label: t('common.state.pending'), where: sql`s.billing_status = 'pending'` },
      { value: 'suspended', label: t('common.state.suspended'), where: sql`s.delivery_status = 'suspended'` },
      { value: 'ending', label: t('common.state.ending'), where: sql`s.billing_status = 'ending'` },
      { value: 'ended', label: t('common.state.ended'), where: sql`s.billing_status = 'ended'` },
    ],
    columns: [
      { label: l('service'), phone: 'title' },
      { label: l('client') },
      { label: l('billing_state'), phone: 'side' },
      { label: l('delivery_state'), phone: 'side' },
      { label: l('server'), phone: 'hide' },
      { label: l('next_due') },
      { label: l('price'), align: 'end' },
    ],
    row: (row) => ({
      id: `row-${row.id}`,
      href: `/admin/services/${row.id}`,
      label: row.label,
      cells: [
        row.label === row.product ? row.label : `${row.label} (${row.product})`,
        clientLink(row.client_id, row.client_name),
        { state: row.billing_status },
        row.hold
          ? { cells: [{ state: row.delivery_status }, t(`admin.hold.${row.hold}`)] }
          : { state: row.delivery_status },
        row.server,
        { day: row.next_period_on },
        inMoney(row.recurring_minor, row.currency),
      ],
    }),
  })
}
