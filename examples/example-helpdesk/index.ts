import { definePlugin } from '../../sdk/index.ts'

interface Ticket {
  id: string
  owner: string
  subject: string
  at: string
  messages: { id: string; staff: boolean; text: string }[]
}

export default definePlugin({
  helpdesk: ({ secret }) => {
    const ask = async (path: string, key?: string, body?: object): Promise<unknown> => {
      const response = await fetch(`https://desk.example.com${path}`, {
        method: body ? 'POST' : 'GET',
        headers: { authorization: `Bearer ${secret.header('api_key')}`, 'idempotency-key': key ?? '' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
      if (response.status === 404) return undefined
      if (!response.ok) throw new Error(`The help desk answered ${response.status}.`)
      return response.json()
    }
    const own = async (path: string, owner: string) => {
      const ticket = (await ask(path)) as Ticket | undefined
      return ticket?.owner === owner ? ticket : undefined
    }
    const path = (reference: string) => `/tickets/${encodeURIComponent(reference)}`
    return {
      async list_tickets({ client }) {
        const tickets = (await ask(`/tickets?owner=${encodeURIComponent(client.id)}`)) as Ticket[] | undefined
        return { tickets: (tickets ?? []).map(headOf) }
      },
      async read_ticket({ client, reference }) {
        const ticket = await own(path(reference), client.id)
        if (ticket === undefined) return { outcome: 'absent' }
        const messages = ticket.messages.map(({ id, staff, text }) => ({
          ...{ reference: id, by: staff ? ('staff' as const) : ('client' as const) },
          ...{ name: staff ? 'Support' : client.name, text, at: ticket.at },
        }))
        return { outcome: 'found', ticket: headOf(ticket), messages }
      },
      async open_ticket({ idempotency_key, client, subject, text }) {
        const made = (await ask('/tickets', idempotency_key, { owner: client.id, subject, text })) as Ticket
        return { outcome: 'done', reference: made.id }
      },
      async reply({ idempotency_key, client, reference, text }) {
        if (!(await own(path(reference), client.id))) return MISSING
        await ask(path(reference), idempotency_key, { text })
        return { outcome: 'done', reference }
      },
    }
  },
})

const headOf = ({ id, subject, at }: Ticket) =>
  ({ reference: id, subject, status: 'open', updated_at: at }) as const

const MISSING = {
  outcome: 'failed',
  code: 'conflict',
  message: 'There is no such ticket.',
  kind: 'permanent',
} as const
