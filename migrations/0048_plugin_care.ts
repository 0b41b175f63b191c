import { addColumn, createTable, type Trx } from '../core/db/index.ts'

/**
 * The manifest of a plugin is what staff granted of it; beside it stands what the version that runs asks for. And each
 * process says how its plugin hosts fare.
 */
export async function up(trx: Trx): Promise<void> {
  // The whole manifest while some of it waits for staff.
  await addColumn(trx, 'plugins', 'asks', 'json?')
  // What was granted of what comes with Berth: of the version before, or while a package stands in its place.
  await addColumn(trx, 'plugins', 'granted_bundled', 'json?')
  await createTable(trx, 'plugin_processes', {
    id: 'text',
    role: 'text',
    machine: 'text',
    pid: 'int',
    started_at: 'instant',
    told_at: 'instant',
    health: 'json',
  })
}
