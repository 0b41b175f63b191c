import { addColumn, createTable, execute, type Trx } from '../core/db/index.ts'

/** What is known of declined charges. */
export async function up(trx: Trx): Promise<void> {
  await dunning(trx)
}

async function dunning(trx: Trx): Promise<void> {
  // A method that was refused for good is not charged again until its holder saves it anew.
  await addColumn(trx, 'payment_methods', 'refused_at', 'instant?')
  await addColumn(trx, 'payment_methods', 'refused_code', 'text?')
  // The first declined charge of a document, once: what came in afterwards is read from its allocations.
  await createTable(
    trx,
    'dunning_cases',
    {
      invoice_id: 'ref invoices',
      brand_id: 'text',
      client_id: 'text',
      payment_id: 'ref payments',
      currency: 'text',
      failed_minor: 'money',
      decline_class: 'text',
      decline_code: 'text',
      month: 'text',
      failed_at: 'instant',
      // Money that comes later than this is not the merit of dunning. Null: there is no end.
      window_ends_at: 'instant?',
    },
    { primary: 'invoice_id', index: { ix_dunning_cases_month: 'month, currency' } },
  )
  await execute(
    trx,
    `insert into dunning_cases (invoice_id, brand_id, client_id, payment_id, currency, failed_minor, decline_class, decline_code, month, failed_at)
    select p.invoice_id, p.brand_id, p.client_id, p.id, p.currency, p.amount_minor,
      case when p.retry = 'later' then 'soft' else 'hard' end, p.decline_code, substr(p.created_at, 1, 7), p.created_at
    from payments p where p.kind = 'saved_method' and p.decline_code is not null and p.invoice_id is not null
    and p.id = (select min(f.id) from payments f where f.invoice_id = p.invoice_id and f.kind = 'saved_method' and f.decline_code is not null)`,
  )
}
