/** ISO 4217 minor units. Our own table, because Intl follows custom, not ISO, and changes with the engine. */
const WITHOUT_DECIMALS = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'
const WITH_THREE = 'BHD IQD JOD KWD LYD OMR TND'
const WITH_FOUR = 'CLF UYW'
const WITH_TWO =
  'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP ' +
  'CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR ' +
  'JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN ' +
  'NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP ' +
  'SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD XCG YER ZAR ZMW ZWG'

const decimals = new Map<string, number>()
for (const [codes, digits] of [
  [WITHOUT_DECIMALS, 0],
  [WITH_TWO, 2],
  [WITH_THREE, 3],
  [WITH_FOUR, 4],
] as const) {
  for (const code of codes.split(' ')) decimals.set(code, digits)
}

export type Currency = string

export function isCurrency(code: string): code is Currency {
  return decimals.has(code)
}

/** Number of decimals in which we store amounts of a currency. Throws RangeError on an unknown code. */
export function minorDigits(currency: Currency): number {
  const digits = decimals.get(currency)
  if (digits === undefined)
    throw new RangeError(`"${currency}" is not a currency code of ISO 4217 such as EUR.`)
  return digits
}

export const currencies: readonly Currency[] = [...decimals.keys()].sort()
