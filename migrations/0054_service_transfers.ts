import { addColumn, createTable, type Trx } from '../core/db/index.ts'

/** Services that pass from one client to another: who offered what to whom, and what became of it. */
export async function up(trx: Trx): Promise<void> {
  const stamps = { version: 'int', created_at: 'instant', updated_at: 'instant' }
  await createTable(
    trx,
    'service_transfers',
    {
      // The client that gives.
      ...{ id: 'text', brand_id: 'text', client_id: 'ref clients', service_id: 'ref services' },
      // The address it is offered to; none when staff move it. Who receives is known once it is accepted.
      ...{ to_email: 'text?', to_email_key: 'text?', to_client_id: 'ref clients?' },
      ...{ status: 'text', prices: 'text', reason: 'text?', offered_by: 'text', expires_at: 'instant' },
      ...{ answered_at: 'instant?', problem: 'text?', ...stamps },
    },
    {
      index: {
        ix_service_transfers_service: 'service_id, id',
        ix_service_transfers_client: 'client_id, id',
        ix_service_transfers_receiver: 'to_client_id, id where to_client_id is not null',
        ix_service_transfers_address: "to_email_key where status = 'offered'",
      },
      uniqueWhere: { uq_service_transfers_open: "service_id where status = 'offered'" },
    },
  )
  await createTable(
    trx,
    'service_transfer_items',
    {
      ...{ transfer_id: 'ref service_transfers', service_id: 'ref services' },
      // A period before and after, without what lowers it; and the day up to which the giver has paid.
      ...{ before_minor: 'money', after_minor: 'money', charged_through: 'day?' },
    },
    { primary: 'transfer_id, service_id', index: { ix_service_transfer_items_service: 'service_id' } },
  )
  // Acts by which the provider learns whose service it is now.
  await addColumn(trx, 'service_acts', 'transfer_id', 'text?')
}
