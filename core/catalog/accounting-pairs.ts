import { sql, type Queries } from '../db/index.ts'

export interface Pair {
  base: string
  currency: string
}

interface Shop {
  /** JSON: what its brand sells in. */
  currencies: string
  /** Of its seller. */
  accounting_currency: string | null
}

/** Pure: what documents of these shops can be converted from, each with the currency in which its tax is owed as base. */
export function accountingPairs(shops: readonly Shop[]): Pair[] {
  const pairs = new Map<string, Pair>()
  for (const { currencies, accounting_currency: base } of shops) {
    for (const currency of JSON.parse(currencies) as string[])
      if (base !== null && base !== currency) pairs.set(`${base} ${currency}`, { base, currency })
  }
  return [...pairs.values()]
}

/** Those of the pairs for which no rate is stored in either direction: documents say nothing of their tax. */
export async function pairsWithoutRate(queries: Queries, pairs: readonly Pair[]): Promise<Pair[]> {
  if (pairs.length === 0) return []
  const rows = await queries.all<Pair>(
    sql`select distinct base, currency from exchange_rates where replaced_at is null`,
  )
  const known = new Set(rows.flatMap(({ base, currency }) => [`${base} ${currency}`, `${currency} ${base}`]))
  return pairs.filter(({ base, currency }) => !known.has(`${base} ${currency}`))
}
