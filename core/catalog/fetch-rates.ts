import { recordAudit } from '../audit/index.ts'
import { sql } from '../db/index.ts'
import { isoDate, systemActor } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'
import { accountingPairs, type Pair } from './accounting-pairs.ts'
import { putRate } from './exchange-rates.ts'

/** A call into a plugin instance of the kind that knows rates. */
export interface RatesPlugins {
  call<T>(instanceId: string, kind: 'currency_rates', operation: string, input: object): Promise<T>
}

export interface RateMeans extends Means {
  readonly plugins: RatesPlugins
}

interface Fetched {
  on: string
  rates: { currency: string; rate: string }[]
}

const actor = systemActor('exchange_rates')

/**
 * Asks every active plugin of the kind for the rates that price rules and documents need, outside of any transaction. One that fails or
 * answers nonsense is noted and leaves the others alone. Answers how many rates are new.
 */
export async function fetchRates(means: RateMeans): Promise<number> {
  const wanted = await wantedPairs(means)
  if (wanted.length === 0) return 0
  let fresh = 0
  for (const id of await rateInstances(means)) {
    for (const [base, rows] of Map.groupBy(wanted, (row) => row.base)) {
      const input = { base, currencies: rows.map(({ currency }) => currency) }
      try {
        const answer = await means.plugins.call<Fetched>(id, 'currency_rates', 'fetch_rates', input)
        fresh += await keep(means, { base, source: id, asked: input.currencies }, answer)
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        means.log.warn({ err: error, instance: id }, 'rates were not fetched')
        await means.db.transaction((trx) =>
          recordAudit(means, trx, actor, [{ action: 'exchange_rate.fetch_failed', subject: id, reason }]),
        )
      }
    }
  }
  return fresh
}

async function wantedPairs({ db }: Means): Promise<Pair[]> {
  const ofRules = await db.all<Pair>(
    sql`select distinct base, currency from price_rules order by base, currency`,
  )
  const shops = await db.all<{ currencies: string; accounting_currency: string | null }>(
    sql`select distinct b.currencies, s.accounting_currency from brands b join sellers s on s.id = b.seller_id
      where s.accounting_currency is not null order by s.accounting_currency, b.currencies`,
  )
  const isNew = ({ base, currency }: Pair) =>
    !ofRules.some((pair) => pair.base === base && pair.currency === currency)
  return [...ofRules, ...accountingPairs(shops).filter(isNew)]
}

async function rateInstances({ db }: Means): Promise<string[]> {
  const rows = await db.all<{ id: string; manifest: string }>(sql`
    select i.id, p.manifest from plugin_instances i join plugins p on p.id = i.plugin_id
    where i.status = 'active' and p.status = 'active' order by i.id`)
  const knows = (manifest: string) =>
    (JSON.parse(manifest) as { kinds?: Record<string, unknown> }).kinds?.currency_rates !== undefined
  return rows.filter(({ manifest }) => knows(manifest)).map(({ id }) => id)
}

function keep(
  means: Means,
  { base, source, asked }: { base: string; source: string; asked: readonly string[] },
  { on, rates }: Fetched,
): Promise<number> {
  const validOn = isoDate(on)
  return means.db.transaction(async (trx) => {
    let fresh = 0
    for (const { currency, rate } of rates) {
      if (!asked.includes(currency)) continue
      if ((await putRate(means, trx, { base, currency, validOn, rate, source }, actor)) !== null) fresh++
    }
    return fresh
  })
}
