import { changePorts } from '../../core/app/wire/change-ports.ts'
import type { AdminPorts } from '../../core/http/index.ts'
import { createJobs } from '../../core/jobs/index.ts'
import type { Means } from '../../core/records/index.ts'

/** What pages of staff reach beyond the means, with the real job table and no plugin host. */
export function adminPorts(means: Means, more: Partial<AdminPorts> = {}): AdminPorts {
  return {
    changes: { ...changePorts, price: () => Promise.reject(new Error('no change is priced here')) },
    serverSettings: () => Promise.resolve({ schema: {}, secrets: [] }),
    drain: () => undefined,
    jobDesk: {
      listDeadJobs: async (limit) => (await createJobs(means)).listDeadJobs(limit),
      retryJob: async (id) => (await createJobs(means)).retryJob(id),
    },
    health: () => Promise.resolve([{ name: 'database', ok: true, detail: 'answers in 1 ms' }]),
    ...more,
  }
}
