import { createTable, type Trx } from '../core/db/index.ts'

/** Packages that staff have put forward and not granted yet: what is installed is what was shown, byte by byte. */
export async function up(trx: Trx): Promise<void> {
  await createTable(trx, 'plugin_offers', {
    id: 'text',
    package: 'text',
    origin: 'text',
    offered_by: 'text',
    offered_at: 'instant',
  })
}
