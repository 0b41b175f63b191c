import { completed } from '../../../sdk/test-kit/index.ts'
import { name, sql } from '../../db/index.ts'
import {
  changeInstance,
  createInstance,
  findPlugin,
  getInstance,
  installPlugin,
  operationOf,
  permissionsAsked,
  readPackage,
  setPluginStatus,
  type Kind,
  type Manifest,
} from '../../plugins/index.ts'
import type { Wiring } from '../areas.ts'
import { pluginAdmin } from '../wire/plugin-admin.ts'
import { developer, refuseReal } from './developer.ts'
import { makeTrialServer } from './trial-server.ts'

export interface Developed {
  /** The text of the package. */
  package: string
  settings: Record<string, unknown>
  /** Settings of a server, for a provisioner. */
  server: Record<string, unknown>
}

/**
 * Puts what somebody is writing into a shop where nothing is real: everything that it asks for is granted and nobody
 * need sign it. Answers the instance, which is made when there is none.
 */
export async function developPlugin(wiring: Wiring, wish: Developed): Promise<Draft> {
  await refuseReal(wiring)
  const admin = pluginAdmin(wiring)
  const { manifest } = readPackage(wish.package)
  const granted = permissionsAsked(manifest).map(({ key }) => key)
  const trust = { allow_unsigned: true, allow_lower: true }
  await installPlugin(admin, { package: wish.package, granted, ...trust }, developer)
  await forgetDrafts(wiring, manifest.id)
  // Its console had left it turned off, or its faults had.
  if ((await findPlugin(admin.db, manifest.id))?.status === 'disabled')
    await setPluginStatus(admin, { plugin_id: manifest.id, status: 'enabled' }, developer)
  const instance_id = await ownInstance(wiring, manifest, wish.settings)
  if (!manifest.kinds.provisioner) return { instance_id, server_id: null }
  const instance = await getInstance(admin.db, instance_id)
  return { instance_id, server_id: await makeTrialServer(admin, instance, wish.server) }
}

export interface Draft {
  instance_id: string
  server_id: string | null
}

/** Each save is a version of its own, and the drafts between are of no use to anybody. */
async function forgetDrafts({ means }: Wiring, pluginId: string): Promise<void> {
  await means.db.transaction(async (trx) => {
    const last = await trx.get<{ id: string }>(
      sql`select id from plugin_versions where plugin_id = ${pluginId} order by id desc limit 1`,
    )
    await trx.run(sql`
      delete from plugin_versions
      where plugin_id = ${pluginId} and installed_by = ${developer.id} and id <> ${last?.id ?? ''}`)
    for (const table of ['plugin_kept_settings', 'plugin_kept_storage'])
      await trx.run(sql`delete from ${name(table)} where version_id not in (select id from plugin_versions)`)
  })
}

async function ownInstance(
  wiring: Wiring,
  { id: plugin_id, name: itsName }: Manifest,
  settings: Record<string, unknown>,
): Promise<string> {
  const admin = pluginAdmin(wiring)
  const found = await admin.db.get<{ id: string }>(
    sql`select id from plugin_instances where plugin_id = ${plugin_id} order by id limit 1`,
  )
  if (!found) {
    const { id } = await createInstance(admin, { plugin_id, name: itsName, settings }, developer)
    admin.drain(id)
    return id
  }
  const { id, version, name } = await getInstance(admin.db, found.id)
  await changeInstance(admin, { instance_id: id, version, name, settings }, developer)
  return id
}

export interface HandCall {
  instance_id: string
  kind: Kind
  operation: string
  input: object
  server_id: string | null
}

/** A call typed by hand, as core would make it: with a key of its own where none is typed, checked on both sides. */
export async function callByHand(wiring: Wiring, call: HandCall): Promise<unknown> {
  await refuseReal(wiring)
  const { instance_id, kind, operation, server_id } = call
  const { input: schema, changes } = operationOf(kind, operation) ?? {}
  const input = schema && changes ? (completed(schema, call.input) as object) : call.input
  if (!server_id) return wiring.plugins.call(instance_id, kind, operation, input)
  const server = await wiring.means.db.get<{ settings: string }>(
    sql`select settings from servers where id = ${server_id}`,
  )
  const target = { id: server_id, settings: JSON.parse(server?.settings ?? '{}') as object }
  return wiring.plugins.call(
    instance_id,
    kind,
    operation,
    { server: target, ...input },
    { serverId: server_id },
  )
}
