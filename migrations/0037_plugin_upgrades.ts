import { addColumn, createTable, execute, type Trx } from '../core/db/index.ts'

const RECORDS = ['clients', 'services', 'orders', 'invoices', 'payments', 'products']

/** What plugins keep beside records, and what they kept before an upgrade moved it. */
export async function up(trx: Trx): Promise<void> {
  // Hash of the code that moved the storage: an older version may not touch it any more. Null: any may.
  await addColumn(trx, 'plugin_instances', 'storage_bundle', 'text?')
  await createTable(
    trx,
    'plugin_kept_settings',
    { version_id: 'text', instance_id: 'text', settings: 'json', kept_at: 'instant' },
    { primary: 'version_id, instance_id' },
  )
  await createTable(
    trx,
    'plugin_kept_storage',
    {
      version_id: 'text',
      instance_id: 'text',
      record_id: 'text',
      storage_key: 'text',
      value: 'json',
      bytes: 'int',
      version: 'int',
      updated_at: 'instant',
    },
    {
      primary: 'version_id, instance_id, record_id, storage_key',
      index: { ix_plugin_kept_storage_record: 'record_id' },
    },
  )
  await execute(trx, 'create index ix_plugin_storage_record on plugin_storage (record_id)')
  await forgetWithRecords(trx)
}

/** Whoever deletes a record deletes what plugins keep beside it. */
async function forgetWithRecords(trx: Trx): Promise<void> {
  const forget = ['plugin_storage', 'plugin_kept_storage']
    .map((table) => `delete from ${table} where record_id = old.id;`)
    .join(' ')
  if (trx.dialect === 'postgres')
    await execute(
      trx,
      `create function forget_plugin_storage() returns trigger language plpgsql as $$ begin ${forget} return null; end $$`,
    )
  for (const table of RECORDS)
    await execute(
      trx,
      trx.dialect === 'sqlite'
        ? `create trigger ${table}_plugin_storage after delete on ${table} begin ${forget} end`
        : `create trigger ${table}_plugin_storage after delete on ${table} for each row execute function forget_plugin_storage()`,
    )
}
