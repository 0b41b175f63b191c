import { addColumn, type Trx } from '../core/db/index.ts'

/** When a client said that the money of a transfer is on its way: a word to be checked, never a booking. */
export async function up(trx: Trx): Promise<void> {
  await addColumn(trx, 'payments', 'said_paid_at', 'instant?')
}
