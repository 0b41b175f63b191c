import { acceptedTerms, countOrders, getOrder, type Order, type OrderStatus } from '../../../orders/index.ts'
import { list, sql } from '../../../db/index.ts'
import type { Instant } from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import { inMoney, type Block, type Button, type DangerView, type PageView } from '../blocks.ts'
import { clientLink, filled, formParts, labeller, tickedField, type Asked, type Desk } from '../desk.ts'
import { actorJoins, actorName, actorNamed } from './actor-name.ts'
import { auditTimeline } from './audit-timeline.ts'
import { allowed } from './clients.ts'
import { fraudNotice, suspectedOrders, type SuspectedOrder } from './fraud-notice.ts'
import { dangerParts } from './invoice-forms.ts'
import { listPage } from './list-page.ts'
import { passedOnNotice, passedOnOf, passedOnTexts } from './passed-on.ts'
import { choiceOf, countryName, cycleName } from './words.ts'

interface Listed {
  id: string
  number: string
  client_id: string
  client_name: string
  status: string
  total_minor: bigint
  currency: string
  hold_reason: string | null
  placed_at: Instant
}

const TABS: Record<string, readonly OrderStatus[]> = {
  decide: ['placed', 'held'],
  accepted: ['accepted'],
  done: ['done'],
  fraud: ['fraud'],
  dropped: ['rejected', 'cancelled'],
}

export async function orderList(desk: Desk, asked: Asked): Promise<PageView> {
  const l = labeller(desk)
  const { t, means, actor } = desk
  const counts = await countOrders(means.db, actor)
  const countOf = (states: readonly OrderStatus[]) =>
    states.reduce((sum, state) => sum + (counts.get(state) ?? 0), 0)
  return listPage<Listed>(desk, asked, {
    noun: 'orders',
    path: '/admin/orders',
    icon: 'shopping-bag',
    listing: {
      columns: sql`o.id, o.number, o.client_id, coalesce(c.company, c.name) as client_name, o.status, o.total_minor, o.currency, o.hold_reason, o.placed_at`,
      from: sql`from orders o join clients c on c.id = o.client_id`,
      where: [scoped(actor, { table: 'o' })],
      key: sql`o.id`,
    },
    searchIn: [sql`o.number`, sql`o.id`, sql`c.name`, sql`c.company`, sql`c.email`],
    filters: { client: sql`o.client_id` },
    tabs: [
      ...Object.entries(TABS).map(([value, states]) => ({
        value,
        label: t(`admin.orders.tab.${value}`),
        where: sql`o.status in (${list(states)})`,
        count: countOf(states),
      })),
      { value: 'all', label: t('admin.tab.all') },
    ],
    columns: [
      { label: l('number'), phone: 'title' },
      { label: l('client') },
      { label: l('state'), phone: 'side' },
      { label: l('hold_reason'), phone: 'hide' },
      { label: l('at') },
      { label: l('total'), align: 'end' },
    ],
    row: (row) => ({
      id: `row-${row.id}`,
      href: `/admin/orders/${row.id}`,
      label: row.number,
      cells: [
        row.number,
        clientLink(row.client_id, row.client_name),
        { state: row.status },
        row.hold_reason,
        { at: row.placed_at },
        inMoney(row.total_minor, row.currency),
      ],
    }),
  })
}

export async function orderPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const order = await getOrder(means.db, actor, asked.params.id!)
  const around = await aroundOf(desk, order)
  return {
    head: {
      title: t('admin.orders.one', { number: order.number }),
      crumbs: [{ label: t('admin.orders.title'), href: '/admin/orders' }, { label: order.number }],
      status: [{ state: order.status }],
      actions: actsOf(desk, order),
    },
    main: [
      ...fraudNotice(desk, around.fraud),
      ...(order.hold_reason
        ? [
            {
              kind: 'notice',
              id: `order-${order.id}-hold`,
              tone: order.status === 'fraud' ? 'bad' : 'warn',
              title: t(`common.state.${order.status}`),
              text: order.hold_reason,
            } as const,
          ]
        : []),
      ...passedOnNotice(desk, order, await passedOnOf(means.db, order)),
      lines(desk, order),
      earlier(desk, order, around.earlier),
      noteForm(desk, asked, order),
      await auditTimeline(desk, { subject: order.id, id: `order-${order.id}-history` }),
    ],
    aside: [sums(desk, order), facts(desk, order, around)],
  }
}

interface Around {
  client: string
  invoice: string | null
  invoice_status: string | null
  /** Of who placed it. */
  name: string | null
  earlier: Listed[]
  /** Other orders of this client that are marked as fraud. */
  fraud: SuspectedOrder[]
}

async function aroundOf(desk: Desk, order: Order): Promise<Around> {
  const { db } = desk.means
  const row = await db.get<Omit<Around, 'earlier' | 'fraud'>>(sql`
    select coalesce(c.company, c.name) as client, i.number as invoice, i.status as invoice_status, ${actorNamed}
    from orders o join clients c on c.id = o.client_id left join invoices i on i.id = o.invoice_id ${actorJoins('o.placed_by')}
    where o.id = ${order.id}`)
  const earlier = await db.all<Listed>(sql`
    select id, number, client_id, '' as client_name, status, total_minor, currency, hold_reason, placed_at
    from orders where client_id = ${order.client_id} and id < ${order.id} order by id desc limit 10`)
  return {
    client: row?.client ?? order.client_id,
    invoice: row?.invoice ?? null,
    invoice_status: row?.invoice_status ?? null,
    name: row?.name ?? null,
    earlier,
    fraud: (await suspectedOrders(db, order.client_id)).filter(({ id }) => id !== order.id),
  }
}

function actsOf(desk: Desk, order: Order): Button[] {
  const { t } = desk
  const at = `/admin/orders/${order.id}`
  const { status } = order
  const undecided = status === 'placed' || status === 'held'
  const offers: [permission: string, fits: boolean, button: Button][] = [
    [
      'order.accept',
      undecided,
      { label: t('admin.orders.act.accept'), post: `${at}/accept`, kind: 'primary', icon: 'check' },
    ],
    [
      'order.hold',
      status === 'placed',
      { label: t('admin.orders.act.hold'), href: `${at}/hold`, icon: 'player-pause' },
    ],
    [
      'order.reject',
      undecided || status === 'fraud',
      { label: t('admin.orders.act.reject'), href: `${at}/reject`, kind: 'ghost', icon: 'x' },
    ],
    [
      'order.cancel',
      undecided || status === 'accepted',
      { label: t('admin.orders.act.cancel'), href: `${at}/cancel`, kind: 'ghost', icon: 'ban' },
    ],
    [
      'order.mark_fraud',
      undecided || status === 'accepted' || status === 'done',
      {
        ...{ label: t('admin.orders.act.mark_fraud'), href: `${at}/mark-fraud` },
        ...({ kind: 'ghost', icon: 'alert-triangle' } as const),
      },
    ],
    [
      'order.clear_fraud',
      status === 'fraud',
      {
        ...{ label: t('admin.orders.act.clear_fraud'), href: `${at}/clear-fraud` },
        ...({ kind: 'primary', icon: 'corner-up-left' } as const),
      },
    ],
  ]
  return offers
    .filter(([permission, fits]) => fits && allowed(desk, permission))
    .map(([, , button]) => button)
}

function lines(desk: Desk, order: Order): Block {
  const l = labeller(desk)
  const money = (minor: bigint) => inMoney(minor, order.currency)
  // What is zero in every line takes no room from the choices.
  const setUp = order.items.some(({ setup_minor }) => setup_minor !== 0n)
  const reduced = order.items.some(({ discount_minor }) => discount_minor !== 0n)
  return {
    kind: 'table',
    id: `order-${order.id}-items`,
    title: desk.t('admin.orders.items'),
    columns: [
      { label: l('product'), phone: 'title' },
      { label: l('cycle') },
      { label: l('quantity'), align: 'end' },
      { label: l('choices') },
      ...(setUp ? [{ label: l('setup'), align: 'end', phone: 'hide' } as const] : []),
      ...(reduced ? [{ label: l('discount'), align: 'end', phone: 'hide' } as const] : []),
      { label: l('amount'), align: 'end', phone: 'side' },
    ],
    rows: order.items.map((item) => ({
      id: `row-${item.id}`,
      ...(item.service_id ? { href: `/admin/services/${item.service_id}` } : {}),
      label: item.name,
      cells: [
        item.parent_id ? `+ ${item.name}` : item.name,
        cycleName(desk, item.cycle),
        item.quantity,
        choicesText(item.choices),
        ...(setUp ? [money(item.setup_minor)] : []),
        ...(reduced ? [money(item.discount_minor)] : []),
        money(item.amount_minor),
      ],
    })),
    empty: { icon: 'shopping-bag', title: desk.t('admin.orders.no_items') },
  }
}

/** "Memory: 4 GB · Location: Berlin", as far as choices carry labels. */
function choicesText(json: string): string {
  const { options = [], fields = [] } = JSON.parse(json) as Record<'options' | 'fields', unknown>
  const entriesOf = (list: unknown) => (Array.isArray(list) ? (list as Record<string, unknown>[]) : [])
  const entries = [...entriesOf(options), ...entriesOf(fields)]
  return entries
    .flatMap(({ label, value }) => (typeof label === 'string' ? [choiceOf({ label, value })] : []))
    .map(({ label, value }) => `${label}: ${value}`)
    .join(' · ')
}

function sums(desk: Desk, order: Order): Block {
  const l = labeller(desk)
  const money = (minor: bigint) => inMoney(minor, order.currency)
  return {
    kind: 'facts',
    id: `order-${order.id}-sums`,
    lines: true,
    items: [
      { label: l('subtotal'), value: money(order.subtotal_minor) },
      {
        label: order.coupon_code ? `${l('discount')} (${order.coupon_code})` : l('discount'),
        value: money(-order.discount_minor),
      },
      { label: l('tax'), value: money(order.tax_minor) },
      { label: l('total'), value: money(order.total_minor), total: true },
    ],
  }
}

function facts(desk: Desk, order: Order, around: Around): Block {
  const l = labeller(desk)
  const terms = acceptedTerms(order)
  const evidence = JSON.parse(order.evidence) as { country?: string }
  return {
    kind: 'facts',
    id: `order-${order.id}-facts`,
    title: desk.t('admin.orders.facts'),
    items: [
      { label: l('client'), value: clientLink(order.client_id, around.client) },
      {
        label: l('invoice'),
        value: order.invoice_id
          ? {
              cells: [
                { href: `/admin/invoices/${order.invoice_id}`, text: around.invoice ?? order.invoice_id },
                around.invoice_status ? { state: around.invoice_status } : null,
              ],
            }
          : null,
      },
      { label: l('at'), value: { at: order.placed_at } },
      { label: l('placed_by'), value: actorName(desk, { actor: order.placed_by, name: around.name }) },
      {
        label: desk.t('admin.orders.terms'),
        value: {
          cells: [
            desk.t('admin.orders.terms_version', { version: terms.version }),
            { at: terms.accepted_at },
            ...(terms.reason ? [terms.reason] : []),
          ],
        },
      },
      { label: l('ip'), value: order.address },
      { label: l('country'), value: countryName(desk, evidence.country) },
      { label: l('browser'), value: order.agent },
      { label: l('id'), value: { copy: order.id, label: l('id') } },
    ],
  }
}

function earlier(desk: Desk, order: Order, rows: readonly Listed[]): Block {
  const l = labeller(desk)
  return {
    kind: 'table',
    id: `order-${order.id}-earlier`,
    title: desk.t('admin.orders.earlier'),
    columns: [
      { label: l('number'), phone: 'title' },
      { label: l('state'), phone: 'side' },
      { label: l('at') },
      { label: l('total'), align: 'end' },
    ],
    rows: rows.map((row) => ({
      id: `row-${row.id}`,
      href: `/admin/orders/${row.id}`,
      label: row.number,
      cells: [
        row.number,
        { state: row.status },
        { at: row.placed_at },
        inMoney(row.total_minor, row.currency),
      ],
    })),
    empty: { icon: 'shopping-bag', title: desk.t('admin.orders.first') },
  }
}

function noteForm(desk: Desk, asked: Asked, order: Order): Block {
  return {
    kind: 'form',
    id: `order-${order.id}-note`,
    title: desk.t('admin.notes.one'),
    action: `/admin/orders/${order.id}/note`,
    fields: [
      {
        ...filled(asked, 'note', order.note),
        kind: 'textarea',
        rows: 3,
        required: false,
        label: desk.t('admin.label.note'),
        hint: desk.t('admin.notes.hint'),
      },
    ],
    submit: { label: desk.t('admin.save'), kind: 'secondary' },
    ...formParts(desk, asked),
  }
}

const EFFECTS = {
  hold: ['nothing'],
  mark_fraud: ['stops', 'rests', 'flagged', 'undone'],
  clear_fraud: ['goes_on', 'from_today', 'decided'],
  reject: ['services', 'invoice', 'stock'],
  cancel: ['services', 'invoice', 'stock'],
} as const

export const orderDanger =
  (act: keyof typeof EFFECTS) =>
  async (desk: Desk, asked: Asked): Promise<DangerView> => {
    const { t, means, actor } = desk
    const order = await getOrder(means.db, actor, asked.params.id!)
    const path = act.replace('_', '-')
    const drops = act === 'reject' || act === 'cancel'
    const staying = act === 'hold' ? [] : passedOnTexts(desk, await passedOnOf(means.db, order))
    return {
      title: t(`admin.orders.${act}.title`, { number: order.number }),
      crumbs: [
        { label: t('admin.orders.title'), href: '/admin/orders' },
        { label: order.number, href: `/admin/orders/${order.id}` },
        { label: t(`admin.orders.act.${act}`) },
      ],
      action: `/admin/orders/${order.id}/${path}`,
      label: t(`admin.orders.act.${act}`),
      cancelHref: `/admin/orders/${order.id}`,
      acts: [...EFFECTS[act].map((step) => t(`admin.orders.effect.${step}`)), ...staying].map((text) => ({
        text,
      })),
      ...(drops
        ? {
            fields: [
              {
                ...tickedField(asked, 'refund', false),
                label: t('admin.orders.refund'),
                hint: t('admin.orders.refund_hint'),
              },
            ],
          }
        : {}),
      ...dangerParts(desk, asked),
    }
  }
