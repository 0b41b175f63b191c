import { sql } from '../../db/index.ts'
import { BerthError } from '../../kernel/index.ts'
import { PluginInUse, removePlugin, setPluginStatus } from '../../plugins/index.ts'
import type { Wiring } from '../areas.ts'
import { pluginAdmin } from '../wire/plugin-admin.ts'
import { developer, refuseReal } from './developer.ts'

/**
 * The console of a developer has ended, and its stand-ins with it: what it had put into the shop would only fail there.
 * Answers what became of the plugin, for a person. One that the shop had before stays as it was loaded last.
 */
export async function leavePlugin(wiring: Wiring, { plugin_id }: { plugin_id: string }): Promise<string> {
  await refuseReal(wiring)
  const admin = pluginAdmin(wiring)
  if (!(await isOfDevelopment(wiring, plugin_id)))
    return `${plugin_id} stays installed as it was loaded last; "berth plugin roll-back ${plugin_id}" puts the version before in its place.`
  try {
    await removePlugin(admin, { plugin_id }, developer)
    return `${plugin_id} was removed from the shop.`
  } catch (error) {
    if (!(error instanceof BerthError) || error.code !== PluginInUse.code) throw error
    await setPluginStatus(
      admin,
      { plugin_id, status: 'disabled', reason: 'its console has ended' },
      developer,
    )
    return `${plugin_id} stays in the shop, turned off: servers, orders or payments of the shop point to it.`
  }
}

/** Whether nobody but a developer's console ever put it in. */
async function isOfDevelopment({ means, plugins }: Wiring, pluginId: string): Promise<boolean> {
  if (await plugins.shipped?.(pluginId)) return false
  const other = await means.db.get(sql`
    select 1 as n from plugin_versions
    where plugin_id = ${pluginId} and installed_by <> ${developer.id} limit 1`)
  return other === undefined
}
