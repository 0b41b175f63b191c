import { type ConnectionReport, type ServerInput, Type } from '../../sdk/index.ts'
import { sql } from '../db/index.ts'
import { BerthError } from '../kernel/index.ts'
import { defineVerb } from '../records/index.ts'
import { findServer } from './create-server.ts'
import type { ProviderMeans } from './ports.ts'

/** Asks the plugin to try the connection. Answers each step; an unreachable plugin is a step that failed. */
export const testServer = defineVerb(
  { permission: 'server.test', audience: ['staff'], input: Type.Object({ server_id: Type.String() }) },
  async (means: ProviderMeans, input): Promise<ConnectionReport> => {
    const server = await findServer(means, input.server_id)
    const target: ServerInput = {
      server: { id: server.id, settings: JSON.parse(server.settings) as Record<string, unknown> },
    }
    const options = { deadline: 'act' as const, serverId: server.id }
    const report = await means.plugins
      .call<ConnectionReport>(server.instance_id, 'provisioner', 'test_connection', target, options)
      .catch(asReport)
    const problem = report.ok ? null : (report.steps.find((step) => !step.ok)?.detail ?? 'The test failed.')
    const now = means.business.now()
    await means.db.run(
      report.ok
        ? sql`update servers set last_contact_at = ${now}, last_problem = null where id = ${server.id}`
        : sql`update servers set last_problem = ${problem} where id = ${server.id}`,
    )
    return report
  },
)

function asReport(error: unknown): ConnectionReport {
  if (!(error instanceof BerthError)) throw error
  return { ok: false, steps: [{ name: 'plugin', ok: false, detail: error.message }] }
}
