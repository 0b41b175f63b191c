import { createTable, type Trx } from '../core/db/index.ts'

/** Plugins, their instances and what belongs to an instance. */
export async function up(trx: Trx): Promise<void> {
  await createTable(trx, 'plugins', {
    id: 'text',
    version: 'text',
    bundle_sha256: 'text',
    manifest: 'json',
    granted: 'json',
    status: 'text',
    installed_at: 'instant',
    updated_at: 'instant',
  })
  await createTable(
    trx,
    'plugin_instances',
    {
      id: 'text',
      plugin_id: 'ref plugins',
      brand_id: 'text?',
      name: 'text',
      settings: 'json',
      status: 'text',
      position: 'int = 0',
      version: 'int = 1',
      created_at: 'instant',
      updated_at: 'instant',
    },
    { index: { ix_plugin_instances_plugin: 'plugin_id' } },
  )
  await createTable(
    trx,
    'secrets',
    {
      owner_id: 'text',
      name: 'text',
      sealed: 'text',
      version: 'int = 1',
      updated_by: 'text',
      updated_at: 'instant',
    },
    { primary: 'owner_id, name' },
  )
  await createTable(
    trx,
    'plugin_storage',
    {
      instance_id: 'ref plugin_instances',
      record_id: "text = ''",
      storage_key: 'text',
      value: 'json',
      bytes: 'int',
      version: 'int',
      updated_at: 'instant',
    },
    { primary: 'instance_id, record_id, storage_key' },
  )
  await createTable(
    trx,
    'plugin_log',
    {
      id: 'text',
      instance_id: 'text',
      level: 'text',
      operation: 'text?',
      message: 'text',
      facts: 'json',
      duration_ms: 'int?',
      request_id: 'text?',
      occurred_at: 'instant',
    },
    { index: { ix_plugin_log_instance: 'instance_id, id' } },
  )
  await createTable(
    trx,
    'webhook_events',
    {
      id: 'text',
      instance_id: 'ref plugin_instances',
      event_key: 'text',
      verified: 'flag',
      headers: 'json',
      body: 'text',
      status: 'text',
      outcome: 'text?',
      attempts: 'int = 0',
      received_at: 'instant',
      handled_at: 'instant?',
    },
    {
      unique: { uq_webhook_events_key: 'instance_id, event_key' },
      index: { ix_webhook_events_status: 'status, id' },
    },
  )
  await createTable(
    trx,
    'webhook_refusals',
    {
      id: 'text',
      instance_id: 'text',
      reason: 'text',
      address: 'text',
      body_sha256: 'text',
      received_at: 'instant',
    },
    { index: { ix_webhook_refusals_instance: 'instance_id, id' } },
  )
}
