import { Type } from '../../../sdk/index.ts'
import { list, sql, type Sql } from '../../db/index.ts'
import { NotFound } from '../../kernel/index.ts'
import { defineVerb, scoped, type Means } from '../../records/index.ts'
import type { PluginRequestRow } from './request-lifecycle.ts'

/** With the names of who asked and whom it is about. An instance that was removed has none. */
export type ListedRequest = PluginRequestRow & {
  instance_name: string | null
  client_name: string
  decided_by_name: string | null
}

export const REQUEST_COLUMNS: Sql = sql`q.*, i.name as instance_name, coalesce(c.company, c.name) as client_name,
  u.name as decided_by_name`
export const REQUEST_TABLES: Sql = sql`from plugin_requests q left join plugin_instances i on i.id = q.instance_id
  join clients c on c.id = q.client_id left join users u on u.id = q.decided_by`

const States = Type.Enum(['waiting', 'approved', 'refused'] as const)

/** Newest first. One statement. */
export const listPluginRequests = defineVerb(
  {
    permission: 'plugin_request.list',
    audience: ['staff'],
    input: Type.Object({
      status: Type.Array(States, { default: ['waiting'] }),
      instance_id: Type.Optional(Type.String({ maxLength: 64 })),
      client_id: Type.Optional(Type.String({ maxLength: 64 })),
      after: Type.Optional(Type.String({ maxLength: 64 })),
      limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
    }),
  },
  async (means: Means, input, actor): Promise<{ rows: ListedRequest[]; next: string | null }> => {
    const conditions = [
      sql`${scoped(actor, { table: 'q' })} and q.status in (${list(input.status)})`,
      ...(input.instance_id ? [sql`q.instance_id = ${input.instance_id}`] : []),
      ...(input.client_id ? [sql`q.client_id = ${input.client_id}`] : []),
      ...(input.after ? [sql`q.id < ${input.after}`] : []),
    ]
    const where = conditions.reduce((all, one) => sql`${all} and ${one}`)
    const rows = await means.db.all<ListedRequest>(sql`
      select ${REQUEST_COLUMNS} ${REQUEST_TABLES} where ${where} order by q.id desc limit ${input.limit + 1}`)
    const shown = rows.slice(0, input.limit)
    return { rows: shown, next: rows.length > input.limit ? shown.at(-1)!.id : null }
  },
)

export const readPluginRequest = defineVerb(
  {
    permission: 'plugin_request.read',
    audience: ['staff'],
    input: Type.Object({ request_id: Type.String({ maxLength: 64 }) }),
  },
  async (means: Means, { request_id }, actor): Promise<ListedRequest> => {
    const row = await means.db.get<ListedRequest>(sql`
      select ${REQUEST_COLUMNS} ${REQUEST_TABLES} where q.id = ${request_id} and ${scoped(actor, { table: 'q' })}`)
    if (!row) throw NotFound({ what: 'plugin request', id: request_id })
    return row
  },
)
