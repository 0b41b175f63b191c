import { sql } from '../../db/index.ts'
import { NotFound, systemActor } from '../../kernel/index.ts'
import {
  exportInstance,
  findPlugin,
  grantPlugin,
  importInstance,
  inspectPackage,
  installPlugin,
  listInstances,
  permissionsAsked,
  permissionsMarked,
  removePlugin,
  rollBackPlugin,
  setPluginStatus,
  type PermissionAsked,
} from '../../plugins/index.ts'
import type { Command, Wiring } from '../areas.ts'
import { developCommands } from '../develop/index.ts'
import { pluginAdmin } from './plugin-admin.ts'
import { removalLines } from './removal-lines.ts'

const actor = systemActor('command_line')

const markOf = ({ grave, key }: PermissionAsked): string => `${grave ? '!' : ' '} ${key}`

/** What `berth plugin …` asks of the core. Input and answers are JSON, because they may cross a socket. */
const commands: Record<string, Command> = {
  ...developCommands,
  'plugin.inspect': (async ({ means }: Wiring, { text }: { text: string }) => {
    const { found, installed, author, asked, added, lower, authorChanged } = await inspectPackage(
      means.db,
      text,
    )
    return {
      ...{ id: found.manifest.id, name: found.manifest.name, version: found.manifest.version },
      ...{ author, installed: installed?.version ?? null, lower, author_changed: authorChanged },
      asked: asked.map(markOf),
      added: added.map(markOf),
    }
  }) as Command,
  'plugin.install': ((wiring: Wiring, input: object) =>
    installPlugin(pluginAdmin(wiring), input, actor)) as Command,
  'plugin.asked': (async ({ means }: Wiring, { plugin_id: id }: { plugin_id: string }) => {
    const plugin = await findPlugin(means.db, id)
    if (!plugin) throw NotFound({ what: 'plugin', id })
    const { manifest, asks, version } = plugin
    const marked = asks === null ? null : permissionsMarked(manifest, asks)
    return {
      ...{ name: manifest.name, version, has: permissionsAsked(manifest).map(markOf) },
      ...{ asked: marked?.asked.map(markOf) ?? null, added: marked?.added.map(markOf) ?? [] },
      keys: marked?.added.map(({ key }) => key) ?? [],
    }
  }) as Command,
  'plugin.grant': (async (wiring: Wiring, input: object) => {
    await grantPlugin(pluginAdmin(wiring), input, actor)
    return null
  }) as Command,
  'plugin.list': (async ({ means }: Wiring) => {
    const plugins = await means.db.all<{ id: string; version: string; source: string; status: string }>(
      sql`select id, version, source, status from plugins order by id`,
    )
    const instances = await listInstances(means.db)
    return plugins.map((plugin) => {
      const own = instances.filter(({ plugin_id }) => plugin_id === plugin.id)
      const waits = own.some(({ asks_more }) => asks_more === 1)
      return {
        ...plugin,
        status: waits ? `${plugin.status}, asks for more than it was granted` : plugin.status,
        instances: own.map(({ id, name, status }) => `${id} ${name} (${status})`),
      }
    })
  }) as Command,
  'plugin.switch': (async (wiring: Wiring, input: object) => {
    await setPluginStatus(pluginAdmin(wiring), input, actor)
    return null
  }) as Command,
  'plugin.roll_back': ((wiring: Wiring, input: object) =>
    rollBackPlugin(pluginAdmin(wiring), input, actor)) as Command,
  'plugin.removal': removalLines as Command,
  'plugin.remove': (async (wiring: Wiring, input: object) => {
    await removePlugin(pluginAdmin(wiring), input, actor)
    return null
  }) as Command,
  'plugin.export': ((wiring: Wiring, input: object) =>
    exportInstance(pluginAdmin(wiring), input, actor)) as Command,
  'plugin.import': ((wiring: Wiring, input: object) =>
    importInstance(pluginAdmin(wiring), input, actor)) as Command,
  'plugin.logs': (({ means }: Wiring, { id, lines }: { id: string; lines: number }) =>
    means.db.all(sql`
      select l.occurred_at, l.instance_id, l.level, l.operation, l.message, l.facts, l.id from plugin_log l
      left join plugin_instances i on i.id = l.instance_id
      where l.instance_id = ${id} or i.plugin_id = ${id} order by l.id desc limit ${lines}`)) as Command,
}

/** Where no core runs on the folder, the plugins that come along may not have been entered yet. */
export const pluginCommands: Record<string, Command> = Object.fromEntries(
  Object.entries(commands).map(([name, act]): [string, Command] => [
    name,
    async (wiring, input, say) => {
      await wiring.plugins.start?.()
      return act(wiring, input, say)
    },
  ]),
)
