import { addColumn, type Trx } from '../core/db/index.ts'

/** Units that a change of a running service holds of a product's stock: while it waits, then as the service's own. */
export async function up(trx: Trx): Promise<void> {
  await addColumn(trx, 'service_changes', 'stock_held', 'int = 0')
  await addColumn(trx, 'services', 'stock_held', 'int = 0')
}
