import { definePlugin } from '../../../sdk/index.ts'

export default definePlugin({
  observe: ({ log, settings }) => ({
    'invoice.paid': (event) => {
      log.info(`${String(settings.words ?? 'Thank you')}: ${event.subject}`)
      return Promise.resolve()
    },
  }),
})
