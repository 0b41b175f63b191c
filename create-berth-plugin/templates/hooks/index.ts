import { definePlugin } from '@berth/sdk'

export default definePlugin({
  /** What has happened. It may come twice: the id of the event stays the same. */
  observe: (context) => ({
    async 'invoice.paid'(event) {
      if (await context.storage.get(`seen/${event.id}`)) return
      const counted = Number((await context.storage.get('paid'))?.value ?? 0)
      await context.storage.set('paid', counted + 1)
      await context.storage.set(`seen/${event.id}`, true)
      context.log.info('An invoice was paid.', { invoice: event.subject })
    },
  }),

  /** What is about to happen: the first refusal wins, and whoever wanted the act reads its message. */
  check: () => ({
    'service.end:check': (question) =>
      Promise.resolve(
        question.actor_kind === 'client'
          ? { allow: false, message: 'Please write to us before you end a service.' }
          : { allow: true },
      ),
  }),

  /** A value on its way. */
  shape: (context) => ({
    'mail.message:shape': (mail) => {
      const { prefix } = context.settings as { prefix?: string }
      return Promise.resolve(prefix ? { subject: `${prefix} ${mail.subject}` } : {})
    },
  }),
})
