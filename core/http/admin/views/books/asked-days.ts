import { sql } from '../../../../db/index.ts'
import { addDays, addMonths, isoDate, type IsoDate } from '../../../../kernel/index.ts'
import { scoped } from '../../../../records/index.ts'
import type { Field, Form } from '../../blocks.ts'
import type { Asked, Desk } from '../../desk.ts'

/** What the books are asked for: days, a brand, a currency. Days are shown whole and asked for half-open. */
export interface Wanted {
  from: IsoDate
  /** The last day, as people say it. */
  to: IsoDate
  /** The day after it, as statements compare it. */
  until: IsoDate
  brandId: string | null
  currency: string | null
}

/** The days of the address, else this month so far. What is no day is passed over. */
export function wantedOf(desk: Desk, { query }: Asked): Wanted {
  const first = isoDate(`${desk.today.slice(0, 7)}-01`)
  const to = dayOf(query.to) ?? desk.today
  const from = dayOf(query.from) ?? (to < first ? isoDate(`${to.slice(0, 7)}-01`) : first)
  const currency = query.currency && /^[A-Z]{3}$/.test(query.currency) ? query.currency : null
  return { from: from > to ? to : from, to, until: addDays(to, 1), brandId: query.brand || null, currency }
}

export function lastMonth(today: IsoDate): { from: IsoDate; to: IsoDate } {
  const first = isoDate(`${today.slice(0, 7)}-01`)
  return { from: addMonths(first, -1), to: addDays(first, -1) }
}

function dayOf(text: string | undefined): IsoDate | null {
  try {
    return text ? isoDate(text) : null
  } catch {
    return null
  }
}

export interface BrandName {
  id: string
  name: string
  seller_id: string
}

export function brandsOf({ means, actor }: Desk): Promise<BrandName[]> {
  return means.db.all<BrandName>(
    sql`select b.id, b.name, b.seller_id from brands b where ${scoped(actor, { table: 'b', client: null, brand: 'id' })} order by b.name, b.id`,
  )
}

export interface FilterSpec {
  id: string
  action: string
  /** Only the last day is asked for: a balance has no first one. */
  oneDay?: boolean
  brands: readonly BrandName[]
  currencies?: readonly string[]
  more?: readonly Field[]
  /** Parameters of the address that stay. */
  keep?: Readonly<Record<string, string | undefined>>
}

export function filterForm(desk: Desk, wanted: Wanted, spec: FilterSpec): Form {
  const { t } = desk
  const day = (name: 'from' | 'to', label: string): Field => ({
    ...{ kind: 'date', name, label, value: wanted[name], required: false },
  })
  const choice = (
    name: string,
    value: string | null,
    options: readonly { value: string; label: string }[],
  ) => ({
    ...{ kind: 'select', name, label: t(`books.label.${name}`), value: value ?? '', required: false },
    options: [{ value: '', label: t(`books.all.${name}`) }, ...options],
  })
  const brands = spec.brands.map((brand) => ({ value: brand.id, label: brand.name }))
  const currencies = (spec.currencies ?? []).map((code) => ({ value: code, label: code }))
  const kept = Object.entries(spec.keep ?? {}).flatMap(([name, value]): Field[] =>
    value ? [{ kind: 'hidden', name, label: name, value }] : [],
  )
  return {
    ...{ kind: 'form', id: spec.id, method: 'get', action: spec.action, inline: true, keys: {} },
    fields: [
      ...kept,
      ...(spec.oneDay ? [] : [day('from', t('books.label.from'))]),
      day('to', t(spec.oneDay ? 'books.label.on' : 'books.label.to')),
      ...(brands.length > 1 ? [choice('brand', wanted.brandId, brands)] : []),
      ...(currencies.length > 1 ? [choice('currency', wanted.currency, currencies)] : []),
      ...(spec.more ?? []),
    ],
    submit: { label: t('books.show'), kind: 'secondary' },
  }
}

/** The parameters of an address that leads to the same days. */
export const daysOfAddress = (wanted: Wanted): Record<string, string | null> => ({
  ...{ from: wanted.from, to: wanted.to, brand: wanted.brandId, currency: wanted.currency },
})
