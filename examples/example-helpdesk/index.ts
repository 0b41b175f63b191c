import { definePlugin, failed, jsonApi, urlPath } from '../../sdk/index.ts'

interface Ticket {
  id: string
  owner: string
  subject: string
  at: string
  messages: { id: string; staff: boolean; text: string }[]
}

export default definePlugin({
  helpdesk: ({ secret }) => {
    const headers = { authorization: `Bearer ${secret.header('api_key')}` }
    const desk = jsonApi('https://desk.example.com', headers)
    const own = async (reference: string, owner: string) => {
      const ticket = await desk.get<Ticket>(urlPath`/tickets/${reference}`)
      return ticket?.owner === owner ? ticket : undefined
    }
    return {
      async list_tickets({ client }) {
        const tickets = await desk.get<Ticket[]>(urlPath`/tickets?owner=${client.id}`)
        return { tickets: (tickets ?? []).map(headOf) }
      },
      async read_ticket({ client, reference }) {
        const ticket = await own(reference, client.id)
        if (ticket === undefined) return { outcome: 'absent' }
        const messages = ticket.messages.map(({ id, staff, text }) => ({
          ...{ reference: id, by: staff ? ('staff' as const) : ('client' as const) },
          ...{ name: staff ? 'Support' : client.name, text, at: ticket.at },
        }))
        return { outcome: 'found', ticket: headOf(ticket), messages }
      },
      async open_ticket({ idempotency_key, client, subject, text }) {
        const wish = { owner: client.id, subject, text }
        const made = await desk.post<Ticket>('/tickets', wish, idempotency_key)
        return made ? { outcome: 'done', reference: made.id } : MISSING
      },
      async reply({ idempotency_key, client, reference, text }) {
        if (!(await own(reference, client.id))) return MISSING
        await desk.post(urlPath`/tickets/${reference}`, { text }, idempotency_key)
        return { outcome: 'done', reference }
      },
    }
  },
})

const headOf = ({ id, subject, at }: Ticket) =>
  ({ reference: id, subject, status: 'open', updated_at: at }) as const

const MISSING = failed('conflict', 'There is no such ticket.')
