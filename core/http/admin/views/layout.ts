import { readLayout, type DocumentLayout, type LayoutInLanguage } from '../../../billing/index.ts'
import { readBrand } from '../../../brands/index.ts'
import { layoutNames, url } from '../../../render/index.ts'
import type { Block, Button, Field, PageView } from '../blocks.ts'
import { filled, formParts, tickedField, type Asked, type Desk } from '../desk.ts'
import { allowed } from './clients.ts'

/** Fields of the columns at the foot. */
export const COLUMNS = ['column_1', 'column_2', 'column_3'] as const

/** How documents of a brand look: what holds for all languages, or what one of them has otherwise. */
export async function layoutPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const brand = await readBrand(means, { brand_id: asked.params.id! }, actor)
  const layout = await readLayout(means, { brand_id: brand.id }, actor)
  const language = languageOf(desk, asked)
  const path = `/admin/brands/${brand.id}/layout`
  const names = new Intl.DisplayNames(desk.locale, { type: 'language' })
  const tab = (value: string, label: string) => ({
    ...{ label, href: value === '' ? path : url(path, { language: value }), active: value === language },
  })
  const form = language === '' ? allFields(desk, asked, layout) : ownFields(desk, asked, layout, language)
  return {
    head: {
      ...{ title: t('admin.document_layout.title'), text: t('admin.document_layout.text') },
      crumbs: [
        { label: t('admin.settings.title'), href: '/admin/settings' },
        { label: brand.name, href: `/admin/brands/${brand.id}` },
        { label: t('admin.document_layout.title') },
      ],
    },
    tabs: {
      label: t('admin.document_layout.title'),
      tabs: [
        tab('', t('admin.document_layout.all_languages')),
        ...means.messages.locales.map((one) =>
          tab(one, t('admin.document_layout.only', { language: names.of(one) ?? one })),
        ),
      ],
    },
    main: [
      {
        ...{ kind: 'form', id: 'layout', action: path, takesFiles: language === '', fields: form },
        submit: { label: t('admin.save'), disabled: !allowed(desk, 'document_layout.change') },
        cancelHref: `/admin/brands/${brand.id}`,
        ...formParts(desk, asked),
      },
    ],
    aside: [preview(desk, brand.id, language || brand.locale)],
  }
}

/** Of the form that was refused, else of the address; "" for all. */
function languageOf({ means }: Desk, { refused, query }: Asked): string {
  const wanted = refused ? refused.values.language : query.language
  return means.messages.locales.find((one) => one === wanted) ?? ''
}

function allFields(desk: Desk, asked: Asked, layout: DocumentLayout): Field[] {
  const { t } = desk
  return [
    choice(desk, asked, { name: 'layout', values: layoutNames, stored: layout.layout, words: 'name' }),
    choice(desk, asked, { name: 'address', values: ['below', 'window'], stored: layout.address }),
    picked(desk, asked, { name: 'paper', values: ['A4', 'LETTER'], stored: layout.paper }),
    {
      ...filled(asked, 'accent', layout.accent),
      ...{
        required: false,
        label: t('admin.document_layout.accent'),
        hint: t('admin.document_layout.accent_hint'),
      },
    },
    {
      ...filled(asked, 'f.logo'),
      ...(asked.refused?.fields.logo ? { error: asked.refused.fields.logo } : {}),
      ...{
        kind: 'file',
        required: false,
        label: t('admin.document_layout.logo'),
        hint: t('admin.document_layout.logo_hint'),
      },
    },
    ...(layout.logo === null
      ? []
      : [{ ...tickedField(asked, 'no_logo', false), label: t('admin.document_layout.no_logo') }]),
    picked(desk, asked, { name: 'logo_place', values: ['start', 'end'], stored: layout.logo_place }),
    ...columnFields(desk, asked, layout.columns),
  ]
}

function ownFields(desk: Desk, asked: Asked, { languages }: DocumentLayout, language: string): Field[] {
  const own: LayoutInLanguage = languages[language] ?? {}
  const choices = [
    { name: 'layout', values: layoutNames, stored: own.layout, words: 'name' },
    { name: 'address', values: ['below', 'window'], stored: own.address },
    { name: 'paper', values: ['A4', 'LETTER'], stored: own.paper },
  ]
  return [
    { kind: 'hidden', name: 'language', label: '', value: language },
    ...choices.map((one) =>
      picked(desk, asked, { ...one, otherwise: desk.t('admin.document_layout.as_all') }),
    ),
    ...columnFields(desk, asked, own.columns ?? []),
  ]
}

interface Choice {
  name: string
  values: readonly string[]
  stored: string | undefined
  /** Where the words of the values stand, when not under the name of the field. */
  words?: string
  /** Of the empty value. */
  otherwise?: string
}

const choice = (
  { t }: Desk,
  asked: Asked,
  { name, values, stored, words = `${name}_name` }: Choice,
): Field => ({
  ...filled(asked, name, stored),
  ...{ kind: 'radio', label: t(`admin.document_layout.${name}`) },
  options: values.map((value) => ({
    ...{ value, label: t(`admin.document_layout.${words}.${value}`) },
    hint: t(`admin.document_layout.${words}_hint.${value}`),
  })),
})

const picked = (
  { t }: Desk,
  asked: Asked,
  { name, values, stored, words = `${name}_name`, otherwise }: Choice,
): Field => ({
  ...filled(asked, name, stored),
  ...{ kind: 'select', label: t(`admin.document_layout.${name}`), required: otherwise === undefined },
  options: [
    ...(otherwise === undefined ? [] : [{ value: '', label: otherwise }]),
    ...values.map((value) => ({ value, label: t(`admin.document_layout.${words}.${value}`) })),
  ],
})

const columnFields = ({ t }: Desk, asked: Asked, columns: readonly string[]): Field[] =>
  COLUMNS.map((name, i) => ({
    ...filled(asked, name, columns[i]),
    ...{
      kind: 'textarea',
      rows: 3,
      required: false,
      label: t('admin.document_layout.column', { number: i + 1 }),
    },
    ...(i === 0 ? { hint: t('admin.document_layout.column_hint') } : {}),
  }))

/** Links to made-up documents: each layout, and what is chosen as other papers. */
function preview({ t }: Desk, brandId: string, language: string): Block {
  const link = (label: string, asked: Record<string, string>): Button => ({
    ...{ label, kind: 'secondary', icon: 'file-text', plain: true },
    href: url(`/admin/brands/${brandId}/sample.pdf`, { language, ...asked }),
  })
  return {
    ...{ kind: 'facts', id: 'layout-preview', title: t('admin.document_layout.preview') },
    items: [{ label: '', value: t('admin.document_layout.preview_text') }],
    actions: [
      link(t('admin.document_layout.chosen'), {}),
      link(t('admin.document_layout.long'), { lines: '40' }),
      link(t('admin.document_layout.credit_note'), { kind: 'credit_note' }),
      link(t('admin.document_layout.quote'), { kind: 'quote' }),
      ...layoutNames.map((name) => link(t(`admin.document_layout.name.${name}`), { layout: name })),
    ],
  }
}
