import { closeIdleClients, serviceConsumers, servicesJobs } from '../../services/index.ts'
import type { Area } from '../areas.ts'

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
  ],
}
