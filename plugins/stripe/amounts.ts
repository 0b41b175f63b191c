import { minorDigits, type MoneyJson } from '../../sdk/index.ts'

/** Stripe's decimals where they differ from the two of every other currency. ISK and UGX are sent with two zeros. */
const WHOLE = new Set('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '))
const THREE = new Set('BHD JOD KWD OMR TND'.split(' '))

/**
 * Our minor units, which follow ISO 4217, as the integer that Stripe counts in. Answers undefined when Stripe cannot
 * count the amount exactly: half an ariary, or a fils that is no multiple of ten.
 */
export function toStripe({ minor, currency }: MoneyJson): number | undefined {
  const shift = stripeDigits(currency) - minorDigits(currency)
  const amount = shifted(BigInt(minor), shift)
  if (amount === undefined || (THREE.has(currency) && amount % 10n !== 0n)) return undefined
  return amount <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(amount) : undefined
}

/** What Stripe counted, in our minor units. Throws RangeError when the amount has more decimals than the currency. */
export function fromStripe(amount: number, code: string): MoneyJson {
  const currency = code.toUpperCase()
  const minor = shifted(BigInt(amount), minorDigits(currency) - stripeDigits(currency))
  if (minor === undefined)
    throw new RangeError(`Stripe tells ${amount} of ${currency}, which has no such fraction; ask Stripe.`)
  return { minor: minor.toString(), currency }
}

function stripeDigits(currency: string): number {
  if (WHOLE.has(currency)) return 0
  return THREE.has(currency) ? 3 : 2
}

function shifted(amount: bigint, digits: number): bigint | undefined {
  if (digits >= 0) return amount * 10n ** BigInt(digits)
  const divisor = 10n ** BigInt(-digits)
  return amount % divisor === 0n ? amount / divisor : undefined
}
