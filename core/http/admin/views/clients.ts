import { balanceOf, carriedCount } from '../../../billing/index.ts'
import { findClient, type Client } from '../../../clients/index.ts'
import { sql } from '../../../db/index.ts'
import { formatInstant } from '../../../i18n/index.ts'
import type { Instant } from '../../../kernel/index.ts'
import { may, scoped } from '../../../records/index.ts'
import { inMoney, type Block, type Button, type PageView } from '../blocks.ts'
import { formParts, labeller, moneyText, tickedField, type Asked, type Desk } from '../desk.ts'
import { auditTimeline } from './audit-timeline.ts'
import { fraudNotice } from './fraud-notice.ts'
import { listPage } from './list-page.ts'
import { noteForm, notesBlock, notesOf, pinnedNote } from './client-notes.ts'
import { countryName } from './words.ts'
import { invoicesOf, messagesOf, ordersOf, paymentsOf, readOrdersOf, servicesOf } from './client-records.ts'

interface Listed {
  id: string
  name: string
  company: string | null
  email: string
  country: string
  status: string
  currency: string
  brand: string
  services: number
  open_minor: bigint | null
  created_at: Instant
}

export function clientList(desk: Desk, asked: Asked): Promise<PageView> {
  const l = labeller(desk)
  const { t } = desk
  return listPage<Listed>(desk, asked, {
    noun: 'clients',
    path: '/admin/clients',
    icon: 'users',
    listing: {
      columns: sql`c.id, c.name, c.company, c.email, c.country, c.status, c.currency, c.created_at, b.name as brand,
        (select count(*) from services s where s.client_id = c.id and s.billing_status in ('active', 'ending')) as services,
        (select sum(i.total_minor) from invoices i where i.client_id = c.id and i.status = 'issued') as open_minor`,
      from: sql`from clients c join brands b on b.id = c.brand_id`,
      where: [scoped(desk.actor, { table: 'c', client: 'id' })],
      key: sql`c.id`,
    },
    searchIn: [sql`c.search_text`, sql`c.id`],
    tabs: [
      { value: 'all', label: t('admin.tab.all') },
      ...['active', 'suspended', 'closed'].map((value) => ({
        value,
        label: t(`common.state.${value}`),
        where: sql`c.status = ${value}`,
      })),
      {
        ...{ value: 'fraud', label: t('admin.orders.tab.fraud') },
        where: sql`exists (select 1 from orders o where o.client_id = c.id and o.status = 'fraud')`,
      },
    ],
    actions: [
      { label: t('admin.clients.new'), href: '/admin/clients/new', kind: 'primary', icon: 'user-plus' },
    ],
    emptyAction: { label: t('admin.clients.new'), href: '/admin/clients/new' },
    columns: [
      { label: l('name'), phone: 'title' },
      { label: l('email') },
      { label: l('state'), phone: 'side' },
      { label: l('services'), align: 'end', phone: 'hide' },
      { label: l('open'), align: 'end' },
      { label: l('brand'), phone: 'hide' },
      { label: l('since'), phone: 'hide' },
    ],
    row: (row) => ({
      id: `row-${row.id}`,
      href: `/admin/clients/${row.id}`,
      label: row.company ?? row.name,
      cells: [
        row.company ? `${row.company} (${row.name})` : row.name,
        row.email,
        { state: row.status },
        row.services,
        inMoney(row.open_minor ?? 0n, row.currency),
        row.brand,
        { at: row.created_at },
      ],
    }),
  })
}

/** The usual at one glance: at most twelve statements, however much a client has. */
export async function clientPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const client = await findClient(means.db, actor, asked.params.id!, 'client.read')
  const { balance_minor: credit, carried } = await sumsOf(desk, client)
  const notes = await notesOf(desk, client)
  const orders = await readOrdersOf(desk, client)
  return {
    head: {
      title: client.company ?? client.name,
      crumbs: [
        { label: t('admin.clients.title'), href: '/admin/clients' },
        { label: client.company ?? client.name },
      ],
      status: [{ state: client.status }],
      actions: actsOf(desk, client, carried > 0),
    },
    main: [
      ...fraudNotice(
        desk,
        orders.filter(({ status }) => status === 'fraud'),
      ),
      ...notes.filter(({ pinned }) => pinned === 1).map((note) => pinnedNote(note)),
      await servicesOf(desk, client),
      await invoicesOf(desk, client),
      await paymentsOf(desk, client),
      ordersOf(desk, client, orders),
      await messagesOf(desk, client),
      notesBlock(desk, client, notes),
      noteForm(desk, asked, client),
      await auditTimeline(desk, { subject: client.id, id: `client-${client.id}-history` }),
    ],
    aside: [facts(desk, client, credit), switches(desk, asked, client), await members(desk, client)],
  }
}

/** The client's credit, and how many charges wait for a document. */
async function sumsOf({ means }: Desk, { id, currency }: Client) {
  const row = await means.db.get<{ balance_minor: bigint; carried: number }>(
    sql`select b.balance_minor, w.carried from (${balanceOf(id, currency)}) b, (${carriedCount(id)}) w`,
  )
  return row!
}

type Offer = [permission: string, fits: boolean, button: Button]

const actsOf = (desk: Desk, client: Client, isWaiting: boolean): Button[] =>
  [...booksOffers(desk, client), ...carriedOffers(desk, client, isWaiting), ...clientOffers(desk, client)]
    .filter(([permission, fits]) => fits && allowed(desk, permission))
    .map(([, , button]) => button)

/** Documents and payments of the client. */
function booksOffers({ t }: Desk, { id, status }: Client): Offer[] {
  const at = `/admin/clients/${id}`
  return [
    [
      'invoice.create',
      status === 'active',
      {
        label: t('admin.invoices.new'),
        href: `/admin/invoices/new?client=${id}`,
        icon: 'file-invoice',
      },
    ],
    [
      'e_invoice.set_facts',
      true,
      { label: t('tax.e_invoice.download'), href: `${at}/e-invoice`, kind: 'ghost', icon: 'file-invoice' },
    ],
    [
      'setting.list',
      true,
      { label: t('extras.terms.link'), href: `${at}/settings`, kind: 'ghost', icon: 'adjustments' },
    ],
    [
      'service.align_renewals',
      status === 'active',
      { label: t('extras.admin.align.link'), href: `${at}/renewals`, kind: 'ghost', icon: 'calendar' },
    ],
    [
      'billable_item.create',
      status === 'active',
      { label: t('admin.billables.new'), href: `/admin/billables/new?client=${id}`, icon: 'receipt' },
    ],
    [
      'statement.read',
      true,
      { label: t('documents.statement.title'), href: `${at}/statement`, kind: 'ghost', icon: 'book' },
    ],
    [
      'client.change_terms',
      true,
      { label: t('admin.terms.title'), href: `${at}/terms`, kind: 'ghost', icon: 'settings' },
    ],
    [
      'invoice.merge',
      true,
      { label: t('admin.regroup.merge.title'), href: `${at}/merge`, kind: 'ghost', icon: 'link' },
    ],
    [
      'payment.record_many',
      true,
      { label: t('admin.regroup.payment.title'), href: `${at}/payment`, kind: 'ghost', icon: 'cash' },
    ],
  ]
}

/** What was charged and waits for a larger sum. */
const carriedOffers = ({ t }: Desk, { id }: Client, isWaiting: boolean): Offer[] => [
  [
    'invoice.issue_carried',
    isWaiting,
    { label: t('admin.carried.title'), href: `/admin/clients/${id}/carried`, icon: 'receipt' },
  ],
]

/** The client itself: what is agreed, its state. */
function clientOffers({ t }: Desk, { id, status, currency_fixed }: Client): Offer[] {
  const at = `/admin/clients/${id}`
  return [
    [
      'client.change_currency',
      currency_fixed === 0,
      {
        label: t('admin.clients.currency.act'),
        href: `${at}/currency`,
        kind: 'ghost',
        icon: 'switch-horizontal',
      },
    ],
    ['client.change', true, { label: t('admin.edit'), href: `${at}/edit`, icon: 'pencil' }],
    ...MOVES.map((move): Offer => [
      `client.${move.name}`,
      move.from.includes(status),
      {
        label: t(`admin.clients.act.${move.name}`),
        href: `${at}/${move.name}`,
        kind: 'ghost',
        icon: move.icon,
      },
    ]),
  ]
}

/** States of a client that staff may change, and from where. */
export const MOVES = [
  { name: 'suspend', from: ['active'], icon: 'player-pause' },
  { name: 'reinstate', from: ['suspended'], icon: 'player-play' },
  { name: 'close', from: ['active', 'suspended'], icon: 'lock' },
  { name: 'reopen', from: ['closed'], icon: 'lock-open' },
]

export const allowed = (desk: Desk, permission: string): boolean =>
  may(desk.actor, { permission, audience: ['staff'] })

function facts(desk: Desk, client: Client, credit: bigint): Block {
  const l = labeller(desk)
  return {
    kind: 'facts',
    id: `client-${client.id}-facts`,
    title: desk.t('admin.clients.facts'),
    items: [
      { label: l('contact'), value: client.name },
      { label: l('email'), value: { copy: client.email, label: l('email') } },
      { label: l('phone'), value: client.phone },
      {
        label: l('address'),
        value: [
          client.address_1,
          client.address_2,
          `${client.postcode} ${client.city}`,
          client.region,
          countryName(desk, client.country),
        ]
          .filter((part) => part?.trim())
          .join(', '),
      },
      { label: l('tax_id'), value: client.tax_id },
      { label: l('currency'), value: client.currency },
      {
        label: l('credit'),
        value: { href: `/admin/clients/${client.id}/credit`, text: moneyText(desk, credit, client.currency) },
      },
      ...(client.client_group_id === null
        ? []
        : [
            {
              label: desk.t('prices.group.one'),
              value: {
                href: `/admin/client-groups/${client.client_group_id}`,
                text: desk.t('prices.group.open'),
              },
            },
          ]),
      { label: l('language'), value: client.locale },
      { label: l('since'), value: { at: client.created_at } },
      { label: l('id'), value: { copy: client.id, label: l('id') } },
    ],
  }
}

/** What is switched for one client alone. */
export const CLIENT_SWITCHES = [
  ...(['auto_charge', 'separate_invoices', 'tax_exempt'] as const),
  ...(['late_fees', 'overdue_notices', 'auto_close'] as const),
] as const
type ClientSwitch = (typeof CLIENT_SWITCHES)[number]

function switches(desk: Desk, asked: Asked, client: Client): Block {
  const { t } = desk
  const of = (name: ClientSwitch) => ({
    ...tickedField(asked, name, client[name] === 1),
    label: t(`admin.clients.switch.${name}`),
    hint: t(`admin.clients.switch.${name}_hint`),
  })
  return {
    kind: 'form',
    id: `client-${client.id}-switches`,
    title: t('admin.clients.switches'),
    action: `/admin/clients/${client.id}/switches`,
    fields: CLIENT_SWITCHES.map(of),
    submit: { label: t('admin.save'), kind: 'secondary' },
    ...formParts(desk, { ...asked, refused: null }),
  }
}

async function members(desk: Desk, client: Client): Promise<Block> {
  const { t } = desk
  const rows = await desk.means.db.all<{
    user_id: string
    name: string
    email: string
    owner: number
    last_seen_at: Instant | null
  }>(sql`
    select m.user_id, u.name, u.email, m.owner, u.last_seen_at from memberships m join users u on u.id = m.user_id
    where m.client_id = ${client.id} order by m.owner desc, u.name limit 50`)
  return {
    kind: 'facts',
    id: `client-${client.id}-members`,
    title: t('admin.clients.members'),
    ...(allowed(desk, 'membership.list')
      ? {
          actions: [
            {
              label: t('admin.people.open'),
              href: `/admin/clients/${client.id}/people`,
              kind: 'ghost' as const,
            },
          ],
        }
      : {}),
    items: rows.map((row) => ({
      label: row.owner === 1 ? `${row.name} (${t('admin.clients.owner')})` : row.name,
      value: row.email,
      ...(row.last_seen_at
        ? {
            hint: t('admin.clients.last_seen', {
              at: formatInstant(row.last_seen_at, desk.zone, desk.locale),
            }),
          }
        : {}),
    })),
  }
}
