import { definePlugin } from '../../sdk/index.ts'

export default definePlugin({
  mail_transport: ({ secret }) => ({
    async send({ idempotency_key, ...mail }) {
      const response = await fetch('https://mail.example.com/messages', {
        method: 'POST',
        headers: { authorization: `Bearer ${secret.header('api_key')}`, 'idempotency-key': idempotency_key },
        body: JSON.stringify(mail),
      })
      if (response.status === 422)
        return {
          outcome: 'failed',
          code: 'refused',
          message: 'The company refuses this mail.',
          kind: 'permanent',
        }
      if (!response.ok) throw new Error(`The mail company answered ${response.status}.`)
      const { id } = (await response.json()) as { id: string }
      return { outcome: 'accepted', reference: id }
    },
    handle_event({ body }) {
      const bounce = /"bounced":"([^"]+)"/.exec(body)?.[1]
      return Promise.resolve({
        facts: bounce
          ? [{ fact: 'bounced', email: bounce, permanent: true }]
          : [{ fact: 'ignored', reason: 'It names no bounce.' }],
      })
    },
  }),
})
