import { sql } from '../../db/index.ts'
import type { Means } from '../../records/index.ts'
import { secretFields, type Instance } from '../../plugins/index.ts'
import { createServer, createServerGroup } from '../../services/index.ts'
import { developer } from './developer.ts'

const GROUP = 'trial'

/**
 * The server of the instance in the group "trial", made when there is none. Which of the settings are secrets is for
 * plugin.json to say.
 */
export async function makeTrialServer(
  means: Means,
  { id, manifest }: Instance,
  given: Record<string, unknown>,
): Promise<string> {
  const known = await means.db.get<{ id: string }>(
    sql`select id from servers where instance_id = ${id} order by id limit 1`,
  )
  if (known) return known.id
  const schema = manifest.server_settings ?? {}
  const secrets = secretFields(schema)
  const group = await means.db.get<{ id: string }>(sql`select id from server_groups where name = ${GROUP}`)
  const group_id = group?.id ?? (await createServerGroup(means, { name: GROUP }, developer))
  const entries = Object.entries(given)
  return createServer(
    { ...means, serverSettings: () => Promise.resolve({ schema, secrets }) },
    {
      ...{ instance_id: id, group_id, name: 'Trial' },
      settings: Object.fromEntries(entries.filter(([key]) => !secrets.includes(key))),
      secrets: Object.fromEntries(
        entries.filter(([key]) => secrets.includes(key)).map(([key, value]) => [key, String(value)]),
      ),
    },
    developer,
  )
}
