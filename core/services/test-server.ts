import { type ConnectionReport, type ServerInput, Type } from '../../sdk/index.ts'
import { sql } from '../db/index.ts'
import { BerthError } from '../kernel/index.ts'
import type { TroubledHost } from '../plugins/index.ts'
import { defineVerb } from '../records/index.ts'
import { findServer } from './create-server.ts'
import type { ProviderMeans } from './ports.ts'

export interface ServerReport extends ConnectionReport {
  /** What keeps the plugin from the hosts of the server, which it cannot know: looked for when it fails. */
  troubles?: readonly TroubledHost[]
}

/** Asks the plugin to try the connection. Answers each step; an unreachable plugin is a step that failed. */
export const testServer = defineVerb(
  {
    permission: 'server.test',
    asksNobody: 'it asks the provider',
    audience: ['staff'],
    input: Type.Object({ server_id: Type.String() }),
  },
  async (means: ProviderMeans, input): Promise<ServerReport> => {
    const server = await findServer(means, input.server_id)
    const target: ServerInput = {
      server: { id: server.id, settings: JSON.parse(server.settings) as Record<string, unknown> },
    }
    const options = { deadline: 'act' as const, serverId: server.id }
    const report = await means.plugins
      .call<ConnectionReport>(server.instance_id, 'provisioner', 'test_connection', target, options)
      .catch(asReport)
    const owner = { instanceId: server.instance_id, serverId: server.id }
    const found = report.ok ? [] : ((await means.plugins.troubledHosts?.(owner)) ?? [])
    const told = found.length > 0 ? { ...report, troubles: found } : report
    const problem = problemOf(told)
    const now = means.business.now()
    await means.db.run(
      problem === null
        ? sql`update servers set last_contact_at = ${now}, last_problem = null, unanswered = 0 where id = ${server.id}`
        : sql`update servers set last_problem = ${problem} where id = ${server.id}`,
    )
    return told
  },
)

function problemOf({ ok, steps, troubles = [] }: ServerReport): string | null {
  if (ok) return null
  if (troubles.length > 0) return troubles.map(({ says }) => says).join(' ')
  return steps.find((step) => !step.ok)?.detail ?? 'The test failed.'
}

function asReport(error: unknown): ConnectionReport {
  if (!(error instanceof BerthError)) throw error
  return { ok: false, steps: [{ name: 'plugin', ok: false, detail: error.message }] }
}
