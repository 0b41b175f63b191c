import { all, sql, type Sql } from '../../../db/index.ts'
import { NotFound, quotedCell, type Instant } from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import { url } from '../../../render/index.ts'
import type { Block, Cell, PageView } from '../blocks.ts'
import { filled, labeller, type Asked, type Desk } from '../desk.ts'
import { holds } from '../read-list.ts'
import { actorJoins, actorName, actorNamed } from './actor-name.ts'
import { recordCell } from './automation.ts'
import { listPage } from './list-page.ts'
import { actName } from './words.ts'

interface Entry {
  id: string
  action: string
  subject: string
  actor: string
  name: string | null
  client_id: string | null
  before_state: string | null
  after_state: string | null
  reason: string | null
  request_id: string | null
  address: string | null
  occurred_at: Instant
}

const from = sql`from audit a ${actorJoins('a.actor')}`

const filters = {
  action: sql`a.action`,
  actor: sql`a.actor`,
  subject: sql`a.subject`,
  client: sql`a.client_id`,
}
const searchIn = [
  ...[sql`a.action`, sql`a.subject`, sql`a.actor`, sql`a.request_id`],
  ...[sql`u.name`, sql`k.name`, sql`n.name`],
]

const daysOf = ({ query }: Asked): Sql[] => [
  ...(query.from_day ? [sql`a.occurred_at >= ${`${query.from_day}T00:00:00.000Z`}`] : []),
  ...(query.to_day ? [sql`a.occurred_at <= ${`${query.to_day}T23:59:59.999Z`}`] : []),
]

/** What the list shows, as a file: the same filters, newest first. */
export async function auditFile(desk: Desk, asked: Asked): Promise<string> {
  const { query } = asked
  const wanted = Object.entries(filters).filter(([name]) => query[name])
  const where = [
    scoped(desk.actor, { table: 'a' }),
    ...daysOf(asked),
    ...wanted.map(([name, column]) => sql`${column} = ${query[name]!}`),
    ...(query.q ? [holds(searchIn, query.q)] : []),
  ]
  const rows = await desk.means.db.all<Entry>(
    sql`select a.*, ${actorNamed} ${from} where ${all(where)} order by a.id desc limit ${EXPORTED_MAX}`,
  )
  const lines = rows.map((row) => [
    ...[row.occurred_at, row.action, row.subject, row.actor, row.name, row.client_id, row.reason],
    ...[row.before_state, row.after_state, row.address, row.request_id],
  ])
  return [COLUMNS, ...lines]
    .map((line) => `${line.map((cell) => quotedCell(cell ?? '')).join(',')}\r\n`)
    .join('')
}

const EXPORTED_MAX = 10_000
const COLUMNS = [
  ...['occurred_at', 'action', 'subject', 'actor', 'name', 'client_id', 'reason'],
  ...['before', 'after', 'address', 'request_id'],
]

/** Who did what to which record, with old and new. */
export function auditList(desk: Desk, asked: Asked): Promise<PageView> {
  const l = labeller(desk)
  return listPage<Entry>(desk, asked, {
    noun: 'audit',
    path: '/admin/audit',
    icon: 'history',
    before: [filterForm(desk, asked)],
    listing: {
      columns: sql`a.id, a.action, a.subject, a.actor, ${actorNamed}, a.reason, a.address, a.occurred_at`,
      from,
      where: [scoped(desk.actor, { table: 'a' }), ...daysOf(asked)],
      key: sql`a.id`,
    },
    searchIn,
    filters,
    actions: [
      {
        label: desk.t('admin.audit.export'),
        href: `/admin/audit.csv${asked.url.includes('?') ? asked.url.slice(asked.url.indexOf('?')) : ''}`,
        icon: 'download',
        kind: 'ghost',
        plain: true,
      },
    ],
    columns: [
      { label: l('action'), phone: 'title' },
      { label: l('record') },
      { label: l('by') },
      { label: l('reason'), phone: 'hide' },
      { label: l('at'), phone: 'side' },
    ],
    row: (row) => ({
      id: `row-${row.id}`,
      href: `/admin/audit/${row.id}`,
      label: actName(desk, row.action),
      cells: [
        { words: actName(desk, row.action), code: row.action },
        recordCell(row.subject),
        actorName(desk, row),
        row.reason,
        { at: row.occurred_at },
      ],
    }),
  })
}

function filterForm(desk: Desk, asked: Asked): Block {
  const l = labeller(desk)
  const field = (name: string, kind: string, label = name) => ({
    ...filled(asked, name, asked.query[name]),
    kind,
    required: false,
    label: l(label),
  })
  return {
    kind: 'form',
    id: 'audit-filter',
    method: 'get',
    action: '/admin/audit',
    inline: true,
    keys: {},
    fields: [
      field('action', 'text'),
      field('subject', 'text', 'record'),
      field('from_day', 'date'),
      field('to_day', 'date'),
    ],
    submit: { label: desk.t('admin.filter.apply'), kind: 'secondary' },
  }
}

export async function auditPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const l = labeller(desk)
  const id = asked.params.id!
  const row = await means.db.get<Entry>(
    sql`select a.*, ${actorNamed} ${from} where a.id = ${id} and ${scoped(actor, { table: 'a' })}`,
  )
  if (!row) throw NotFound({ what: 'audit entry', id })
  const title = actName(desk, row.action)
  return {
    head: {
      title,
      crumbs: [{ label: t('admin.audit.title'), href: '/admin/audit' }, { label: title }],
    },
    main: [changes(desk, row)],
    aside: [
      {
        kind: 'facts',
        id: 'audit-facts',
        items: [
          { label: l('action'), value: { mono: row.action } },
          { label: l('record'), value: recordCell(row.subject) },
          { label: l('by'), value: actorLink(desk, row) },
          { label: l('at'), value: { at: row.occurred_at } },
          { label: l('reason'), value: row.reason },
          { label: l('client'), value: row.client_id ? recordCell(row.client_id) : null },
          { label: l('ip'), value: row.address },
          {
            label: l('request'),
            value: row.request_id ? { href: `/admin/audit?q=${row.request_id}`, text: row.request_id } : null,
          },
          { label: l('id'), value: { copy: row.id, label: l('id') } },
        ],
      },
    ],
  }
}

/** Leads to everything else that this one did. */
const actorLink = (desk: Desk, row: Entry): Cell => ({
  cells: [
    { href: url('/admin/audit', { actor: row.actor }), text: actorName(desk, row) },
    { mono: row.actor },
  ],
})

/** Field by field, old beside new. */
function changes(desk: Desk, row: Entry): Block {
  const l = labeller(desk)
  const [before, after] = [row.before_state, row.after_state].map(fieldsOf)
  const names = [...new Set([...Object.keys(before!), ...Object.keys(after!)])]
  return {
    kind: 'table',
    id: 'audit-changes',
    title: desk.t('admin.audit.changes'),
    columns: [{ label: l('field'), phone: 'title' }, { label: l('before') }, { label: l('after') }],
    rows: names.map((name) => ({
      id: `field-${name}`,
      label: name,
      cells: [{ mono: name }, shown(before![name]), shown(after![name])],
    })),
    empty: { icon: 'history', title: desk.t('admin.audit.no_changes') },
  }
}

function fieldsOf(json: string | null): Record<string, unknown> {
  const value: unknown = json === null ? null : JSON.parse(json)
  if (value === null || value === undefined) return {}
  return typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : { value }
}

const shown = (value: unknown): string | null =>
  value === undefined || value === null
    ? null
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value as string | number)
