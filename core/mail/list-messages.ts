import { Type } from '../../sdk/index.ts'
import { all, sql, type Sql } from '../db/index.ts'
import type { Instant } from '../kernel/index.ts'
import { defineVerb, scoped, type Means } from '../records/index.ts'
import type { MessageStatus } from './message.ts'

export interface MessageSummary {
  id: string
  client_id: string | null
  brand_id: string | null
  template: string
  to_address: string
  to_name: string
  subject: string
  status: MessageStatus
  attempts: number
  last_error: string | null
  sent_at: Instant | null
  created_at: Instant
}

export interface MessagePage {
  rows: MessageSummary[]
  /** Hand it back as `after` for the older ones; null at the end. */
  next: string | null
}

/** The mail log, newest first. */
export const listMessages = defineVerb(
  {
    permission: 'message.list',
    audience: ['staff'],
    input: Type.Object({
      client_id: Type.Optional(Type.String()),
      subject_of: Type.Optional(Type.String()),
      status: Type.Optional(
        Type.Union([
          Type.Literal('queued'),
          Type.Literal('sent'),
          Type.Literal('failed'),
          Type.Literal('withheld'),
        ]),
      ),
      template: Type.Optional(Type.String()),
      /** Part of the address or the subject. */
      search: Type.Optional(Type.String({ maxLength: 100 })),
      after: Type.Optional(Type.String()),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
    }),
  },
  async (means: Means, input, actor): Promise<MessagePage> => {
    const limit = input.limit ?? 25
    const rows = await means.db.all<MessageSummary>(sql`
      select m.id, m.client_id, m.brand_id, m.template, m.to_address, m.to_name, m.subject, m.status, m.attempts,
        m.last_error, m.sent_at, m.created_at
      from messages m where ${all([scoped(actor, { table: 'm' }), ...filters(input)])}
      order by m.id desc limit ${limit + 1}`)
    const page = rows.slice(0, limit)
    return { rows: page, next: rows.length > limit ? page.at(-1)!.id : null }
  },
)

interface Filters {
  client_id?: string
  subject_of?: string
  status?: MessageStatus
  template?: string
  search?: string
  after?: string
}

function filters({ client_id, subject_of, status, template, search, after }: Filters): Sql[] {
  const conditions: Sql[] = []
  if (client_id) conditions.push(sql`m.client_id = ${client_id}`)
  if (subject_of) conditions.push(sql`m.subject_of = ${subject_of}`)
  if (status) conditions.push(sql`m.status = ${status}`)
  if (template) conditions.push(sql`m.template = ${template}`)
  if (after) conditions.push(sql`m.id < ${after}`)
  if (search) {
    const pattern = `%${search.toLowerCase().replace(/[%_!]/g, '!$&')}%`
    conditions.push(
      sql`(lower(m.to_address) like ${pattern} escape '!' or lower(m.subject) like ${pattern} escape '!')`,
    )
  }
  return conditions
}
