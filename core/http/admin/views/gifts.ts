import { bundleLasts, suggestedIds, type GiftRow } from '../../../catalog/index.ts'
import { sql } from '../../../db/index.ts'
import { formatRate } from '../../../i18n/index.ts'
import { NotFound } from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import type { Field, PageView } from '../blocks.ts'
import { filled, formParts, labeller, type Asked, type Desk } from '../desk.ts'
import { slugsOf } from '../slugs.ts'
import { auditTimeline } from './audit-timeline.ts'
import { dealMoves, dealState } from './bundles.ts'
import { listPage } from './list-page.ts'

type Named = GiftRow & { giver: string; given: string }

const COLUMNS = sql`k.*, a.name as giver, b.name as given`
const FROM = sql`from product_gifts k join products a on a.id = k.giver_id join products b on b.id = k.given_id`
const own = (desk: Desk) => scoped(desk.actor, { table: 'k', client: null })

export function giftList(desk: Desk, asked: Asked): Promise<PageView> {
  const l = labeller(desk)
  const { t } = desk
  const action = { label: t('offers.gift.new'), href: '/admin/gifts/new' }
  return listPage<Named>(desk, asked, {
    ...{ noun: 'gifts', words: 'offers.gift', path: '/admin/gifts', icon: 'gift' },
    listing: { columns: COLUMNS, from: FROM, where: [own(desk)], key: sql`k.id` },
    actions: [{ ...action, kind: 'primary', icon: 'plus' }],
    emptyAction: action,
    columns: [
      { label: t('offers.gift.giver'), phone: 'title' },
      { label: t('offers.gift.given') },
      { label: t('offers.gift.percent'), align: 'end' },
      { label: t('offers.bundle.lasts'), phone: 'hide' },
      { label: l('state'), phone: 'side' },
    ],
    row: (row) => ({
      ...{ id: `row-${row.id}`, href: `/admin/gifts/${row.id}`, label: row.giver },
      cells: [
        row.giver,
        row.given,
        formatRate(row.percent_ppm, desk.locale),
        t(`offers.lasts.${row.lasts}`),
        dealState(desk, row.status),
      ],
    }),
  })
}

export async function giftPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means } = desk
  const id = asked.params.id!
  const gift = await means.db.get<Named>(sql`select ${COLUMNS} ${FROM} where k.id = ${id} and ${own(desk)}`)
  if (!gift) throw NotFound({ what: 'product gift', id })
  const at = `/admin/gifts/${gift.id}`
  const title = `${gift.giver} → ${gift.given}`
  return {
    head: {
      ...{ title, crumbs: [{ label: t('offers.gift.title'), href: '/admin/gifts' }, { label: title }] },
      status: [dealState(desk, gift.status)],
      actions: dealMoves(desk, { noun: 'product_gift', at, status: gift.status }),
    },
    main: [
      {
        ...{ kind: 'form', id: 'gift-form', action: at, fields: fieldsOf(desk, asked, gift) },
        submit: { label: t('admin.save') },
        ...formParts(desk, asked, gift.version),
      },
      await auditTimeline(desk, { subject: gift.id, id: 'gift-history' }),
    ],
  }
}

export async function newGift(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means } = desk
  const products = await means.db.all<{ id: string; name: string }>(
    sql`select k.id, k.name from products k where k.status in ('active', 'hidden') and ${own(desk)} order by k.name, k.id`,
  )
  const options = products.map(({ id, name }) => ({ value: id, label: name }))
  const title = t('offers.gift.new')
  return {
    head: { title, crumbs: [{ label: t('offers.gift.title'), href: '/admin/gifts' }, { label: title }] },
    main: [
      {
        ...{ kind: 'form', id: 'gift-form', action: '/admin/gifts' },
        fields: [
          { ...filled(asked, 'giver_id'), kind: 'select', label: t('offers.gift.giver'), options },
          { ...filled(asked, 'given_id'), kind: 'select', label: t('offers.gift.given'), options },
          ...fieldsOf(desk, asked, null),
        ],
        submit: { label: t('offers.create') },
        cancelHref: '/admin/gifts',
        ...formParts(desk, asked),
      },
    ],
  }
}

function fieldsOf(desk: Desk, asked: Asked, gift: GiftRow | null): Field[] {
  const { t } = desk
  const cycles = (json: string | undefined) => (JSON.parse(json ?? '[]') as string[]).join(', ')
  const words = (name: 'giver_cycles' | 'given_cycles'): Field => ({
    ...filled(asked, name, cycles(gift?.[name])),
    ...{ required: false, label: t(`offers.gift.${name}`), hint: t('offers.coupon.only_cycles_hint') },
  })
  return [
    words('giver_cycles'),
    words('given_cycles'),
    {
      ...filled(asked, 'percent', gift ? String(gift.percent_ppm / 10_000) : '100'),
      ...{ label: t('offers.gift.percent'), suffix: '%', hint: t('offers.gift.percent_hint') },
    },
    {
      ...filled(asked, 'lasts', gift?.lasts ?? 'whole'),
      ...{ kind: 'select', label: t('offers.bundle.lasts') },
      options: bundleLasts.map((value) => ({ value, label: t(`offers.lasts.${value}`) })),
    },
  ]
}

/** What the cart suggests beside a product. */
export async function suggestionsPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means } = desk
  const id = asked.params.id!
  const product = await means.db.get<{ id: string; name: string }>(
    sql`select k.id, k.name from products k where k.id = ${id} and ${own(desk)}`,
  )
  if (!product) throw NotFound({ what: 'product', id })
  const slugs = await slugsOf(means.db, 'products', await suggestedIds(means.db, product.id))
  const href = `/admin/catalog/products/${product.id}`
  return {
    head: {
      title: t('offers.suggest.title', { name: product.name }),
      crumbs: [{ label: product.name, href }, { label: t('offers.suggest.label') }],
    },
    main: [
      {
        ...{ kind: 'form', id: 'suggestions-form', action: `${href}/suggestions` },
        fields: [
          {
            ...filled(asked, 'product_ids', slugs),
            ...{
              required: false,
              label: t('offers.suggest.label'),
              hint: t('offers.coupon.product_ids_hint'),
            },
          },
        ],
        submit: { label: t('admin.save') },
        cancelHref: href,
        ...formParts(desk, asked),
      },
    ],
  }
}
