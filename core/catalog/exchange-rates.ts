import { isCurrency, minorDigits, Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { list, sql, type Queries, type Trx } from '../db/index.ts'
import { invalidInput, isoDate, type Actor, type Instant, type IsoDate } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { CurrencyCode, exactly } from './inputs.ts'

export interface ExchangeRate {
  id: string
  base: string
  currency: string
  valid_on: IsoDate
  /** Units of `currency` for one of the base, as an exact decimal. */
  rate: string
  /** "manual", or the instance of a plugin that brought it. */
  source: string
  entered_by: string
  entered_at: Instant
  replaced_at: Instant | null
}

const RATE = /^(0\.\d{1,12}|[1-9]\d{0,11}(\.\d{1,12})?)$/

/** A rate of a day by hand. One that the day has already is replaced and kept. Answers null when it is so already. */
export const enterRate = defineVerb(
  {
    permission: 'exchange_rate.enter',
    audience: ['staff'],
    input: exactly({
      base: CurrencyCode,
      currency: CurrencyCode,
      valid_on: Type.String({ maxLength: 20 }),
      rate: Type.String({ maxLength: 30 }),
    }),
  },
  (means: Means, { valid_on, ...input }, actor): Promise<string | null> => {
    const rate = { ...input, validOn: dayOf(valid_on), source: 'manual' }
    return means.db.transaction((trx) => putRate(means, trx, rate, actor))
  },
)

export interface NewRate {
  base: string
  currency: string
  validOn: IsoDate
  rate: string
  source: string
}

/** Writes the rate, or refuses it by the name of its field: unknown currency, wrong scale, zero, a day to come. */
export async function putRate(
  means: Means,
  trx: Trx,
  { base, currency, validOn, rate, source }: NewRate,
  actor: Actor,
): Promise<string | null> {
  const fields: Record<string, string> = {}
  for (const [name, code] of Object.entries({ base, currency }))
    if (!isCurrency(code)) fields[name] = `"${code}" is not a currency code of ISO 4217`
  if (base === currency) fields.currency = 'must be another one than the base'
  if (!RATE.test(rate) || /^[0.]*$/.test(rate))
    fields.rate = 'must be a number above zero with at most 12 decimals, such as 1.0823'
  if (validOn > means.business.today('UTC')) fields.valid_on = 'must not be a day to come'
  if (Object.keys(fields).length > 0) throw invalidInput(fields)
  const at = sql`base = ${base} and currency = ${currency} and valid_on = ${validOn} and replaced_at is null`
  const old = await trx.get<ExchangeRate>(sql`select * from exchange_rates where ${at}`)
  if (old?.rate === rate) return null
  // A rate by hand is a correction: what a plugin brings later for the same day does not undo it.
  if (old?.source === 'manual' && source !== 'manual') return null
  const now = means.business.now()
  if (old) await trx.run(sql`update exchange_rates set replaced_at = ${now} where id = ${old.id}`)
  const id = means.newId('fxr')
  const row = { id, base, currency, valid_on: validOn, rate, source }
  await trx.insert('exchange_rates', [{ ...row, entered_by: actor.id, entered_at: now }])
  const before = old ? { rate: old.rate, source: old.source } : null
  await recordAudit(means, trx, actor, [{ action: 'exchange_rate.enter', subject: id, before, after: row }])
  return id
}

function dayOf(text: string): IsoDate {
  try {
    return isoDate(text)
  } catch {
    throw invalidInput({ valid_on: `"${text}" is not a day that exists` })
  }
}

/** The rates in force on a day, by currency: the newest of each that is not of a later day. */
export async function ratesOn(
  queries: Queries,
  of: { base: string; currencies: readonly string[]; day: IsoDate },
): Promise<Map<string, ExchangeRate>> {
  const rows = await queries.all<ExchangeRate>(sql`
    select r.* from exchange_rates r where r.base = ${of.base} and r.currency in (${list(of.currencies)}) and r.replaced_at is null
      and r.valid_on = (select max(n.valid_on) from exchange_rates n where n.base = r.base and n.currency = r.currency
        and n.replaced_at is null and n.valid_on <= ${of.day})`)
  return new Map(rows.map((row) => [row.currency, row]))
}

/**
 * The rates in force on a day between one currency and some others, by the other: the later of the two directions in
 * which a rate may be stored, and of one day that whose base is the one.
 */
export async function ratesBetween(
  queries: Queries,
  { to, currencies, day }: { to: string; currencies: readonly string[]; day: IsoDate },
): Promise<Map<string, ExchangeRate>> {
  const rows = await queries.all<ExchangeRate>(sql`
    select r.* from exchange_rates r where ((r.base = ${to} and r.currency in (${list(currencies)})) or (r.currency = ${to} and r.base in (${list(currencies)})))
      and r.replaced_at is null
      and r.valid_on = (select max(n.valid_on) from exchange_rates n where n.base = r.base and n.currency = r.currency
        and n.replaced_at is null and n.valid_on <= ${day})
    order by r.valid_on, case when r.base = ${to} then 1 else 0 end`)
  return new Map(rows.map((row) => [row.base === to ? row.currency : row.base, row]))
}

/** An amount in another currency as an exact fraction of its minor units: nothing is rounded here. */
export function converted(
  minor: bigint,
  { base, currency, rate }: Pick<ExchangeRate, 'base' | 'currency' | 'rate'>,
): { numerator: bigint; denominator: bigint } {
  const [whole = '0', fraction = ''] = rate.split('.')
  const scale = 10n ** BigInt(fraction.length)
  return {
    numerator: minor * BigInt(whole + fraction) * 10n ** BigInt(minorDigits(currency)),
    denominator: scale * 10n ** BigInt(minorDigits(base)),
  }
}
