import { sql } from '../../../db/index.ts'
import { formatRate } from '../../../i18n/index.ts'
import { NotFound, type Instant, type IsoDate } from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import { inMoney, type Block, type Cell, type PageView } from '../blocks.ts'
import { clientLink, filled, formParts, labeller, type Asked, type Desk } from '../desk.ts'
import { discountKinds } from '../../../catalog/index.ts'
import { couponLimits } from './coupon-limits.ts'
import { auditTimeline } from './audit-timeline.ts'
import { allowed } from './clients.ts'
import { listPage } from './list-page.ts'

export interface Coupon {
  id: string
  brand_id: string
  code: string
  product_ids: string
  group_ids: string
  required_product_ids: string
  only_cycles: string
  only_currencies: string
  buyers: string
  minimum_minor: bigint | null
  minimum_currency: string | null
  stackable: number
  automatic: number
  kind: string
  percent_ppm: number | null
  currency: string | null
  amount_minor: bigint | null
  cycles: number | null
  starts_on: IsoDate | null
  ends_on: IsoDate | null
  uses: number
  uses_max: number | null
  uses_per_client: number | null
  status: string
  version: number
}

const own = (desk: Desk) => scoped(desk.actor, { table: 'k', client: null })

/** "20 %", "5.00 EUR"; of other forms with their name. */
function worthOf(desk: Desk, row: Coupon): Cell {
  const worth =
    row.percent_ppm === null
      ? inMoney(row.amount_minor ?? 0n, row.currency ?? 'EUR')
      : formatRate(row.percent_ppm, desk.locale)
  if (row.kind === 'free') return desk.t('offers.form.free')
  if (row.kind === 'percent' || row.kind === 'fixed') return worth
  const form = `${desk.t(`offers.form.${row.kind}`)}:`
  return typeof worth === 'string' ? `${form} ${worth}` : { cells: [form, worth] }
}

const stateOf = (desk: Desk, status: string) => ({
  state: status,
  label: desk.t(`admin.coupon.${status}`),
  tone: status === 'active' ? ('good' as const) : ('off' as const),
})

export function couponList(desk: Desk, asked: Asked): Promise<PageView> {
  const l = labeller(desk)
  const { t } = desk
  const action = { label: t('admin.coupons.new'), href: '/admin/coupons/new' }
  return listPage<Coupon>(desk, asked, {
    noun: 'coupons',
    path: '/admin/coupons',
    icon: 'ticket',
    listing: { columns: sql`k.*`, from: sql`from coupons k`, where: [own(desk)], key: sql`k.id` },
    searchIn: [sql`k.code`],
    tabs: [
      { value: 'all', label: t('admin.tab.all') },
      { value: 'active', label: t('admin.coupon.active'), where: sql`k.status = 'active'` },
      { value: 'retired', label: t('admin.coupon.retired'), where: sql`k.status = 'retired'` },
    ],
    actions: [{ ...action, kind: 'primary', icon: 'plus' }],
    emptyAction: action,
    columns: [
      { label: l('code'), phone: 'title' },
      { label: l('worth') },
      { label: l('uses'), align: 'end' },
      { label: l('from'), phone: 'hide' },
      { label: l('to') },
      { label: l('state'), phone: 'side' },
    ],
    row: (row) => ({
      id: `row-${row.id}`,
      href: `/admin/coupons/${row.id}`,
      label: row.code,
      cells: [
        row.code,
        worthOf(desk, row),
        row.uses_max === null ? row.uses : `${row.uses} / ${row.uses_max}`,
        { day: row.starts_on },
        { day: row.ends_on },
        stateOf(desk, row.status),
      ],
    }),
  })
}

export async function readCoupon(desk: Desk, id: string): Promise<Coupon> {
  const row = await desk.means.db.get<Coupon>(
    sql`select k.* from coupons k where k.id = ${id} and ${own(desk)}`,
  )
  if (!row) throw NotFound({ what: 'coupon', id })
  return row
}

export async function couponPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means } = desk
  const l = labeller(desk)
  const coupon = await readCoupon(desk, asked.params.id!)
  const uses = await means.db.all<Use>(sql`
    select u.id, u.order_id, o.number, u.client_id, coalesce(c.company, c.name) as client, u.used_at, u.released_at,
      u.currency, u.discount_minor
    from coupon_uses u join orders o on o.id = u.order_id join clients c on c.id = u.client_id
    where u.coupon_id = ${coupon.id} order by u.id desc limit 50`)
  const move = coupon.status === 'active' ? 'retire' : 'restore'
  return {
    head: {
      title: coupon.code,
      crumbs: [{ label: t('admin.coupons.title'), href: '/admin/coupons' }, { label: coupon.code }],
      status: [stateOf(desk, coupon.status)],
      actions: allowed(desk, `coupon.${move}`)
        ? [
            {
              label: t(`admin.coupons.act.${move}`),
              post: `/admin/coupons/${coupon.id}/${move}`,
              icon: move === 'retire' ? 'ban' : 'rotate',
            },
          ]
        : [],
    },
    main: [
      {
        kind: 'form',
        id: 'coupon-form',
        title: t('admin.coupons.limits'),
        action: `/admin/coupons/${coupon.id}`,
        fields: await couponLimits(desk, asked, coupon),
        submit: { label: t('admin.save') },
        ...formParts(desk, asked, coupon.version),
      },
      usesTable(desk, uses),
      await auditTimeline(desk, { subject: coupon.id, id: 'coupon-history' }),
    ],
    aside: [
      {
        kind: 'facts',
        id: 'coupon-facts',
        items: [
          { label: l('worth'), value: worthOf(desk, coupon) },
          { label: l('uses'), value: coupon.uses },
          { label: l('id'), value: { copy: coupon.id, label: l('id') } },
        ],
      },
    ],
  }
}

export async function newCoupon(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const l = labeller(desk)
  const brands = await means.db.all<{ id: string; name: string; currencies: string }>(
    sql`select id, name, currencies from brands b where ${scoped(actor, { table: 'b', client: null, brand: 'id' })} order by id`,
  )
  const currencies = [...new Set(brands.flatMap((brand) => JSON.parse(brand.currencies) as string[]))]
  return {
    head: {
      title: t('admin.coupons.new'),
      crumbs: [
        { label: t('admin.coupons.title'), href: '/admin/coupons' },
        { label: t('admin.coupons.new') },
      ],
    },
    main: [
      {
        kind: 'form',
        id: 'coupon-form',
        action: '/admin/coupons',
        fields: [
          {
            ...filled(asked, 'brand_id', brands[0]?.id),
            kind: 'select',
            label: l('brand'),
            options: brands.map(({ id, name }) => ({ value: id, label: name })),
          },
          { ...filled(asked, 'code'), label: l('code'), hint: t('admin.coupons.code_hint') },
          {
            ...filled(asked, 'kind', 'percent'),
            kind: 'select',
            label: t('offers.coupon.form'),
            hint: t('offers.coupon.form_hint'),
            options: discountKinds.map((value) => ({ value, label: t(`offers.form.${value}`) })),
          },
          {
            ...filled(asked, 'percent'),
            label: l('percent'),
            suffix: '%',
            required: false,
            hint: t('admin.coupons.percent_hint'),
          },
          { ...filled(asked, 'amount'), kind: 'money', label: l('amount'), required: false },
          {
            ...filled(asked, 'currency', currencies[0]),
            kind: 'select',
            label: l('currency'),
            options: currencies.map((value) => ({ value, label: value })),
          },
          ...(await couponLimits(desk, asked, null)),
        ],
        submit: { label: t('admin.coupons.create') },
        cancelHref: '/admin/coupons',
        ...formParts(desk, asked),
      },
    ],
  }
}

interface Use {
  id: string
  order_id: string
  number: string
  client_id: string
  client: string
  used_at: Instant
  released_at: Instant | null
  currency: string | null
  discount_minor: bigint | null
}

function usesTable(desk: Desk, uses: readonly Use[]): Block {
  const { t } = desk
  const l = labeller(desk)
  return {
    kind: 'table',
    id: 'coupon-uses',
    title: t('admin.coupons.uses'),
    columns: [
      { label: l('number'), phone: 'title' },
      { label: l('client') },
      { label: l('at') },
      { label: l('discount'), align: 'end' },
      { label: l('released_at'), phone: 'hide' },
    ],
    rows: uses.map((use) => ({
      id: `row-${use.id}`,
      href: `/admin/orders/${use.order_id}`,
      label: use.number,
      cells: [
        use.number,
        clientLink(use.client_id, use.client),
        { at: use.used_at },
        use.discount_minor === null ? null : inMoney(use.discount_minor, use.currency ?? 'EUR'),
        { at: use.released_at },
      ],
    })),
    empty: { icon: 'ticket', title: t('admin.coupons.unused') },
  }
}
