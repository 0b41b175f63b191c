import { addColumn, type Trx } from '../core/db/index.ts'

/** How the numbers of a series look. Without a head of its own it is the prefix and the year, with dashes. */
export async function up(trx: Trx): Promise<void> {
  await addColumn(trx, 'number_series', 'head', 'text?')
  await addColumn(trx, 'number_series', 'digits', 'int = 5')
  await addColumn(trx, 'number_series', 'first_number', 'int = 1')
}
