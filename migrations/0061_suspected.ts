import { addColumn, type Trx } from '../core/db/index.ts'

/** Documents of orders that were marked as fraud: nobody is reminded of them or charged for them meanwhile. */
export async function up(trx: Trx): Promise<void> {
  await addColumn(trx, 'invoices', 'suspected_at', 'instant?')
}
