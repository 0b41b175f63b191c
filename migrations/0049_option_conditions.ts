import { addColumn, type Trx } from '../core/db/index.ts'

/** An option, or one value of it, is offered under conditions on other options of its product. */
export async function up(trx: Trx): Promise<void> {
  await addColumn(trx, 'options', 'conditions', "json = '[]'")
  await addColumn(trx, 'option_values', 'conditions', "json = '[]'")
}
