import {
  auditRefusals,
  observeEvent,
  planSchedules,
  pruneLog,
  queueObservers,
  runSchedule,
} from '../../plugins/index.ts'
import type { Area } from '../areas.ts'
import { pluginCommands } from './plugin-commands.ts'

/** Carries events to the plugins that observe them, and runs their schedules. */
export const pluginsArea: Area = {
  name: 'plugins',
  commands: pluginCommands,
  consumers: ({ means }) => [
    {
      name: 'plugin_hooks',
      types: [],
      listens: (type) => means.hooks.observers(type, null).length > 0,
      handle: (trx, event) => queueObservers(means, trx, event),
    },
  ],
  jobs: ({ means, plugins }) => ({
    'plugins.observe': (payload: { instance: string; event: string }) =>
      observeEvent({ ...means, plugins }, payload),
    'plugins.run_schedule': (payload: { instance: string; name: string }) =>
      runSchedule({ ...means, plugins }, payload),
  }),
  schedules: ({ means }) => [
    { name: 'plugins.plan_schedules', cron: '*/10 * * * *', run: () => planSchedules(means) },
    { name: 'plugins.prune_log', cron: '15 * * * *', run: () => pruneLog(means) },
    { name: 'plugins.audit_refusals', cron: '2 * * * *', run: () => auditRefusals(means) },
  ],
}
