import { divideHalfUp, minorDigits } from '../../../sdk/index.ts'
import type { ExchangeRate } from '../../catalog/index.ts'
import type { IsoDate } from '../../kernel/index.ts'

/** In which the return is made, and for one of which rates are told. */
export const RETURN_CURRENCY = 'EUR'

/** Net and tax of a row or of a document in its own currency. */
export interface OwnSums {
  currency: string
  netMinor: bigint
  taxMinor: bigint
}

/** A row of the report as the return asks for it. */
export interface InReturn {
  netMinor: bigint
  taxMinor: bigint
  /** Units of the row's currency for one of the return's; null where they are the same. */
  rate: string | null
  rateOn: IsoDate | null
}

/** Pure: a row in the currency of the return, rounded once, half up; null where no rate is known. */
export function inReturnAt(
  { currency, netMinor, taxMinor }: OwnSums,
  rate: ExchangeRate | undefined,
): InReturn | null {
  if (currency === RETURN_CURRENCY) return { netMinor, taxMinor, rate: null, rateOn: null }
  if (!rate) return null
  const convert = (minor: bigint) => dividedBy(minor, currency, rate.rate)
  return { netMinor: convert(netMinor), taxMinor: convert(taxMinor), rate: rate.rate, rateOn: rate.valid_on }
}

/** What of the return one document makes. */
export interface ShareInReturn {
  netMinor: bigint
  taxMinor: bigint
}

/**
 * The shares of documents in the return; none where no rate is known. A share is what the sum up to its document becomes,
 * less what the sum before it became: together they are the converted row, to the cent.
 */
export function sharesInReturn(documents: readonly OwnSums[], inReturn: InReturn | null): ShareInReturn[] {
  if (!inReturn) return []
  const { rate } = inReturn
  const running = (of: keyof ShareInReturn) => {
    let sum = 0n
    let told = 0n
    return documents.map((document) => {
      sum += document[of]
      const before = told
      told = rate === null ? sum : dividedBy(sum, document.currency, rate)
      return told - before
    })
  }
  const [net, tax] = [running('netMinor'), running('taxMinor')]
  return documents.map((_, at) => ({ netMinor: net[at]!, taxMinor: tax[at]! }))
}

function dividedBy(minor: bigint, currency: string, rate: string): bigint {
  const [whole = '0', fraction = ''] = rate.split('.')
  const scale = 10n ** BigInt(fraction.length)
  const digits = (of: string) => 10n ** BigInt(minorDigits(of))
  return divideHalfUp(minor * scale * digits(RETURN_CURRENCY), BigInt(whole + fraction) * digits(currency))
}
