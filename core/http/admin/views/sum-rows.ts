import { sql, type Sql } from '../../../db/index.ts'
import type { SettingPlace } from '../../../records/index.ts'
import type { FieldSchema } from '../../../render/index.ts'
import type { Desk } from '../desk.ts'

/** A row for each currency that is sold in, or that a sum was kept for. */
export function rowsOf(currencies: readonly string[], value: unknown): Record<string, FieldSchema> {
  const all = [...new Set([...currencies, ...currenciesIn(value)])].sort()
  return Object.fromEntries(
    all.map((one) => [one, { type: 'string', title: one, maxLength: SUM_LENGTH_MAX }]),
  )
}

const SUM_LENGTH_MAX = 16

/** Names of three capitals are currencies, and nothing else in a setting is called so. */
const currenciesIn = (value: unknown): string[] =>
  value === null || typeof value !== 'object' || Array.isArray(value)
    ? []
    : Object.entries(value).flatMap(([name, one]) => (/^[A-Z]{3}$/.test(name) ? [name] : currenciesIn(one)))

/** Of a brand and of a group of its clients the brand's, of a client the one that it pays in; elsewhere those of all brands. */
export async function currenciesAt({ means }: Desk, place: SettingPlace): Promise<string[]> {
  const rows = await means.db.all<{ currencies: string }>(soldAt(place))
  return [...new Set(rows.flatMap(({ currencies }) => JSON.parse(currencies) as string[]))].sort()
}

function soldAt({ scope, scopeId: id }: SettingPlace): Sql {
  if (scope === 'client')
    return sql`select '["' || currency || '"]' as currencies from clients where id = ${id}`
  if (scope === 'brand') return sql`select currencies from brands where id = ${id}`
  if (scope === 'client_group')
    return sql`select b.currencies from client_groups g join brands b on b.id = g.brand_id where g.id = ${id}`
  return sql`select currencies from brands`
}
