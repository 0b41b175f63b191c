import { LOOK_TASK, reconcileBooks } from '../../reports/index.ts'
import type { Area } from '../areas.ts'

export const reportsArea: Area = {
  name: 'reports',
  jobs: ({ means }) => ({
    [LOOK_TASK]: async () => {
      await reconcileBooks(means)
    },
  }),
  schedules: ({ means }) => [
    {
      name: 'reports.reconcile',
      cron: '40 3 * * *',
      run: async () => ({ ...(await reconcileBooks(means)) }),
    },
  ],
}
