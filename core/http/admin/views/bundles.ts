import { bundleKinds, bundleLasts, type BundleRow } from '../../../catalog/index.ts'
import { list, sql } from '../../../db/index.ts'
import { formatRate } from '../../../i18n/index.ts'
import { NotFound } from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import { toDecimal } from '../../../../sdk/index.ts'
import { inMoney, type Button, type Cell, type Field, type PageView } from '../blocks.ts'
import { filled, formParts, labeller, type Asked, type Desk } from '../desk.ts'
import { auditTimeline } from './audit-timeline.ts'
import { allowed } from './clients.ts'
import { listPage } from './list-page.ts'

const own = (desk: Desk) => scoped(desk.actor, { table: 'k', client: null })

export const dealState = ({ t }: Desk, status: string): Cell => ({
  ...{ state: status, label: t(`admin.coupon.${status}`), tone: status === 'active' ? 'good' : 'off' },
})

export function dealMoves(desk: Desk, of: { noun: string; at: string; status: string }): Button[] {
  const name = of.status === 'active' ? 'retire' : 'restore'
  if (!allowed(desk, `${of.noun}.${name}`)) return []
  const icon = name === 'retire' ? 'ban' : 'rotate'
  return [{ label: desk.t(`admin.coupons.act.${name}`), post: `${of.at}/${name}`, icon }]
}

const worthOf = (desk: Desk, row: BundleRow): Cell =>
  row.percent_ppm === null
    ? inMoney(row.amount_minor ?? 0n, row.currency ?? 'EUR')
    : formatRate(row.percent_ppm, desk.locale)

export function bundleList(desk: Desk, asked: Asked): Promise<PageView> {
  const l = labeller(desk)
  const { t } = desk
  const action = { label: t('offers.bundle.new'), href: '/admin/bundles/new' }
  return listPage<BundleRow>(desk, asked, {
    ...{ noun: 'bundles', words: 'offers.bundle', path: '/admin/bundles', icon: 'package' },
    listing: { columns: sql`k.*`, from: sql`from bundles k`, where: [own(desk)], key: sql`k.id` },
    actions: [{ ...action, kind: 'primary', icon: 'plus' }],
    emptyAction: action,
    columns: [
      { label: l('name'), phone: 'title' },
      { label: t('offers.bundle.kind_label') },
      { label: l('worth'), align: 'end' },
      { label: t('offers.bundle.lasts'), phone: 'hide' },
      { label: l('state'), phone: 'side' },
    ],
    row: (row) => ({
      ...{ id: `row-${row.id}`, href: `/admin/bundles/${row.id}`, label: row.name },
      cells: [
        row.name,
        t(`offers.bundle.kind.${row.kind}`),
        worthOf(desk, row),
        t(`offers.lasts.${row.lasts}`),
        dealState(desk, row.status),
      ],
    }),
  })
}

export async function readBundle(desk: Desk, id: string): Promise<BundleRow> {
  const row = await desk.means.db.get<BundleRow>(
    sql`select k.* from bundles k where k.id = ${id} and ${own(desk)}`,
  )
  if (!row) throw NotFound({ what: 'bundle', id })
  return row
}

export async function bundlePage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const bundle = await readBundle(desk, asked.params.id!)
  const at = `/admin/bundles/${bundle.id}`
  return {
    head: {
      title: bundle.name,
      crumbs: [{ label: t('offers.bundle.title'), href: '/admin/bundles' }, { label: bundle.name }],
      status: [dealState(desk, bundle.status)],
      actions: dealMoves(desk, { noun: 'bundle', at, status: bundle.status }),
    },
    main: [
      {
        ...{ kind: 'form', id: 'bundle-form', action: at, fields: await fieldsOf(desk, asked, bundle) },
        submit: { label: t('admin.save') },
        ...formParts(desk, asked, bundle.version),
      },
      await auditTimeline(desk, { subject: bundle.id, id: 'bundle-history' }),
    ],
  }
}

export async function newBundle(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const l = labeller(desk)
  const brands = await means.db.all<{ id: string; name: string }>(
    sql`select id, name from brands b where ${scoped(actor, { table: 'b', client: null, brand: 'id' })} order by id`,
  )
  const title = t('offers.bundle.new')
  return {
    head: { title, crumbs: [{ label: t('offers.bundle.title'), href: '/admin/bundles' }, { label: title }] },
    main: [
      {
        ...{ kind: 'form', id: 'bundle-form', action: '/admin/bundles' },
        fields: [
          {
            ...filled(asked, 'brand_id', brands[0]?.id),
            ...{ kind: 'select', label: l('brand') },
            options: brands.map(({ id, name }) => ({ value: id, label: name })),
          },
          { ...filled(asked, 'slug'), label: t('offers.bundle.slug'), hint: t('offers.bundle.slug_hint') },
          ...(await fieldsOf(desk, asked, null)),
        ],
        submit: { label: t('offers.create') },
        cancelHref: '/admin/bundles',
        ...formParts(desk, asked),
      },
    ],
  }
}

async function fieldsOf(desk: Desk, asked: Asked, bundle: BundleRow | null): Promise<Field[]> {
  const { t } = desk
  const l = labeller(desk)
  const choices = (words: string, values: readonly string[]) =>
    values.map((value) => ({ value, label: t(`${words}.${value}`) }))
  const { amount_minor: minor = null, currency = null, percent_ppm: ppm = null } = bundle ?? {}
  const amount = minor === null || currency === null ? '' : toDecimal({ minor, currency })
  return [
    { ...filled(asked, 'name', bundle?.name), label: l('name') },
    { ...filled(asked, 'summary', bundle?.summary), required: false, label: t('offers.bundle.summary') },
    {
      ...filled(asked, 'members', await membersText(desk, bundle)),
      ...{
        kind: 'textarea',
        rows: 4,
        label: t('offers.bundle.members'),
        hint: t('offers.bundle.members_hint'),
      },
    },
    {
      ...filled(asked, 'kind', bundle?.kind ?? 'percent'),
      ...{
        kind: 'select',
        label: t('offers.bundle.kind_label'),
        options: choices('offers.bundle.kind', bundleKinds),
      },
    },
    {
      ...filled(asked, 'percent', ppm === null ? '' : String(ppm / 10_000)),
      ...{ label: l('percent'), suffix: '%', required: false },
    },
    { ...filled(asked, 'amount', amount), kind: 'money', label: l('amount'), required: false },
    { ...filled(asked, 'currency', currency ?? 'EUR'), label: l('currency'), required: false },
    {
      ...filled(asked, 'lasts', bundle?.lasts ?? 'whole'),
      ...{ kind: 'select', label: t('offers.bundle.lasts'), options: choices('offers.lasts', bundleLasts) },
    },
    {
      ...filled(asked, 'position', bundle?.position ?? 0),
      kind: 'number',
      min: 0,
      label: t('offers.bundle.position'),
    },
  ]
}

/** As it is typed: a line a member, its periods behind it. */
async function membersText({ means }: Desk, bundle: BundleRow | null): Promise<string> {
  if (!bundle) return ''
  const members = JSON.parse(bundle.members) as { product_id: string; cycles: string[] }[]
  const ids = members.map(({ product_id }) => product_id)
  const rows = await means.db.all<{ id: string; slug: string }>(
    sql`select id, slug from products where id in (${list(ids)})`,
  )
  const slugOf = (id: string) => rows.find((row) => row.id === id)?.slug ?? id
  return members.map(({ product_id, cycles }) => [slugOf(product_id), ...cycles].join(' ')).join('\n')
}
