import { addColumn, createTable, type Trx } from '../core/db/index.ts'

export async function up(trx: Trx): Promise<void> {
  // The highest version of a stored entry that is gone: what is written anew begins above it.
  await addColumn(trx, 'plugin_instances', 'storage_floor', 'int = 0')
  // Host processes that a plugin lost, on whichever node.
  await createTable(
    trx,
    'plugin_losses',
    { id: 'text', plugin_id: 'text', instance_id: 'text', lost_at: 'instant' },
    { index: { ix_plugin_losses_plugin: 'plugin_id, lost_at' } },
  )
}
