import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { forUpdate, name, sql, type Trx } from '../../db/index.ts'
import { NotFound, type Actor } from '../../kernel/index.ts'
import { defineVerb } from '../../records/index.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { NothingBefore, PluginBundled, PluginInUse } from '../package/index.ts'
import type { LoadedPlugin } from '../ports.ts'
import { findPlugin, type InstalledPlugin } from './inspect-package.ts'
import { drainAll } from './install-plugin.ts'
import type { PluginAdmin } from './instance-verbs.ts'
import { forgetLosses } from './host-losses.ts'
import { putBack } from './move-instances.ts'
import { versionBefore, type VersionBefore } from './version-before.ts'

const PluginId = Type.String({ maxLength: 40 })

/** Off: none of its instances is called. What waits for it waits; its data stays. */
export const setPluginStatus = defineVerb(
  {
    permission: 'plugin.switch',
    audience: ['staff'],
    input: Type.Object({
      plugin_id: PluginId,
      status: Type.Union([Type.Literal('enabled'), Type.Literal('disabled')]),
      reason: Type.Optional(Type.String({ maxLength: 500 })),
    }),
  },
  async (means: PluginAdmin, input, actor) => {
    const plugin = await known(means, input.plugin_id)
    await means.db.transaction(async (trx) => {
      await trx.run(sql`
        update plugins set status = ${input.status}, updated_at = ${means.business.now()} where id = ${plugin.id}`)
      await forgetLosses(trx, plugin.id)
      await recordAudit(means, trx, actor, [
        {
          ...{ action: 'plugin.switch', subject: plugin.id, after: { status: input.status } },
          ...(input.reason === undefined ? {} : { reason: input.reason }),
        },
      ])
    })
    means.forgive?.(plugin.id)
    await drainAll(means, plugin.id)
  },
)

/**
 * Goes back to the version that was installed before this one, with the permissions that it had then; before the first
 * package that is the version that comes along with Berth. What that asks for beyond them waits for staff.
 */
export const rollBackPlugin = defineVerb(
  { permission: 'plugin.roll_back', audience: ['staff'], input: Type.Object({ plugin_id: PluginId }) },
  async (means: PluginAdmin, input, actor): Promise<{ version: string }> => {
    const plugin = await known(means, input.plugin_id)
    // Bundling what comes along takes its time; no transaction waits for it.
    const own = await means.shipped?.(plugin.id)
    const before = await means.db.transaction((trx) => goBack(means, trx, { plugin, own }, actor))
    await drainAll(means, plugin.id)
    return { version: before.version }
  },
)

async function goBack(
  means: PluginAdmin,
  trx: Trx,
  { plugin, own }: { plugin: InstalledPlugin; own: LoadedPlugin | undefined },
  actor: Actor,
): Promise<VersionBefore> {
  const before = await versionBefore(trx, plugin, () => Promise.resolve(own))
  if (!before) throw NothingBefore({ plugin: plugin.id })
  const now = means.business.now()
  const granted = JSON.stringify((JSON.parse(before.manifest) as Manifest).permissions ?? {})
  await trx.run(sql`update plugin_versions set left_at = ${now} where id = ${before.leaves}`)
  await trx.run(sql`
    update plugins set version = ${before.version}, bundle_sha256 = ${before.bundle_sha256}, granted = ${granted},
      manifest = ${before.manifest}, asks = ${before.asks}, author_key = ${before.author_key}, source = ${before.source}, updated_at = ${now}
    where id = ${plugin.id}`)
  const { leaves, bundle_sha256: bundle } = before
  const moved = await putBack(trx, { plugin: plugin.id, leaves, bundle, now })
  await recordAudit(means, trx, actor, [
    {
      action: 'plugin.roll_back',
      subject: plugin.id,
      before: { version: plugin.version },
      after: { version: before.version, source: before.source, ...(moved ? { data: 'put_back' } : {}) },
    },
  ])
  return before
}

/**
 * Takes a plugin away with its instances, their settings, secrets, storage and logs. Refused while a record of an area
 * points to one of them: then it can only be switched off, so that a payment of last year still says who took it.
 */
export const removePlugin = defineVerb(
  { permission: 'plugin.remove', audience: ['staff'], input: Type.Object({ plugin_id: PluginId }) },
  async (means: PluginAdmin & { uses(instanceId: string): Promise<number> }, input, actor) => {
    const plugin = await known(means, input.plugin_id)
    if (plugin.source === 'bundled') throw PluginBundled({ plugin: plugin.id })
    const instances = await means.db.all<{ id: string }>(
      sql`select id from plugin_instances where plugin_id = ${plugin.id} order by id`,
    )
    let used = 0
    for (const { id } of instances) used += (await means.uses(id)) > 0 ? 1 : 0
    if (used > 0) throw PluginInUse({ plugin: plugin.id, instances: used })
    await means.db.transaction((trx) => erase(means, trx, { plugin, instances }, actor))
    for (const { id } of instances) means.drain(id)
    await means.reread?.()
  },
)

const HOLDS_DATA = ['plugin_storage', 'plugin_kept_storage', 'plugin_kept_settings', 'plugin_log']

async function erase(
  means: PluginAdmin,
  trx: Trx,
  { plugin, instances }: { plugin: InstalledPlugin; instances: readonly { id: string }[] },
  actor: Actor,
): Promise<void> {
  // A call under way that writes to its storage waits for its instance, and then finds that it is gone.
  await trx.all(sql`
    select id from plugin_instances where plugin_id = ${plugin.id} order by id ${forUpdate(trx.dialect)}`)
  for (const { id } of instances) {
    for (const table of HOLDS_DATA) await trx.run(sql`delete from ${name(table)} where instance_id = ${id}`)
    await trx.run(sql`delete from secrets where owner_id = ${id}`)
    await trx.run(sql`delete from plugin_instances where id = ${id}`)
  }
  await forgetLosses(trx, plugin.id)
  await trx.run(sql`delete from plugin_versions where plugin_id = ${plugin.id}`)
  await trx.run(sql`delete from plugins where id = ${plugin.id}`)
  await recordAudit(means, trx, actor, [
    {
      action: 'plugin.remove',
      subject: plugin.id,
      before: { version: plugin.version, instances: instances.map(({ id }) => id) },
    },
  ])
}

async function known(means: PluginAdmin, id: string): Promise<InstalledPlugin> {
  const plugin = await findPlugin(means.db, id)
  if (!plugin) throw NotFound({ what: 'plugin', id })
  return plugin
}
