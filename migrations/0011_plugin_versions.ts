import { addColumn, createTable, type Trx } from '../core/db/index.ts'

/** Plugins from packages: every version that was installed stays, so that one can go back to it. */
export async function up(trx: Trx): Promise<void> {
  await createTable(
    trx,
    'plugin_versions',
    {
      id: 'text',
      plugin_id: 'ref plugins',
      version: 'text',
      bundle_sha256: 'text',
      manifest: 'json',
      // The whole package, so that every node has the bytes that were verified.
      package: 'text',
      author_key: 'text?',
      installed_by: 'text',
      installed_at: 'instant',
      // Set when it was rolled back from: the next roll-back goes on to the one before it.
      left_at: 'instant?',
    },
    { index: { ix_plugin_versions_plugin: 'plugin_id, id' } },
  )
  await addColumn(trx, 'plugins', 'source', "text = 'bundled'")
  await addColumn(trx, 'plugins', 'author_key', 'text?')
}
