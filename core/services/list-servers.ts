import { Type } from '../../sdk/index.ts'
import { sql } from '../db/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import type { ServerRow } from './rows.ts'
import type { ServerGroupRow } from './save-server-group.ts'

export interface ListedServer extends ServerRow {
  group_name: string | null
  instance_name: string
  /** Places taken, and failed work that waits for staff. */
  services: number
  failures: number
}

/** Servers with how full they are, and the groups. Two statements. */
export const listServers = defineVerb(
  { permission: 'server.list', audience: ['staff'], input: Type.Object({}) },
  async (means: Means): Promise<{ servers: ListedServer[]; groups: ServerGroupRow[] }> => {
    const servers = await means.db.all<ListedServer>(sql`
      select v.*, g.name as group_name, i.name as instance_name,
        (select count(*) from services s where s.server_id = v.id) as services,
        (select count(*) from deliveries d where d.server_id = v.id and d.status = 'failed') as failures
      from servers v join plugin_instances i on i.id = v.instance_id
      left join server_groups g on g.id = v.group_id order by v.name, v.id`)
    const groups = await means.db.all<ServerGroupRow>(
      sql`select id, name, fill, version from server_groups order by name, id`,
    )
    return { servers, groups }
  },
)
