import { join, name, sql, type Queries } from '../../db/index.ts'
import { systemActor } from '../../kernel/index.ts'
import {
  inspectPackage,
  installPlugin,
  listInstances,
  removePlugin,
  rollBackPlugin,
  setPluginStatus,
  type PermissionAsked,
} from '../../plugins/index.ts'
import type { Command, Wiring } from '../areas.ts'

const actor = systemActor('command_line')

/** What the verbs of plugins need besides means: the isolates of a changed instance start anew. */
export const pluginAdmin = ({ means, plugins }: Pick<Wiring, 'means' | 'plugins'>) => ({
  ...means,
  drain: (instanceId: string) => plugins.drain?.(instanceId),
  forgive: (pluginId: string) => plugins.forgive?.(pluginId),
  uses: (instanceId: string) => usesOf(means.db, instanceId),
})

/** Tables whose rows say for ever through which instance something went. */
const POINTING = [
  'products',
  'servers',
  'services',
  'orders',
  'gateway_customers',
  'payment_methods',
  'payments',
]

async function usesOf(queries: Queries, instanceId: string): Promise<number> {
  const counts = POINTING.map(
    (table) => sql`select count(*) as n from ${name(table)} where instance_id = ${instanceId}`,
  )
  const row = await queries.get<{ n: number }>(
    sql`select coalesce(sum(n), 0) as n from (${join(counts, ' union all ')}) uses`,
  )
  return Number(row?.n ?? 0)
}

const markOf = ({ grave, key }: PermissionAsked): string => `${grave ? '!' : ' '} ${key}`

/** What `berth plugin …` asks of the core. Input and answers are JSON, because they may cross a socket. */
export const pluginCommands: Record<string, Command> = {
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
  'plugin.list': (async ({ means }: Wiring) => {
    const plugins = await means.db.all<{ id: string; version: string; source: string; status: string }>(
      sql`select id, version, source, status from plugins order by id`,
    )
    const instances = await listInstances(means.db)
    return plugins.map((plugin) => ({
      ...plugin,
      instances: instances
        .filter(({ plugin_id }) => plugin_id === plugin.id)
        .map(({ id, name, status }) => `${id} ${name} (${status})`),
    }))
  }) as Command,
  'plugin.switch': (async (wiring: Wiring, input: object) => {
    await setPluginStatus(pluginAdmin(wiring), input, actor)
    return null
  }) as Command,
  'plugin.roll_back': ((wiring: Wiring, input: object) =>
    rollBackPlugin(pluginAdmin(wiring), input, actor)) as Command,
  'plugin.remove': (async (wiring: Wiring, input: object) => {
    await removePlugin(pluginAdmin(wiring), input, actor)
    return null
  }) as Command,
  'plugin.logs': (({ means }: Wiring, { id, lines }: { id: string; lines: number }) =>
    means.db.all(sql`
      select l.occurred_at, l.instance_id, l.level, l.operation, l.message from plugin_log l
      left join plugin_instances i on i.id = l.instance_id
      where l.instance_id = ${id} or i.plugin_id = ${id} order by l.id desc limit ${lines}`)) as Command,
}
