import { LOOK_TASK, noteMovements, reconcileBooks } from '../../reports/index.ts'
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
    {
      name: 'reports.recurring',
      // Every hour, because days end at different hours in different zones; a day that is done is passed over.
      cron: '50 * * * *',
      run: async () => ({ movements: await noteMovements(means) }),
    },
  ],
}
