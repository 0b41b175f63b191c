import type { Conformance } from '../../../sdk/test-kit/index.ts'
const chat = () => {
  const sent = new Set<string>()
  return {
    made: () => sent.size,
    answer({ body }: { body: string }) {
      const { id } = JSON.parse(body) as { id: string }
      sent.add(id)
      return { json: { id } }
    },
  }
}

export default {
  secrets: { api_key: 'key' },
  hosts: ['chat.example.com'],
  company: chat,
  inputs: {
    send: [
      {
        idempotency_key: 'ntf_1',
        target: { room: 'ops' },
        topic: 'service.suspended',
        urgency: 'normal',
        title: 'Suspended',
        text: 'svc_1',
        locale: 'en',
      },
    ],
  },
  answers: { send: [{ outcome: 'sent', reference: 'ntf_1' }] },
} satisfies Conformance
