import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { forUpdate, sql } from '../../db/index.ts'
import { NotFound, type Actor } from '../../kernel/index.ts'
import { defineVerb } from '../../records/index.ts'
import { NothingAsked, permissionsAdded, PermissionsAsked } from '../package/index.ts'
import { findPlugin } from './inspect-package.ts'
import { drainAll } from './install-plugin.ts'
import type { PluginAdmin } from './instance-verbs.ts'
import { registerGranted } from './load-bundled.ts'

/**
 * Grants what a plugin that comes with Berth asks for beyond what it has: all of it at its first set-up, the difference
 * after an update. `granted` are the keys that were read; one that is missing refuses the whole.
 */
export const grantPlugin = defineVerb(
  {
    permission: 'plugin.grant',
    audience: ['staff'],
    input: Type.Object({
      plugin_id: Type.String({ maxLength: 40 }),
      granted: Type.Array(Type.String(), { maxItems: 500 }),
    }),
  },
  async (means: PluginAdmin, { plugin_id: id, granted }, actor): Promise<void> => {
    await means.db.transaction(async (trx) => {
      // An update that comes meanwhile may ask for something that nobody has read.
      await trx.get(sql`select id from plugins where id = ${id} ${forUpdate(trx.dialect)}`)
      const plugin = await findPlugin(trx, id)
      if (!plugin) throw NotFound({ what: 'plugin', id })
      const { asks, manifest, version } = plugin
      if (asks === null) throw NothingAsked({ plugin: id })
      const added = permissionsAdded(manifest, asks).map(({ key }) => key)
      const missing = added.filter((key) => !granted.includes(key))
      if (missing.length > 0) throw PermissionsAsked({ plugin: id, missing })
      const permissions = JSON.stringify(asks.permissions ?? {})
      await trx.run(sql`
        update plugins set manifest = asks, asks = null, granted = ${permissions}, updated_at = ${means.business.now()},
          granted_bundled = case when version = ${asks.version} then granted_bundled else manifest end
        where id = ${id}`)
      await recordAudit(means, trx, actor, [
        { action: 'plugin.grant', subject: id, after: { version, granted: added } },
      ])
    })
    const own = await means.shipped?.(id)
    if (own) await registerGranted(means, own)
    await drainAll(means, id)
  },
)

/** Grants all that it asks for now, for who knows the plugin without reading: a sample shop, a measurement. */
export async function grantAsked(means: PluginAdmin, id: string, actor: Actor): Promise<void> {
  const plugin = await findPlugin(means.db, id)
  if (!plugin?.asks) return
  const granted = permissionsAdded(plugin.manifest, plugin.asks).map(({ key }) => key)
  await grantPlugin(means, { plugin_id: id, granted }, actor)
}
