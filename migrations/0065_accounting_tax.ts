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
  await freeze(trx)
}

const FROZEN = [
  ...[
    'number',
    'issued_on',
    'due_on',
    'currency',
    'subtotal_minor',
    'tax_minor',
    'total_minor',
    'seller',
    'buyer',
  ],
  ...['evidence', 'client_id', 'notes', 'document_hash', 'proforma', 'accounting_tax'],
]

/** What it says of that never changes either. */
async function freeze(trx: Trx): Promise<void> {
  const isSqlite = trx.dialect === 'sqlite'
  const differs = isSqlite ? 'is not' : 'is distinct from'
  const changed = FROZEN.map((column) => `new.${column} ${differs} old.${column}`).join(' or ')
  const condition = `old.number is not null and old.proforma = 0 and (${changed})`
  await execute(trx, `drop trigger invoices_frozen${isSqlite ? '' : ' on invoices'}`)
  await execute(
    trx,
    isSqlite
      ? `create trigger invoices_frozen before update on invoices when ${condition} begin select raise(abort, 'invoices_frozen: an issued document never changes'); end`
      : `create trigger invoices_frozen before update on invoices for each row when (${condition}) execute function refuse_frozen()`,
  )
}

/** As core/brands/accounting-currency.ts had it when this was written. */
const COUNTRIES: Readonly<Record<string, string>> = {
  EUR: 'AT BE BG CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK',
  ...{ CZK: 'CZ', DKK: 'DK', HUF: 'HU', PLN: 'PL', RON: 'RO', SEK: 'SE', GBP: 'GB' },
}
