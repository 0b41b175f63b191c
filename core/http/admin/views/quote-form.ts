import { findClient } from '../../../clients/index.ts'
import { sql } from '../../../db/index.ts'
import { addDays } from '../../../kernel/index.ts'
import { getQuote, type QuoteContent } from '../../../orders/index.ts'
import { toDecimal } from '../../../../sdk/index.ts'
import type { Field, Grid, PageView } from '../blocks.ts'
import { filled, formParts, labeller, textOf, tickedField, type Asked, type Desk } from '../desk.ts'
import { clientSearch } from './invoice-forms.ts'

const SPARE_LINES = 5
const PRESET_DAYS = 14

/** First for whom, by a search; then what is offered. */
export async function newQuote(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const title = t('offers.quote.new')
  const clientId = asked.refused ? textOf(asked.refused.values, 'client_id') : asked.query.client
  if (!clientId)
    return { head: headOf(desk, title), main: await clientSearch(desk, asked, '/admin/quotes/new') }
  const client = await findClient(means.db, actor, clientId, 'client.read')
  const { brand_id: brandId, currency } = client
  return {
    head: {
      ...headOf(desk, title),
      text: t('admin.invoices.for', { client: client.company ?? client.name, currency }),
    },
    main: [
      {
        ...{ kind: 'form', id: 'quote-form', action: '/admin/quotes' },
        fields: [
          { kind: 'hidden', name: 'client_id', label: '', value: client.id },
          ...contentFields(desk, asked, null),
        ],
        grid: linesGrid(desk, asked, { typed: [], products: await productsOf(desk, brandId) }),
        submit: { label: t('offers.quote.create') },
        cancelHref: '/admin/quotes',
        ...formParts(desk, asked),
      },
    ],
  }
}

export async function editQuote(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const quote = await getQuote(desk.means.db, desk.actor, asked.params.id!)
  const { content } = quote.versions[0]!
  const typed = typedRows(content, quote.currency)
  return {
    head: headOf(desk, t('offers.quote.edit')),
    main: [
      {
        ...{ kind: 'form', id: 'quote-form', action: `/admin/quotes/${quote.id}` },
        fields: contentFields(desk, asked, content),
        grid: linesGrid(desk, asked, { typed, products: await productsOf(desk, quote.brand_id) }),
        submit: { label: t('admin.save') },
        cancelHref: `/admin/quotes/${quote.id}`,
        ...formParts(desk, asked, quote.version),
      },
    ],
  }
}

const headOf = (desk: Desk, title: string) => ({
  title,
  crumbs: [{ label: desk.t('offers.quote.title'), href: '/admin/quotes' }, { label: title }],
})

function contentFields(desk: Desk, asked: Asked, content: QuoteContent | null): Field[] {
  const { t } = desk
  const lasts = content?.products.some((line) => line.lasts) ?? false
  return [
    { ...filled(asked, 'title', content?.title), label: t('offers.quote.about') },
    {
      ...filled(asked, 'expires_on', content?.expires_on ?? addDays(desk.today, PRESET_DAYS)),
      kind: 'date',
      label: t('offers.quote.expires_on'),
    },
    {
      ...filled(asked, 'intro', content?.intro),
      ...{ kind: 'textarea', rows: 3, required: false },
      label: t('offers.quote.intro'),
      hint: t('offers.quote.intro_hint'),
    },
    {
      ...filled(asked, 'discount_label', content?.discount_label ?? t('offers.quote.discount_preset')),
      label: t('offers.quote.discount_label'),
      hint: t('offers.quote.discount_label_hint'),
    },
    { ...tickedField(asked, 'lasts', lasts), label: t('offers.quote.lasts') },
  ]
}

const COLUMNS = ['product', 'cycle', 'description', 'quantity', 'unit', 'percent'] as const
type Row = Record<(typeof COLUMNS)[number], string>
const EMPTY: Row = { product: '', cycle: '', description: '', quantity: '1', unit: '', percent: '' }

function typedRows({ products, lines }: QuoteContent, currency: string): Row[] {
  const amount = (minor: string | undefined) =>
    minor === undefined ? '' : toDecimal({ minor: BigInt(minor), currency })
  return [
    ...products.map((line) => ({
      ...{ product: line.product_id, cycle: line.cycle, quantity: String(line.quantity ?? 1) },
      description: Object.entries(line.options ?? {})
        .map(([key, value]) => `${key}=${String(value)}`)
        .join(', '),
      ...{ unit: amount(line.unit_minor), percent: line.percent ?? '' },
    })),
    ...lines.map((line) => ({
      ...EMPTY,
      ...{ description: line.description, quantity: String(line.quantity), unit: amount(line.unit_minor) },
    })),
  ]
}

type Option = { value: string; label: string }

async function productsOf({ means, t }: Desk, brandId: string): Promise<Option[]> {
  const rows = await means.db.all<{ id: string; name: string }>(
    sql`select id, name from products where brand_id = ${brandId} and status in ('active', 'hidden') order by name, id`,
  )
  const none = { value: '', label: t('offers.quote.free_line') }
  return [none, ...rows.map(({ id, name }) => ({ value: id, label: name }))]
}

/** The lines there are and some empty ones. Reasons of the verb stand above the form, by the place of the line. */
function linesGrid(
  desk: Desk,
  asked: Asked,
  { typed, products }: { typed: Row[]; products: Option[] },
): Grid {
  const l = labeller(desk)
  const { t } = desk
  const known = asked.refused ? typedAgain(asked) : typed
  const rows = [...known, ...Array<Row>(Math.max(SPARE_LINES - known.length, 2)).fill(EMPTY)]
  const labels: Row = {
    ...{ product: l('product'), cycle: l('cycle'), description: t('offers.quote.line') },
    ...{ quantity: l('quantity'), unit: l('unit'), percent: t('offers.quote.percent') },
  }
  return {
    caption: t('offers.quote.lines'),
    columns: COLUMNS.map((name) => labels[name]),
    rows: rows.map((line, i) => ({
      label: String(i + 1),
      cells: COLUMNS.map((name): Field => ({
        name: `${name}[${i}]`,
        label: `${labels[name]} ${i + 1}`,
        value: line[name],
        wide: name === 'description',
        required: false,
        ...cellKind(name, products),
      })),
    })),
  }
}

function cellKind(name: (typeof COLUMNS)[number], products: Option[]): Partial<Field> {
  if (name === 'product') return { kind: 'select', options: products }
  return { kind: name === 'unit' ? 'money' : name === 'quantity' ? 'number' : 'text' }
}

function typedAgain({ refused }: Asked): Row[] {
  const columns = refused!.values
  const of = (name: string, i: number) => textOf((columns[name] ?? {}) as never, String(i))
  const count = Object.keys((columns.description ?? {}) as object).length
  const rows = Array.from({ length: count }, (_, i) =>
    Object.fromEntries(COLUMNS.map((name) => [name, of(name, i)])),
  ) as Row[]
  return rows.filter((row) => row.product !== '' || row.description !== '' || row.unit !== '')
}
