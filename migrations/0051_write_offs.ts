import { createTable, execute, type Trx } from '../core/db/index.ts'

/**
 * Each time that a claim was given up: it may be paid after all, be charged back and be given up again. Its journal has
 * the row as its source; that of before has the document, whose id stands for it here.
 */
export async function up(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'write_offs',
    {
      ...{ id: 'text', invoice_id: 'ref invoices', brand_id: 'text', client_id: 'text', currency: 'text' },
      // What was open of the document then.
      amount_minor: 'money',
      created_at: 'instant',
      // All of it came after all; null while the claim is given up.
      recovered_at: 'instant?',
    },
    {
      index: { ix_write_offs_invoice: 'invoice_id' },
      uniqueWhere: { uq_write_offs_open: 'invoice_id where recovered_at is null' },
    },
  )
  // Of a document that is owed again nobody noted the day on which it was paid: the last money for it came on it.
  await execute(
    trx,
    `insert into write_offs (id, invoice_id, brand_id, client_id, currency, amount_minor, created_at, recovered_at)
     select i.id, i.id, i.brand_id, i.client_id, i.currency, sum(p.amount_minor), j.created_at,
       case when i.status = 'written_off' then null else coalesce(i.paid_at,
         (select max(a.created_at) from allocations a where a.invoice_id = i.id and a.amount_minor > 0), j.created_at) end
     from journals j join invoices i on i.id = j.source_id
     join postings p on p.journal_id = j.id and p.account = 'write_offs'
     where j.kind = 'invoice_written_off'
     group by i.id, i.brand_id, i.client_id, i.currency, i.status, i.paid_at, j.created_at`,
  )
}
