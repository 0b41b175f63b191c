import { createTable, type Trx } from '../core/db/index.ts'

/** What a refund turned out to be of, said after it was sent. The parts of a refund that has any add up to it. */
export async function up(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'refund_parts',
    {
      id: 'text',
      refund_id: 'ref refunds',
      position: 'int',
      invoice_id: 'text?',
      taken_from: 'text',
      credit_note_id: 'text?',
      amount_minor: 'money',
    },
    {
      unique: { uq_refund_parts_position: 'refund_id, position' },
      index: { ix_refund_parts_invoice: 'invoice_id' },
    },
  )
}
