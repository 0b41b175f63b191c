import { observeEvent, queueObservers } from '../../plugins/index.ts'
import type { Area } from '../areas.ts'

/** Carries events to the plugins that observe them. */
export const pluginHooksArea: Area = {
  name: 'plugin_hooks',
  consumers: ({ means }) => [
    {
      name: 'plugin_hooks',
      types: [],
      listens: (type) => means.hooks.observers(type).length > 0,
      handle: (trx, event) => queueObservers(means, trx, event),
    },
  ],
  jobs: ({ means, plugins }) => ({
    'plugins.observe': (payload: { instance: string; event: string }) =>
      observeEvent({ ...means, plugins }, payload),
  }),
}
