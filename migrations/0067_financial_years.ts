import { addColumn, type Trx } from '../core/db/index.ts'

/** The month with which the year of a number series begins: 4 where the count begins again in April. */
export async function up(trx: Trx): Promise<void> {
  await addColumn(trx, 'number_series', 'first_month', 'int = 1')
}
