import { sql } from '../../../db/index.ts'
import { instant, toMs, type Instant } from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import { inMoney, type Block, type Cell, type PageView } from '../blocks.ts'
import { labeller, moneyText, type Asked, type Desk } from '../desk.ts'
import { listPage } from './list-page.ts'

const HOUR_MS = 3_600_000
/** Whoever changed a cart within the hour may still be at it. */
const AT_IT_MS = HOUR_MS
const FIGURES_MS = 90 * 24 * HOUR_MS

const TONES = { left: 'info', mailed: 'warn', recovered: 'good', lost: 'off' } as const

interface Listed {
  id: string
  name: string
  email: string
  currency: string
  value_minor: bigint
  updated_at: Instant
  sent_at: Instant | null
  order_id: string | null
  number: string | null
  status: keyof typeof TONES
}

/** Carts of buyers who signed in and left, and what became of those about which a mail went out. */
export async function leftCartList(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const l = labeller(desk)
  const open = sql`c.order_id is null and c.expires_at > ${means.clock.now()}`
  const status = {
    left: sql`${open} and r.id is null`,
    mailed: sql`${open} and r.id is not null`,
    recovered: sql`c.order_id is not null`,
    lost: sql`c.order_id is null and c.expires_at <= ${means.clock.now()}`,
  }
  const quietSince = instant(toMs(means.business.now()) - AT_IT_MS)
  const tabs = (Object.keys(status) as (keyof typeof status)[]).map((value) => ({
    ...{ value, label: t(`offers.left_cart.status.${value}`), where: sql`(${status[value]})` },
  }))
  return listPage<Listed>(desk, asked, {
    ...{ noun: 'carts', words: 'offers.left_cart', path: '/admin/carts', icon: 'shopping-bag' },
    listing: {
      columns: sql`c.id, c.currency, c.updated_at, c.order_id, u.name, u.email, r.sent_at, o.number,
        coalesce(o.total_minor, (select sum(i.seen_minor) from cart_items i where i.cart_id = c.id)) as value_minor,
        case when ${status.recovered} then 'recovered' when ${status.lost} then 'lost'
          when ${status.mailed} then 'mailed' else 'left' end as status`,
      from: sql`from carts c left join cart_reminders r on r.cart_id = c.id
        join users u on u.id = coalesce(c.user_id, r.user_id) left join orders o on o.id = c.order_id`,
      where: [
        scoped(actor, { table: 'c', client: null }),
        sql`(c.order_id is null and c.updated_at <= ${quietSince} or r.id is not null)`,
        sql`exists (select 1 from cart_items i where i.cart_id = c.id)`,
      ],
      key: sql`c.id`,
    },
    searchIn: [sql`u.name`, sql`u.email`],
    tabs: [{ value: 'all', label: t('admin.tab.all') }, ...tabs],
    columns: [
      { label: l('name'), phone: 'title' },
      { label: l('email'), phone: 'hide' },
      { label: t('offers.left_cart.value'), align: 'end' },
      { label: t('offers.left_cart.left_at') },
      { label: t('offers.left_cart.mail_at') },
      { label: t('offers.left_cart.order') },
      { label: l('state'), phone: 'side' },
    ],
    before: [await figures(desk)],
    row: (row) => ({
      ...{ id: `row-${row.id}`, label: row.name },
      cells: [
        ...[row.name, row.email, inMoney(row.value_minor, row.currency)],
        ...[{ at: row.updated_at }, { at: row.sent_at }, orderLink(row)],
        { state: row.status, label: t(`offers.left_cart.status.${row.status}`), tone: TONES[row.status] },
      ],
    }),
  })
}

const orderLink = ({ order_id, number }: Listed): Cell =>
  order_id && { href: `/admin/orders/${order_id}`, text: number ?? order_id }

interface Figures {
  currency: string
  mails: number
  value_minor: bigint
  orders: number
  recovered_minor: bigint | null
}

/** What the mails brought, by currency. An order that was cancelled or refused brought nothing. */
async function figures(desk: Desk): Promise<Block> {
  const { means, actor, t } = desk
  const since = instant(toMs(means.business.now()) - FIGURES_MS)
  const rows = await means.db.all<Figures>(sql`
    select r.currency, count(*) as mails, sum(r.value_minor) as value_minor, count(o.id) as orders, sum(o.total_minor) as recovered_minor
    from cart_reminders r left join carts c on c.id = r.cart_id
    left join orders o on o.id = c.order_id and o.currency = r.currency and o.status not in ('cancelled', 'rejected')
    where ${scoped(actor, { table: 'r', client: null })} and r.sent_at > ${since} group by r.currency order by r.currency`)
  return {
    ...{ kind: 'stats', id: 'carts-figures' },
    items: rows.flatMap(({ currency, mails, value_minor, orders, recovered_minor }) => [
      {
        ...{ label: t('offers.left_cart.mails'), value: mails, icon: 'mail' },
        note: t('offers.left_cart.mails_note', { amount: moneyText(desk, value_minor, currency) }),
      },
      {
        ...{ label: t('offers.left_cart.recovered'), value: inMoney(recovered_minor ?? 0n, currency) },
        ...{ icon: 'shopping-bag', note: t('offers.left_cart.recovered_note', { count: orders }) },
      },
    ]),
  }
}
