import { serviceConsumers, servicesJobs } from '../../services/index.ts'
import type { Area } from '../areas.ts'

export const servicesArea: Area = {
  name: 'services',
  jobs: ({ means, plugins }) => servicesJobs({ ...means, plugins }),
  consumers: ({ means }) => serviceConsumers(means),
}
