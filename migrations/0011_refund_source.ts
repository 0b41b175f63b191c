import { addColumn, type Trx } from '../core/db/index.ts'

/** What a refund is taken from: goodwill (an expense), the client's credit, or the credit note that it was made with. */
export async function up(trx: Trx): Promise<void> {
  await addColumn(trx, 'refunds', 'taken_from', "text = 'goodwill'")
}
