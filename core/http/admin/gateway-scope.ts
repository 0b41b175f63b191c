import type { GatewayRules } from '../../billing/index.ts'
import { all, list, name, sql, type Queries } from '../../db/index.ts'
import { invalidInput } from '../../kernel/index.ts'

/** What a gateway may be limited to, each by the word that staff know it by. */
const SCOPES = {
  client_groups: { table: 'client_groups', word: 'name' },
  products: { table: 'products', word: 'slug' },
  product_groups: { table: 'product_groups', word: 'slug' },
} as const

export type ScopeField = keyof typeof SCOPES
export const SCOPE_FIELDS = Object.keys(SCOPES) as ScopeField[]

/** "minecraft, rust" as ids; of a gateway of all brands (null) a word is whatever bears it in any of them. */
export async function scopeIds(
  queries: Queries,
  { field, brandId, text }: { field: ScopeField; brandId: string | null; text: string },
): Promise<string[]> {
  const words = [...new Set(text.split(/[,\n]/).map((word) => word.trim()))].filter(Boolean)
  if (words.length === 0) return []
  const { table, word } = SCOPES[field]
  const of = [
    sql`${name(word)} in (${list(words)})`,
    ...(brandId === null ? [] : [sql`brand_id = ${brandId}`]),
  ]
  const rows = await queries.all<{ id: string; word: string }>(
    sql`select id, ${name(word)} as word from ${name(table)} where ${all(of)} order by id`,
  )
  const unknown = words.filter((one) => !rows.some((row) => row.word === one))
  if (unknown.length > 0) throw invalidInput({ [field]: `names what there is not: ${unknown.join(', ')}` })
  return rows.map(({ id }) => id)
}

export type ScopeWords = (of: GatewayRules, field: ScopeField) => string[]

/** The words behind the ids of several rules, in a statement for each table that is named at all. */
export async function scopeWords(queries: Queries, rules: readonly GatewayRules[]): Promise<ScopeWords> {
  const known = new Map<string, string>()
  for (const field of SCOPE_FIELDS) {
    const ids = [...new Set(rules.flatMap((one) => one[field] ?? []))]
    if (ids.length === 0) continue
    const { table, word } = SCOPES[field]
    const rows = await queries.all<{ id: string; word: string }>(
      sql`select id, ${name(word)} as word from ${name(table)} where id in (${list(ids)})`,
    )
    for (const row of rows) known.set(row.id, row.word)
  }
  return (of, field) => [...new Set((of[field] ?? []).map((id) => known.get(id) ?? id))]
}
