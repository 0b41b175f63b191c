import { addColumn, execute, type Trx } from '../core/db/index.ts'

/** In which currency a seller owes its taxes, and what a document in another one says of that. */
export async function up(trx: Trx): Promise<void> {
  await addColumn(trx, 'sellers', 'accounting_currency', 'text?')
  await addColumn(trx, 'invoices', 'accounting_tax', 'json?')
  for (const [currency, countries] of Object.entries(COUNTRIES))
    await execute(
      trx,
      `update sellers set accounting_currency = '${currency}' where country in (${countries
        .split(' ')
        .map((country) => `'${country}'`)
        .join(', ')})`,
    )
}

/** As core/brands/accounting-currency.ts had it when this was written. */
const COUNTRIES: Readonly<Record<string, string>> = {
  EUR: 'AT BE BG CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK',
  ...{ CZK: 'CZ', DKK: 'DK', HUF: 'HU', PLN: 'PL', RON: 'RO', SEK: 'SE', GBP: 'GB' },
}
