import { createTable, type Trx } from '../core/db/index.ts'

/** What a payment costs more, or less, because of the gateway it goes through. */
export async function up(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'payment_extras',
    {
      payment_id: 'ref payments',
      // "surcharge" or "discount".
      kind: 'text',
      currency: 'text',
      // Above zero; tax included. The payment asks for so much more or less than its documents have open.
      amount_minor: 'money',
      // What the rules of the gateway came to: of a discount the credit note may be a unit beside it.
      wanted_minor: 'money',
      tax_class: 'text',
      // The document that booked it, with the money; null while there is none.
      document_id: 'ref invoices?',
      created_at: 'instant',
    },
    {
      primary: 'payment_id',
      uniqueWhere: { uq_payment_extras_document: 'document_id where document_id is not null' },
    },
  )
}
