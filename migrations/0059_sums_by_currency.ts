import { sql, type Trx } from '../core/db/index.ts'

/**
 * Settings that were one number, in every currency the same, become sums by currency. The number goes on in the currency
 * that it was meant for: the home currency of the brand, the currency of the client, and what holds everywhere in the home
 * currency of each brand. In others nothing holds until staff say a sum.
 */
export async function up(trx: Trx): Promise<void> {
  const homes = await trx.all<Home>(sql`select currency, created_at from brands order by id`)
  const everywhere = [...new Set(homes.map(({ currency }) => currency))]
  for (const preset of PRESETS) await keepPreset(trx, homes, preset)
  const rows = await trx.all<Row>(sql`
    select s.scope, s.scope_id, s.key, s.value, coalesce(b.currency, h.currency, c.currency) as currency from settings s
      left join brands b on s.scope = 'brand' and b.id = s.scope_id
      left join client_groups g on s.scope = 'client_group' and g.id = s.scope_id left join brands h on h.id = g.brand_id
      left join clients c on s.scope = 'client' and c.id = s.scope_id
    where s.key in ('billing.invoice_minimum', 'billing.credit_limit', 'billing.deposit_minimum', 'billing.deposit_maximum',
      'billing.instalment_offer', 'billing.late_fee')`)
  for (const { scope, scope_id: id, key, value, currency } of rows) {
    const kept = byCurrency(JSON.parse(value) as Value, currency === null ? everywhere : [currency])
    await trx.run(sql`
      update settings set value = ${JSON.stringify(kept)} where scope = ${scope} and scope_id = ${id} and key = ${key}`)
  }
}

interface Home {
  currency: string
  created_at: string
}

interface Row {
  scope: string
  scope_id: string
  key: string
  value: string
  /** Null: it holds everywhere. */
  currency: string | null
}

/** What held where nothing was set; from now on that holds only where five of a currency are about five euros. */
const PRESETS = [
  ['billing.deposit_minimum', '5'],
  ['billing.deposit_maximum', '1000'],
] as const
const AS_BEFORE: readonly string[] = ['EUR', 'USD', 'GBP', 'CHF']

async function keepPreset(
  trx: Trx,
  homes: readonly Home[],
  [key, value]: (typeof PRESETS)[number],
): Promise<void> {
  const other = homes.find(({ currency }) => !AS_BEFORE.includes(currency))
  if (!other) return
  await trx.run(sql`
    insert into settings (scope, scope_id, key, value, updated_by, updated_at)
    values ('installation', '', ${key}, ${value}, 'system', ${other.created_at}) on conflict (scope, scope_id, key) do nothing`)
}

type Value = number | { kind?: string; amount?: string; minimum?: string | number; maximum?: string }

function byCurrency(value: Value, currencies: readonly string[]): unknown {
  const sums = (sum: string | number = '') =>
    Number(sum) === 0 ? {} : Object.fromEntries(currencies.map((one) => [one, String(sum)]))
  if (typeof value === 'number') return sums(value)
  const { minimum } = value
  if (value.kind === undefined) return { ...value, minimum: sums(minimum) }
  // A most of nothing let no fee through.
  const kind = value.maximum && Number(value.maximum) === 0 ? 'none' : value.kind
  return { ...value, kind, amount: sums(value.amount), minimum: sums(minimum), maximum: sums(value.maximum) }
}
