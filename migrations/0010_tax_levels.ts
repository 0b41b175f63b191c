import { addColumn, type Trx } from '../core/db/index.ts'

/** A place may take two taxes at once, the second on the net sum alone or with the first in it. */
export async function up(trx: Trx): Promise<void> {
  for (const table of ['tax_rules', 'invoice_taxes']) {
    await addColumn(trx, table, 'level', 'int = 1')
    await addColumn(trx, table, 'compound', 'flag = 0')
  }
}
