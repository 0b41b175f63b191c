import { refuse } from '../refusals.ts'

/** Currencies whose amounts are whole units. */
const WHOLE = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '))
const THREE_DECIMALS = new Set('bhd jod kwd omr tnd'.split(' '))
/** Written with two decimals though they have none: the last two digits are 00. */
const PADDED = new Set(['isk', 'ugx'])

/** Smallest charge, in Stripe's smallest unit. Currencies not listed start at 1. */
const LEAST: Record<string, number> = {
  ...{ usd: 50, eur: 50, gbp: 30, aud: 50, cad: 50, nzd: 50, sgd: 50, chf: 50, jpy: 50, hkd: 400 },
  ...{ myr: 200, mxn: 1000, thb: 1000, inr: 50, brl: 50, aed: 200, bgn: 100, czk: 1500, dkk: 250 },
  ...{ huf: 17500, nok: 300, sek: 300, pln: 200, ron: 200 },
}
/** Most digits of an amount. Currencies not listed have 8. */
const DIGITS: Record<string, number> = { idr: 12, inr: 9, cop: 10, huf: 10, jpy: 10 }

/** How many digits of an amount stand after the decimal point. */
export function decimalsOf(currency: string): number {
  if (WHOLE.has(currency)) return 0
  return THREE_DECIMALS.has(currency) ? 3 : 2
}

/** Refuses an amount that Stripe would not charge in this currency (lower case). */
export function checkAmount(amount: number, currency: string, param = 'amount'): void {
  const given = { amount, currency, param }
  const least = LEAST[currency] ?? 1
  const most = 10 ** (DIGITS[currency] ?? 8) - 1
  const step = stepOf(currency)
  if (amount < least) throw refuse('amount_too_small', { ...given, least })
  if (amount > most) throw refuse('amount_too_large', { ...given, most })
  if (amount % step !== 0) throw refuse('amount_step', { ...given, step })
}

/** "USD 49.00", for the hosted pages. */
export function writeAmount(amount: number, currency: string): string {
  const decimals = decimalsOf(currency)
  const digits = (amount / 10 ** decimals).toLocaleString('en-US', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  })
  return `${currency.toUpperCase()} ${digits}`
}

function stepOf(currency: string): number {
  if (PADDED.has(currency)) return 100
  return THREE_DECIMALS.has(currency) ? 10 : 1
}
