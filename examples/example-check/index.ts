import { definePlugin } from '../../sdk/index.ts'

export default definePlugin({
  check: ({ settings }) => ({
    'service.end:check': ({ actor_kind }) =>
      Promise.resolve(
        actor_kind === 'client' && settings['clients_may_end'] !== true
          ? { allow: false, message: 'Please ask us: services are ended by our staff.' }
          : { allow: true },
      ),
  }),
})
