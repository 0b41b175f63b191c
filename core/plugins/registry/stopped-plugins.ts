import { sql, type Queries } from '../../db/index.ts'
import { systemActor } from '../../kernel/index.ts'

/** Switches a plugin off whose hosts were lost too often. */
export const pluginSupervisor = systemActor('plugin_supervisor')

/** Ids of the plugins that are off because of their lost hosts, whichever node it was that lost them. */
export async function stoppedPlugins(queries: Queries): Promise<string[]> {
  const rows = await queries.all<{ id: string }>(sql`
    select p.id from plugins p where p.status = 'disabled' and ${pluginSupervisor.id} = (
      select a.actor from audit a where a.subject = p.id and a.action = 'plugin.switch' order by a.id desc limit 1)
    order by p.id`)
  return rows.map(({ id }) => id)
}
