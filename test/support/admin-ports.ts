import { scopeRecords } from '../../core/app/wire/plugin-scopes.ts'
import { pluginWrites } from '../../core/app/wire/plugin-writes.ts'
import type { AdminPorts } from '../../core/http/index.ts'
import { packageSource } from '../../core/plugins/index.ts'
import { createJobs, type JobEngine } from '../../core/jobs/index.ts'
import type { Means } from '../../core/records/index.ts'

/** What pages of staff reach beyond the means, with the real job table and no plugin host. */
export function adminPorts(means: Means, more: Partial<AdminPorts> = {}): AdminPorts {
  return {
    serverSettings: () => Promise.resolve({ schema: {}, secrets: [] }),
    drain: () => undefined,
    reread: () => Promise.resolve(),
    forgive: () => undefined,
    writeActs: pluginWrites,
    shipped: () => Promise.resolve(undefined),
    uses: () => Promise.resolve(0),
    scopeRecords: scopeRecords(means.db),
    packages: packageSource(),
    folders: () => Promise.resolve(null),
    pluginHealth: () => Promise.resolve(null),
    toldHealths: () => Promise.resolve([]),
    jobDesk: {
      listDeadJobs: async (limit) => (await installed(means)).listDeadJobs(limit),
      retryJob: async (id) => (await installed(means)).retryJob(id),
    },
    health: () => Promise.resolve([{ name: 'database', ok: true, detail: 'answers in 1 ms' }]),
    ...more,
  }
}

async function installed(means: Means): Promise<JobEngine> {
  const engine = await createJobs(means)
  await engine.install()
  return engine
}
