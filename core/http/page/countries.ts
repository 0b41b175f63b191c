/** Codes that Intl names although they are no countries that anybody lives in. */
const NO_COUNTRIES = new Set([
  'AC',
  'CP',
  'CQ',
  'DG',
  'EA',
  'EU',
  'EZ',
  'IC',
  'QO',
  'TA',
  'UN',
  'XA',
  'XB',
  'ZZ',
])
const known = new Map<string, readonly { value: string; label: string }[]>()

/** Countries by ISO 3166 code, named and sorted in the reader's language, for a select. */
export function countryOptions(locale: string): readonly { value: string; label: string }[] {
  let options = known.get(locale)
  if (!options) known.set(locale, (options = makeOptions(locale)))
  return options
}

function makeOptions(locale: string) {
  const names = new Intl.DisplayNames(locale, { type: 'region', fallback: 'none' })
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
  const codes = [...letters].flatMap((first) => [...letters].map((second) => first + second))
  const order = new Intl.Collator(locale)
  return codes
    .filter((code) => !NO_COUNTRIES.has(code) && isCurrent(code))
    .flatMap((value) => {
      const label = names.of(value)
      return label === undefined ? [] : [{ value, label }]
    })
    .sort((a, b) => order.compare(a.label, b.label))
}

/** Codes that were given up lead to their successor. */
const isCurrent = (code: string): boolean => new Intl.Locale(`und-${code}`).region === code
