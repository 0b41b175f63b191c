import { addColumn, type Trx } from '../core/db/index.ts'

/** What a buyer who owes no tax pays of a price that holds it. What was there before keeps the price as it stands. */
export async function up(trx: Trx): Promise<void> {
  await addColumn(trx, 'sellers', 'untaxed_price', "text = 'stated'")
  // A service keeps what it was ordered with: no renewal changes because its seller sells otherwise now.
  await addColumn(trx, 'services', 'untaxed_price', "text = 'stated'")
}
