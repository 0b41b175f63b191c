import { Type } from '../../../../sdk/index.ts'
import { listMessages, readMessage, type MessageSummary } from '../../../mail/index.ts'
import { listQueryOf, rulesOf, type Endpoint } from '../endpoint.ts'

const tag = 'messages'

export const messageEndpoints: readonly Endpoint[] = [
  {
    ...{ id: 'listMessages', method: 'get', path: '/messages', tag },
    summary: 'List mails, newest first',
    ...rulesOf(listMessages),
    query: listQueryOf({
      client_id: Type.Optional(Type.String({ maxLength: 64, description: 'cli_…: only to this client.' })),
      subject_of: Type.Optional(Type.String({ maxLength: 64, description: 'Id of the record it is about.' })),
      status: Type.Optional(
        Type.Enum(['queued', 'sent', 'failed', 'withheld'], { description: 'Only in this state.' }),
      ),
      template: Type.Optional(Type.String({ maxLength: 80, description: 'Such as invoice-issued.' })),
      search: Type.Optional(Type.String({ maxLength: 100, description: 'Part of the address or subject.' })),
    }),
    status: 200,
    answer: { list: 'Message' },
    async handle({ deps, actor, query }) {
      const { rows, next } = await listMessages(deps, query, actor)
      return { items: rows.map(messageResource), next }
    },
  },
  {
    ...{ id: 'getMessage', method: 'get', path: '/messages/{message_id}', tag },
    summary: 'Read one mail as it was sent',
    ...rulesOf(readMessage),
    status: 200,
    answer: { one: 'MessageDetail' },
    async handle({ deps, actor, params }) {
      const row = await readMessage(deps, { id: params['message_id'] }, actor)
      const attachments = row.attachments.map(({ name }) => name)
      return { ...messageResource(row), plain: row.plain, html: row.html, attachments }
    },
  },
]

const messageResource = (row: MessageSummary) => ({
  ...{ id: row.id, client_id: row.client_id, brand_id: row.brand_id, template: row.template },
  ...{ to_address: row.to_address, to_name: row.to_name, subject: row.subject, status: row.status },
  ...{ attempts: row.attempts, last_error: row.last_error, sent_at: row.sent_at },
  created_at: row.created_at,
})
