import { formatDate, formatInstant, formatMoney } from '../i18n/index.ts'
import type { Instant, IsoDate } from '../kernel/index.ts'
import { fromJson, type MoneyJson } from '../../sdk/index.ts'
import type { Shown } from './mail-data.ts'

export interface Reader {
  locale: string
  /** IANA zone for moments. */
  zone: string
}

interface Schema {
  shown?: Shown
  properties?: Record<string, Schema>
  items?: Schema
  anyOf?: Schema[]
}

/** The data as the reader sees it: every amount, day and moment that the schema names becomes text. */
export function showData(schema: object, value: unknown, reader: Reader): unknown {
  const rules = schema as Schema
  if (value === null || value === undefined) return undefined
  if (rules.anyOf) return showData(rules.anyOf[0]!, value, reader)
  if (rules.shown) return show(rules.shown, value, reader)
  if (rules.items) return (value as unknown[]).map((item) => showData(rules.items!, item, reader))
  if (!rules.properties) return value
  const fields = value as Record<string, unknown>
  return Object.fromEntries(
    Object.entries(rules.properties).map(([name, rule]) => [name, showData(rule, fields[name], reader)]),
  )
}

function show(shown: Shown, value: unknown, { locale, zone }: Reader): string {
  switch (shown) {
    case 'money':
      return formatMoney(fromJson(value as MoneyJson), locale)
    case 'day':
      return formatDate(value as IsoDate, locale, 'long')
    case 'instant':
      return formatInstant(value as Instant, zone, locale)
  }
}
