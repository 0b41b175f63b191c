import { createTable, type Trx } from '../core/db/index.ts'

/** What plugins asked core to write, and which of them hold a service. */
export async function up(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'plugin_requests',
    {
      id: 'text',
      // Stands for ever, also when the instance is removed.
      instance_id: 'text',
      plugin_id: 'text',
      brand_id: 'text',
      client_id: 'text',
      scope: 'text',
      record_id: 'text',
      // The plugin's own name for it.
      reference: 'text',
      body: 'json',
      // What it takes from the client; null where it is about no money.
      currency: 'text?',
      amount_minor: 'money?',
      status: 'text',
      // The instance itself where its grant was enough, else a person.
      decided_by: 'text?',
      decided_at: 'instant?',
      reason: 'text?',
      // What was made.
      result_id: 'text?',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    {
      unique: { uq_plugin_requests_reference: 'instance_id, reference' },
      index: {
        ix_plugin_requests_status: 'status, id',
        ix_plugin_requests_instance: 'instance_id, created_at',
        ix_plugin_requests_client: 'client_id',
      },
    },
  )
  // The hold "plugin" of a service stands while at least one instance holds it.
  await createTable(
    trx,
    'service_plugin_holds',
    { service_id: 'ref services', instance_id: 'text', note: 'text', placed_at: 'instant' },
    { primary: 'service_id, instance_id' },
  )
}
