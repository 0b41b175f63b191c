import { Type } from '../../../../sdk/index.ts'
import { all, sql } from '../../../db/index.ts'
import { findRow, scoped } from '../../../records/index.ts'
import { listQueryOf, type ApiCall, type Endpoint, type Paged } from '../endpoint.ts'

const tag = 'audit'
const audience = ['staff'] as const

export const auditEndpoints: readonly Endpoint[] = [
  {
    ...{ id: 'listAudit', method: 'get', path: '/audit', tag },
    summary: 'List who did what, newest first',
    ...{ permission: 'audit.list', audience },
    query: listQueryOf({
      action: Type.Optional(Type.String({ maxLength: 80, description: 'Such as invoice.void.' })),
      subject: Type.Optional(Type.String({ maxLength: 64, description: 'Id of the record it was done to.' })),
      actor: Type.Optional(Type.String({ maxLength: 64, description: 'usr_…, key_…, plg_… or a job.' })),
      client_id: Type.Optional(Type.String({ maxLength: 64, description: 'cli_…' })),
    }),
    status: 200,
    answer: { list: 'AuditEntry' },
    handle: list,
  },
  {
    ...{ id: 'getAuditEntry', method: 'get', path: '/audit/{audit_id}', tag },
    summary: 'Read one entry with what was before and after',
    ...{ permission: 'audit.read', audience },
    status: 200,
    answer: { one: 'AuditEntry' },
    async handle({ deps, actor, params }) {
      const wanted = { table: 'audit', what: 'audit entry', id: params['audit_id']! }
      return auditResource(await findRow<AuditRow>(deps.db, actor, wanted))
    },
  },
]

async function list({ deps, actor, query }: ApiCall) {
  const { after, limit, action, subject, actor: by, client_id } = query as Paged & Filters
  const conditions = [
    scoped(actor, { table: 'a' }),
    ...(action === undefined ? [] : [sql`a.action = ${action}`]),
    ...(subject === undefined ? [] : [sql`a.subject = ${subject}`]),
    ...(by === undefined ? [] : [sql`a.actor = ${by}`]),
    ...(client_id === undefined ? [] : [sql`a.client_id = ${client_id}`]),
    ...(after === undefined ? [] : [sql`a.id < ${after}`]),
  ]
  const rows = await deps.db.all<AuditRow>(
    sql`select a.* from audit a where ${all(conditions)} order by a.id desc limit ${limit + 1}`,
  )
  const items = rows.slice(0, limit).map(auditResource)
  return { items, next: rows.length > limit ? items.at(-1)!.id : null }
}

type Filters = Partial<Record<'action' | 'subject' | 'actor' | 'client_id', string>>

interface AuditRow {
  id: string
  action: string
  subject: string
  actor: string
  client_id: string | null
  before_state: string | null
  after_state: string | null
  reason: string | null
  request_id: string | null
  address: string | null
  occurred_at: string
}

const auditResource = (row: AuditRow) => ({
  ...{ id: row.id, action: row.action, subject: row.subject, actor: row.actor, client_id: row.client_id },
  ...{ before: stateOf(row.before_state), after: stateOf(row.after_state), reason: row.reason },
  ...{ address: row.address, request_id: row.request_id, occurred_at: row.occurred_at },
})

const stateOf = (json: string | null): unknown => (json === null ? null : (JSON.parse(json) as unknown))
