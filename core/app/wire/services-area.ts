import { systemActor } from '../../kernel/index.ts'
import {
  closeIdleClients,
  dropStaleChanges,
  expireTransfers,
  serviceConsumers,
  servicesJobs,
  startChecking,
  startCollecting,
  startComparing,
} from '../../services/index.ts'
import type { Area } from '../areas.ts'
import { changePorts } from './change-ports.ts'

export const servicesArea: Area = {
  name: 'services',
  jobs: ({ means, plugins }) => servicesJobs({ ...means, plugins }),
  consumers: ({ means }) => serviceConsumers(means),
  schedules: ({ means }) => [
    {
      name: 'clients.close_idle',
      cron: '40 3 * * *',
      run: async () => ({ closed: await closeIdleClients(means) }),
    },
    {
      name: 'services.check_servers',
      cron: '*/5 * * * *',
      run: async () => ({ asked: await startChecking(means) }),
    },
    {
      name: 'services.collect_usage',
      cron: '20 4 * * *',
      run: async () => ({ forgotten: await startCollecting(means) }),
    },
    {
      name: 'services.expire_transfers',
      cron: '50 * * * *',
      run: async () => ({ expired: await expireTransfers(means) }),
    },
    {
      name: 'services.compare_accounts',
      cron: '50 4 * * *',
      run: async () => ({ servers: await startComparing(means) }),
    },
    {
      name: 'services.drop_stale_changes',
      // After the billing run of the hour, which is what makes a waiting change stale.
      cron: '45 * * * *',
      run: async () => ({
        dropped: await dropStaleChanges({ ...means, changes: changePorts }, systemActor('stale_changes')),
      }),
    },
  ],
}
