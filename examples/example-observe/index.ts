import { definePlugin } from '../../sdk/index.ts'

export default definePlugin({
  observe: () => ({
    /** Sent at least once: the event's id goes along, so the other side can tell a repeat. */
    'invoice.paid': async ({ id, subject }) => {
      const body = JSON.stringify({ id, text: `${subject} was paid.` })
      const response = await fetch('https://chat.example.com/hook', { method: 'POST', body })
      if (!response.ok) throw new Error(`The chat answered ${response.status}.`)
    },
  }),
})
