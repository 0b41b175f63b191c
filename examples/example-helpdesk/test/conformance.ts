import type { Conformance } from '../../../sdk/test-kit/index.ts'
const desk = () => {
  const tickets = new Map<string, object>()
  return {
    made: () => tickets.size,
    answer({
      method,
      path,
      headers,
      body,
    }: {
      method: string
      path: string
      headers: Record<string, string>
      body: string
    }) {
      if (path.startsWith('/tickets?')) return { json: [] }
      if (method === 'GET') return { status: 404 }
      const key = headers['idempotency-key'] ?? ''
      const id = `t_${tickets.size + 1}`
      if (!tickets.has(key)) tickets.set(key, { id, ...(JSON.parse(body) as object), messages: [] })
      return { json: tickets.get(key) }
    },
  }
}
const client = { id: 'cli_1', name: 'Ann', email: 'ann@client.example', locale: 'en' }

export default {
  secrets: { api_key: 'key' },
  hosts: ['desk.example.com'],
  company: desk,
  inputs: {
    list_tickets: [{ client }],
    read_ticket: [{ client, reference: 't_9' }],
    open_ticket: [{ idempotency_key: 'k_1', client, subject: 'Help', text: 'It is slow.' }],
  },
  declines: {
    reply: [
      {
        input: { idempotency_key: 'k_2', client, reference: 't_9', text: 'Still slow.' },
        says: { code: 'conflict', kind: 'permanent' },
      },
    ],
  },
  answers: {
    list_tickets: [{ tickets: [] }],
    read_ticket: [{ outcome: 'absent' }],
    open_ticket: [{ outcome: 'done', reference: 't_1' }],
  },
} satisfies Conformance
