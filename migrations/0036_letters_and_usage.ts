import { createTable, type Trx } from '../core/db/index.ts'

/** Documents that go by post; what services used, day by day. */
export async function up(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'letters',
    {
      id: 'text',
      brand_id: 'text',
      client_id: 'text',
      invoice_id: 'text',
      status: 'text',
      posted_at: 'instant?',
      posted_by: 'text?',
      // What the client pays for it.
      item_id: 'text?',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    {
      unique: { uq_letters_invoice: 'invoice_id' },
      index: { ix_letters_status: 'status, id', ix_letters_client: 'client_id' },
    },
  )
  await createTable(
    trx,
    'service_usage_days',
    { service_id: 'ref services', day: 'day', report: 'json', read_at: 'instant' },
    { primary: 'service_id, day', index: { ix_service_usage_days_day: 'day' } },
  )
}
