import type { Conformance } from '../../../sdk/test-kit/index.ts'
const mailCompany = () => {
  const sent = new Map<string, string>()
  return {
    made: () => sent.size,
    answer({ headers, body }: { headers: Record<string, string>; body: string }) {
      if (body.includes('nobody@')) return { status: 422 }
      const key = headers['idempotency-key'] ?? ''
      if (!sent.has(key)) sent.set(key, `m_${sent.size + 1}`)
      return { json: { id: sent.get(key) } }
    },
  }
}
const mail = {
  idempotency_key: 'mail_1:1',
  from: { email: 'shop@berth.example' },
  to: [{ email: 'ann@client.example' }],
  subject: 'Invoice',
  text: 'Here it is.',
  headers: {},
  attachments: [],
}
const bounceOf = (email: string) => ({ body: `{"bounced":"${email}"}`, headers: {}, verified: true })
const bounce = bounceOf('ann@client.example')

export default {
  secrets: { api_key: 'key' },
  hosts: ['mail.example.com'],
  company: mailCompany,
  inputs: { send: [mail], handle_event: [bounce] },
  answers: {
    send: [{ outcome: 'accepted', reference: 'm_1' }],
    handle_event: [{ facts: [{ fact: 'bounced', email: 'ann@client.example', permanent: true }] }],
  },
  declines: {
    send: [
      {
        input: { ...mail, idempotency_key: 'mail_2:1', to: [{ email: 'nobody@client.example' }] },
        says: { code: 'refused', kind: 'permanent' },
      },
    ],
  },
  events: [bounce, bounceOf('bob@client.example')],
} satisfies Conformance
