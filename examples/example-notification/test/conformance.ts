import type { Conformance } from '../../../sdk/test-kit/index.ts'
const chat = () => {
  const sent = new Set<string>()
  return {
    made: () => sent.size,
    answer({ body }: { body: string }) {
      const { id, room } = JSON.parse(body) as { id: string; room: string }
      if (room === 'gone') return { status: 404 }
      sent.add(id)
      return { json: { id } }
    },
  }
}

const message = (room: string) => ({
  ...{ idempotency_key: 'ntf_1', target: { room }, topic: 'service.suspended', urgency: 'normal' },
  ...{ title: 'Suspended', text: 'svc_1', locale: 'en' },
})

export default {
  secrets: { api_key: 'key' },
  hosts: ['chat.example.com'],
  company: chat,
  inputs: {
    send: [message('ops')],
  },
  answers: { send: [{ outcome: 'sent', reference: 'ntf_1' }] },
  declines: { send: [{ input: message('gone'), says: { code: 'invalid_settings', kind: 'permanent' } }] },
} satisfies Conformance
