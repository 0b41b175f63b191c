import { readText, type TextRow } from '../../../billing/index.ts'
import { sql } from '../../../db/index.ts'
import { scoped } from '../../../records/index.ts'
import { countryOptions } from '../../page/index.ts'
import type { Field, PageView } from '../blocks.ts'
import { filled, formParts, labeller, type Asked, type Desk } from '../desk.ts'
import { listPage } from './list-page.ts'

type Listed = TextRow & { brand: string }

const SITUATIONS = ['any', 'taxed', 'untaxed', 'exempt'] as const
const KINDS = ['any', 'invoice', 'credit_note'] as const

export function textList(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const l = labeller(desk)
  const action = { label: t('admin.document_texts.new'), href: '/admin/document-texts/new' }
  return listPage<Listed>(desk, asked, {
    noun: 'document_texts',
    path: '/admin/document-texts',
    icon: 'notes',
    listing: {
      columns: sql`x.*, b.name as brand`,
      from: sql`from document_texts x join brands b on b.id = x.brand_id`,
      where: [sql`x.retired_at is null`, scoped(desk.actor, { table: 'x', client: null })],
      key: sql`x.id`,
    },
    actions: [{ ...action, kind: 'primary', icon: 'plus' }],
    emptyAction: action,
    columns: [
      { label: l('name'), phone: 'title' },
      { label: l('brand') },
      { label: l('kind') },
      { label: l('country') },
      { label: l('situation') },
      { label: l('language') },
      { label: l('position'), align: 'end' },
    ],
    row: (row) => ({
      id: `row-${row.id}`,
      href: `/admin/document-texts/${row.id}`,
      label: row.name,
      cells: [
        row.name,
        row.brand,
        t(`admin.document_texts.kind.${row.kind}`),
        row.country ?? t('admin.document_texts.any'),
        t(`admin.document_texts.situation.${row.situation}`),
        row.locale ?? t('admin.document_texts.any'),
        row.position,
      ],
    }),
  })
}

const crumbs = (desk: Desk, label: string) => [
  { label: desk.t('admin.document_texts.title'), href: '/admin/document-texts' },
  { label },
]

export async function newText(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const brands = await means.db.all<{ id: string; name: string }>(
    sql`select id, name from brands b where ${scoped(actor, { table: 'b', client: null, brand: 'id' })} order by name`,
  )
  const title = t('admin.document_texts.new')
  const brand: Field = {
    ...filled(asked, 'brand_id', brands[0]?.id),
    kind: 'select',
    label: labeller(desk)('brand'),
    options: brands.map(({ id, name }) => ({ value: id, label: name })),
  }
  return {
    head: { title, text: t('admin.document_texts.text'), crumbs: crumbs(desk, title) },
    main: [
      {
        kind: 'form',
        id: 'text-form',
        action: '/admin/document-texts',
        fields: [brand, ...fields(desk, asked, null)],
        submit: { label: t('admin.document_texts.create') },
        cancelHref: '/admin/document-texts',
        ...formParts(desk, asked),
      },
    ],
  }
}

export async function editText(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const row = await readText(means, { text_id: asked.params.id }, actor)
  return {
    head: {
      title: row.name,
      text: t('admin.document_texts.frozen'),
      crumbs: crumbs(desk, row.name),
      actions: [
        {
          label: t('admin.document_texts.retire'),
          post: `/admin/document-texts/${row.id}/retire`,
          kind: 'ghost',
          icon: 'ban',
        },
      ],
    },
    main: [
      {
        kind: 'form',
        id: 'text-form',
        action: `/admin/document-texts/${row.id}`,
        fields: fields(desk, asked, row),
        submit: { label: t('admin.save') },
        cancelHref: '/admin/document-texts',
        ...formParts(desk, asked, row.version),
      },
    ],
  }
}

function fields(desk: Desk, asked: Asked, row: TextRow | null): Field[] {
  const { t, means, locale } = desk
  const l = labeller(desk)
  const any = { value: '', label: t('admin.document_texts.any') }
  const names = new Intl.DisplayNames(locale, { type: 'language' })
  const choice = (name: 'kind' | 'situation', values: readonly string[]): Field => ({
    ...filled(asked, name, row?.[name] ?? 'any'),
    ...{ kind: 'select', label: l(name) },
    options: values.map((value) => ({ value, label: t(`admin.document_texts.${name}.${value}`) })),
  })
  return [
    { ...filled(asked, 'name', row?.name), label: l('name') },
    choice('kind', KINDS),
    {
      ...filled(asked, 'country', row?.country),
      ...{ kind: 'select', required: false, label: t('admin.document_texts.buyer_country') },
      options: [any, ...countryOptions(locale)],
    },
    choice('situation', SITUATIONS),
    {
      ...filled(asked, 'locale', row?.locale),
      ...{ kind: 'select', required: false, label: l('language') },
      options: [any, ...means.messages.locales.map((value) => ({ value, label: names.of(value) ?? value }))],
    },
    { ...filled(asked, 'body', row?.body), kind: 'textarea', rows: 4, label: t('admin.document_texts.body') },
    {
      ...filled(asked, 'position', row?.position ?? 0),
      ...{ kind: 'number', min: 0, label: l('position') },
    },
  ]
}
