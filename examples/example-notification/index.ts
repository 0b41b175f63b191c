import { definePlugin } from '../../sdk/index.ts'

export default definePlugin({
  notification_channel: ({ secret }) => ({
    target_form: () =>
      Promise.resolve({
        form: { type: 'object', required: ['room'], properties: { room: { type: 'string', title: 'Room' } } },
      }),
    async send({ idempotency_key, target, title, text, url }) {
      const response = await fetch('https://chat.example.com/messages', {
        method: 'POST',
        headers: { authorization: `Bearer ${secret.header('api_key')}` },
        body: JSON.stringify({ id: idempotency_key, room: target['room'], text: `${title}\n${text}`, url }),
      })
      if (response.status === 404)
        return { outcome: 'failed', kind: 'permanent', code: 'invalid_settings', message: 'No such room.' }
      if (!response.ok) throw new Error(`The chat answered ${response.status}.`)
      const { id } = (await response.json()) as { id: string }
      return { outcome: 'sent', reference: id }
    },
  }),
})
