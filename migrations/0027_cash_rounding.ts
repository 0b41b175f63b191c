import { addColumn, type Trx } from '../core/db/index.ts'

/** To which multiple the sum to pay of a document was rounded; 0: not at all. The total less net and tax is the rounding. */
export async function up(trx: Trx): Promise<void> {
  await addColumn(trx, 'invoices', 'cash_step_minor', 'money = 0')
}
