import { Type } from '../../sdk/index.ts'
import { sql } from '../db/index.ts'
import { defineVerb, scoped, type Means } from '../records/index.ts'
import type { ServerRow } from './rows.ts'
import { HEALTH_EVENTS, healthIn, type ServerHealth } from './server-health.ts'
import type { ServerGroupRow } from './save-server-group.ts'

export interface ListedServer extends ServerRow {
  group_name: string | null
  instance_name: string
  /** Places taken, and failed work that waits for staff. */
  services: number
  failures: number
  /** Accounts that differ from what is billed and wait for staff. */
  accounts: number
  /** What its plugin found last; null of one that was always found well, or is never asked. */
  health: ServerHealth | null
}

/** Servers with how full and how well they are, and the groups. Two statements. */
export const listServers = defineVerb(
  { permission: 'server.list', audience: ['staff'], input: Type.Object({}) },
  async (means: Means, _input, actor): Promise<{ servers: ListedServer[]; groups: ServerGroupRow[] }> => {
    const rows = await means.db.all<Omit<ListedServer, 'health'> & { told: string | null }>(sql`
      select v.*, g.name as group_name, i.name as instance_name,
        (select count(*) from services s where s.server_id = v.id) as services,
        (select count(*) from deliveries d where d.server_id = v.id and d.status = 'failed') as failures,
        (select count(*) from server_accounts a where a.server_id = v.id and a.kind <> 'agrees' and a.note is null
          and ${scoped(actor, { table: 'a', client: null })}) as accounts,
        (select e.type from events e where e.subject = v.id and e.type in ${HEALTH_EVENTS}
          order by e.id desc limit 1) as told
      from servers v join plugin_instances i on i.id = v.instance_id
      left join server_groups g on g.id = v.group_id order by v.name, v.id`)
    const servers = rows.map(({ told, ...row }) => ({
      ...row,
      health: told === null ? null : healthIn(told),
    }))
    const groups = await means.db.all<ServerGroupRow>(
      sql`select id, name, fill, version from server_groups order by name, id`,
    )
    return { servers, groups }
  },
)
