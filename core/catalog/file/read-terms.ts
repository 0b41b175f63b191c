import { toDecimal } from '../../../sdk/index.ts'
import { trialEnds } from '../product.ts'
import type { ProductTerms } from '../set-terms.ts'
import { readMoney, type Reading } from './read-prices.ts'
import type { Entry } from './reader.ts'
import { choice, whole } from './values.ts'

/** "periods: 12" and "trial: { days: 14, then: convert, prices: { EUR: 1.00 } }"; what the file does not say stays. */
export function readTerms(
  { reader, currencies }: Reading,
  { periods, trial }: { periods: Entry | undefined; trial: Entry | undefined },
): ProductTerms {
  const periods_max = whole(reader, periods, 1)
  const limit = periods_max === undefined ? {} : { periods_max }
  if (!trial) return limit
  if (!reader.isMap(trial) && reader.scalar(trial) === null) return { ...limit, trial_days: null }
  const fields = reader.map(trial, ['days', 'then', 'prices'])
  const days = whole(reader, fields?.get('days'), 1)
  if (days === undefined) reader.refuse(trial, 'has no days', 'days: 14')
  const prices: Record<string, string> = {}
  const byCurrency = fields?.get('prices')
  for (const [currency, sum] of (byCurrency && reader.map(byCurrency)) ?? []) {
    if (!currencies.includes(currency))
      reader.refuse(sum, `"${currency}" is not sold in`, `a currency of the brand: ${currencies.join(', ')}`)
    else prices[currency] = toDecimal({ minor: readMoney(reader, sum, currency), currency })
  }
  const trial_then = choice(reader, fields?.get('then'), trialEnds) ?? 'convert'
  return { ...limit, trial_days: days ?? null, trial_prices: prices, trial_then }
}
