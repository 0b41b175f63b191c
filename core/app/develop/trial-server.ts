import { sql } from '../../db/index.ts'
import type { Means } from '../../records/index.ts'
import { secretFields, type Instance } from '../../plugins/index.ts'
import { createServer, createServerGroup } from '../../services/index.ts'
import { developer } from './develop-plugin.ts'

const GROUP = 'trial'

/** A server for the plugin in the group "trial". Which of the settings are secrets is for plugin.json to say. */
export async function makeTrialServer(
  means: Means,
  { id, manifest }: Instance,
  given: Record<string, unknown>,
): Promise<void> {
  const schema = manifest.server_settings ?? {}
  const secrets = secretFields(schema)
  const group = await means.db.get<{ id: string }>(sql`select id from server_groups where name = ${GROUP}`)
  const group_id = group?.id ?? (await createServerGroup(means, { name: GROUP }, developer))
  const entries = Object.entries(given)
  await createServer(
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
