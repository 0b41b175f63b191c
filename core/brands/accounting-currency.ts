const CURRENCIES: Readonly<Record<string, string>> = {
  EUR: 'AT BE BG CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK',
  ...{ CZK: 'CZ', DKK: 'DK', HUF: 'HU', PLN: 'PL', RON: 'RO', SEK: 'SE', GBP: 'GB' },
}

/**
 * The currency in which a seller of this country has to state its tax: the EU by Directive 2006/112/EC, Article 230, and
 * the United Kingdom. Null elsewhere: documents state none then.
 */
export const accountingCurrencyOf = (country: string): string | null =>
  Object.entries(CURRENCIES).find(([, countries]) => countries.split(' ').includes(country))?.[0] ?? null
