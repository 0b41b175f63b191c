import { Type } from '../../../../sdk/index.ts'
import { all, sql } from '../../../db/index.ts'
import { findRow, scoped } from '../../../records/index.ts'
import { replayEvent } from '../../admin/automation.ts'
import { listQueryOf, type ApiCall, type Endpoint, type Paged } from '../endpoint.ts'

const tag = 'events'
const audience = ['staff'] as const

export const eventEndpoints: readonly Endpoint[] = [
  {
    id: 'listEvents',
    method: 'get',
    path: '/events',
    tag,
    summary: 'List events, newest first',
    permission: 'event.list',
    audience,
    query: listQueryOf({
      type: Type.Optional(Type.String({ maxLength: 80, description: 'Such as invoice.paid.' })),
      subject: Type.Optional(Type.String({ maxLength: 64, description: 'Id of the record it is about.' })),
      client_id: Type.Optional(Type.String({ maxLength: 64, description: 'cli_…' })),
    }),
    status: 200,
    answer: { list: 'Event' },
    handle: list,
  },
  {
    id: 'getEvent',
    method: 'get',
    path: '/events/{event_id}',
    tag,
    summary: 'Read one event',
    permission: 'event.read',
    audience,
    status: 200,
    answer: { one: 'Event' },
    handle: async ({ deps, actor, params }) =>
      eventResource(
        await findRow<EventRow>(deps.db, actor, { table: 'events', what: 'event', id: params.event_id! }),
      ),
  },
  {
    id: 'replayEvent',
    method: 'post',
    path: '/events/{event_id}/replay',
    tag,
    summary: 'Let every consumer that has not heard an event hear it',
    permission: replayEvent.permission,
    audience: replayEvent.audience,
    status: 204,
    answer: null,
    handle: ({ deps, actor, params }) => replayEvent(deps, params, actor),
  },
]

async function list({ deps, actor, query }: ApiCall) {
  const { after, limit, type, subject, client_id } = query as Paged & Record<string, string | undefined>
  const conditions = [
    scoped(actor, { table: 'e' }),
    ...(type === undefined ? [] : [sql`e.type = ${type}`]),
    ...(subject === undefined ? [] : [sql`e.subject = ${subject}`]),
    ...(client_id === undefined ? [] : [sql`e.client_id = ${client_id}`]),
    ...(after === undefined ? [] : [sql`e.id < ${after}`]),
  ]
  const rows = await deps.db.all<EventRow>(
    sql`select e.* from events e where ${all(conditions)} order by e.id desc limit ${limit + 1}`,
  )
  const items = rows.slice(0, limit).map(eventResource)
  return { items, next: rows.length > limit ? items.at(-1)!.id : null }
}

interface EventRow {
  id: string
  type: string
  subject: string
  client_id: string | null
  actor: string
  occurred_at: string
  body: string
}

const eventResource = (row: EventRow) => ({
  ...{ id: row.id, type: row.type, subject: row.subject, client_id: row.client_id, actor: row.actor },
  ...{ occurred_at: row.occurred_at, body: JSON.parse(row.body) as unknown },
})
