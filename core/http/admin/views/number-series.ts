import {
  DOCUMENT_KINDS,
  financialYearName,
  listNumberSeries,
  lookOf,
  numberIn,
  yearNow,
  type DocumentKind,
  type NumberSeries,
} from '../../../billing/index.ts'
import { sql } from '../../../db/index.ts'
import { NotFound } from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import { url } from '../../../render/index.ts'
import type { Field, PageView, Row } from '../blocks.ts'
import { filled, formParts, labeller, textOf, type Asked, type Desk } from '../desk.ts'
import { allowed } from './clients.ts'

const PATH = '/admin/number-series'

interface Brand {
  id: string
  name: string
  zone: string
}

/** A series of a brand and year; one that nobody has begun looks as the year before did. */
interface Line {
  brand: Brand
  kind: DocumentKind
  year: number
  look: Pick<NumberSeries, 'head' | 'prefix' | 'digits' | 'first_month' | 'first_number' | 'next_number'>
}

const isUsed = ({ look }: Line): boolean => look.next_number > look.first_number

const brandsOf = ({ means, actor }: Desk): Promise<Brand[]> =>
  means.db.all<Brand>(sql`
    select id, name, zone from brands b where ${scoped(actor, { table: 'b', client: null, brand: 'id' })} order by name, id`)

/** This year of each brand, and later years that somebody has prepared. */
function linesOf({ means }: Desk, brands: readonly Brand[], known: readonly NumberSeries[]): Line[] {
  return brands.flatMap((brand) => {
    const own = known.filter(({ brand_id }) => brand_id === brand.id)
    return DOCUMENT_KINDS.flatMap((kind) => {
      const year = yearNow(own, kind, means.business.today(brand.zone))
      const later = own.filter((row) => row.kind === kind && row.year > year).map((row) => row.year)
      return [year, ...later.toSorted((a, b) => a - b)].map((of) => ({
        ...{ brand, kind, year: of, look: lookOf(own, kind, of) },
      }))
    })
  })
}

/** The number that the next document gets, for each brand and kind of document. */
export async function seriesList(desk: Desk, _asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const l = labeller(desk)
  const brands = await brandsOf(desk)
  const lines = linesOf(desk, brands, await listNumberSeries(means, {}, actor))
  const several = brands.length > 1
  return {
    head: {
      ...{ title: t('numbers.title'), text: t('numbers.text') },
      actions:
        brands.length > 0 && allowed(desk, 'number_series.change')
          ? [{ label: t('numbers.change'), href: `${PATH}/change`, icon: 'edit' }]
          : [],
    },
    main: [
      {
        kind: 'table',
        id: 'number-series',
        title: t('numbers.table'),
        columns: [
          { label: l('document'), phone: 'title' },
          ...(several ? [{ label: l('brand') }] : []),
          { label: t('numbers.year') },
          { label: t('numbers.next') },
          { label: l('state'), phone: 'side' },
        ],
        rows: lines.map((line) => rowOf(desk, line, several)),
        empty: { icon: 'list-details', title: t('numbers.none') },
      },
    ],
  }
}

function rowOf(desk: Desk, line: Line, several: boolean): Row {
  const { t } = desk
  const { brand, kind, year, look } = line
  const used = isUsed(line)
  const state = t(`numbers.${used ? 'used' : 'free'}`)
  return {
    id: `row-${brand.id}-${kind}-${year}`,
    label: `${t(`numbers.kind.${kind}`)} ${year}`,
    ...(allowed(desk, 'number_series.change')
      ? { href: url(`${PATH}/change`, { brand: brand.id, kind, year: used ? year + 1 : year }) }
      : {}),
    cells: [
      t(`numbers.kind.${kind}`),
      ...(several ? [brand.name] : []),
      financialYearName(year, look.first_month),
      { mono: numberIn(look, year, look.next_number) },
      { state: used ? 'used' : 'free', label: state, tone: used ? 'good' : 'neutral' },
    ],
  }
}

/** How the numbers of one kind look from a year on. What has begun stays as it is. */
export async function changeSeriesPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const l = labeller(desk)
  const brands = await brandsOf(desk)
  const wanted = wish(asked)
  const brand = wanted.brand === '' ? brands[0] : brands.find(({ id }) => id === wanted.brand)
  if (!brand) throw NotFound({ what: 'brand', id: wanted.brand })
  const known = (await listNumberSeries(means, {}, actor)).filter(({ brand_id }) => brand_id === brand.id)
  const kind = DOCUMENT_KINDS.find((one) => one === wanted.kind) ?? 'invoice'
  const year =
    Number(wanted.year) || firstFree(known, kind, yearNow(known, kind, means.business.today(brand.zone)))
  const look = lookOf(known, kind, year)
  const title = t('numbers.change')
  return {
    head: {
      title,
      text: t('numbers.change_text'),
      crumbs: [{ label: t('numbers.title'), href: PATH }, { label: title }],
    },
    main: [
      {
        kind: 'form',
        id: 'series-form',
        action: `${PATH}/change`,
        fields: [
          {
            ...{ ...filled(asked, 'brand_id', brand.id), label: l('brand') },
            kind: brands.length > 1 ? 'select' : 'hidden',
            options: brands.map(({ id, name }) => ({ value: id, label: name })),
          },
          {
            ...{ ...filled(asked, 'kind', kind), kind: 'select', label: l('document') },
            options: DOCUMENT_KINDS.map((value) => ({ value, label: t(`numbers.kind.${value}`) })),
          },
          { ...filled(asked, 'year', year), label: t('numbers.from_year'), kind: 'number' },
          ...lookFields(desk, asked, { look, year }),
        ],
        submit: { label: t('numbers.save') },
        cancelHref: PATH,
        ...formParts(desk, asked),
      },
    ],
  }
}

/** This year while no document of it has a number, else the next one. */
function firstFree(known: readonly NumberSeries[], kind: DocumentKind, year: number): number {
  const look = lookOf(known, kind, year)
  return look.next_number > look.first_number ? year + 1 : year
}

/** Of the address, or of the form that was refused. */
function wish({ query, refused }: Asked): Record<'brand' | 'kind' | 'year', string> {
  const typed = (name: string) => (refused ? textOf(refused.values, name) : '')
  return {
    brand: typed('brand_id') || (query.brand ?? ''),
    kind: typed('kind') || (query.kind ?? ''),
    year: typed('year') || (query.year ?? ''),
  }
}

function lookFields({ t, locale }: Desk, asked: Asked, { look, year }: Pick<Line, 'look' | 'year'>): Field[] {
  return [
    {
      ...filled(asked, 'head', look.head ?? `${look.prefix}-{year}-`),
      ...{
        label: t('numbers.head'),
        hint: t('numbers.head_hint', {
          ...{ long: '{year}', short: '{yy}', financial: '{FY}', of: String(year) },
          example: numberIn(look, year, look.first_number),
        }),
      },
    },
    {
      ...{
        ...filled(asked, 'first_month', String(look.first_month)),
        label: t('numbers.first_month'),
        kind: 'select',
      },
      ...{ hint: t('numbers.first_month_hint'), options: months(locale) },
    },
    {
      ...{ ...filled(asked, 'digits', look.digits), label: t('numbers.digits') },
      ...{ hint: t('numbers.digits_hint'), kind: 'number' },
    },
    {
      ...{ ...filled(asked, 'first_number', look.first_number), label: t('numbers.first') },
      ...{ hint: t('numbers.first_hint'), kind: 'number' },
    },
  ]
}

const months = (locale: string) =>
  Array.from({ length: 12 }, (_, i) => ({
    value: String(i + 1),
    label: new Intl.DateTimeFormat(locale, { month: 'long', timeZone: 'UTC' }).format(Date.UTC(2026, i)),
  }))
