import {
  REQUEST_COLUMNS,
  REQUEST_TABLES,
  readPluginRequest,
  type ListedRequest,
} from '../../../plugins/index.ts'
import { sql } from '../../../db/index.ts'
import { covers } from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import { url } from '../../../render/index.ts'
import { inMoney, type Button, type Cell, type DangerView, type Facts, type PageView } from '../blocks.ts'
import { clientLink, labeller, looseProblem, moneyText, type Asked, type Desk } from '../desk.ts'
import { allowed } from './clients.ts'
import { dangerParts } from './invoice-forms.ts'
import { listPage } from './list-page.ts'
import { placeOfId } from './search.ts'

const STATES = ['waiting', 'approved', 'refused'] as const
const TONES = { waiting: 'warn', approved: 'good', refused: 'off' } as const
const LIST = '/admin/plugin-requests'

/** What waits for a person first. What it takes from the client is said before what it is for. */
export function requestList(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, actor } = desk
  const l = labeller(desk)
  const states = STATES.map((value) => ({
    ...{ value, label: t(`requests.state.${value}`), where: sql`q.status = ${value}` },
  }))
  return listPage<ListedRequest>(desk, asked, {
    ...{ noun: 'requests', words: 'requests', path: LIST, icon: 'puzzle' },
    listing: {
      ...{ columns: REQUEST_COLUMNS, from: REQUEST_TABLES, key: sql`q.id` },
      where: [scoped(actor, { table: 'q' })],
    },
    searchIn: [sql`c.name`, sql`c.company`, sql`i.name`, sql`q.reference`],
    filters: { client: sql`q.client_id`, instance: sql`q.instance_id` },
    tabs: [...states, { value: 'all', label: t('admin.tab.all') }],
    columns: [
      { label: l('what'), phone: 'title' },
      { label: t('requests.takes'), align: 'end', phone: 'side' },
      { label: l('client'), phone: 'line' },
      { label: l('plugin') },
      { label: t('requests.asked_at') },
      { label: l('state') },
    ],
    row: (row) => ({
      ...{ id: `row-${row.id}`, href: `${LIST}/${row.id}`, label: wish(desk, row) },
      cells: [
        ...[wish(desk, row), takes(row), clientLink(row.client_id, row.client_name), pluginCell(row)],
        ...[{ at: row.created_at }, stateCell(desk, row)],
      ],
    }),
  })
}

const takes = ({ amount_minor, currency }: ListedRequest): Cell =>
  amount_minor === null ? null : inMoney(amount_minor, currency!)

/** Leads to what else it asked for. An instance that was removed is known by its plugin alone. */
const pluginCell = ({ instance_id, instance_name, plugin_id }: ListedRequest): Cell => ({
  ...{ href: url(LIST, { status: 'all', instance: instance_id }), text: instance_name ?? plugin_id },
})

const stateCell = ({ t }: Desk, { status }: ListedRequest): Cell => ({
  ...{ state: status, label: t(`requests.state.${status}`), tone: TONES[status] },
})

const WISH_LENGTH = 160

/** What it wants in one line, such as "Charge €49.00 with the next invoice: Migration". */
function wish(desk: Desk, { scope, body, amount_minor, currency }: ListedRequest): string {
  const { held, ...texts } = JSON.parse(body) as Record<string, unknown>
  const text = texts['description'] ?? texts['body'] ?? texts['note'] ?? texts['label'] ?? texts['reason']
  const word = held === false ? 'service_lift' : scope.replace('.write:', '_')
  const amount = amount_minor === null ? '' : moneyText(desk, amount_minor, currency!)
  const line = desk.t(`requests.want.${word}`, { text: String(text), amount })
  return line.length > WISH_LENGTH ? `${line.slice(0, WISH_LENGTH)}…` : line
}

const crumbs = (desk: Desk, last: string) => [
  { label: desk.t('requests.title'), href: LIST },
  { label: last },
]

export async function requestPage(desk: Desk, asked: Asked): Promise<PageView> {
  const row = await readPluginRequest(desk.means, { request_id: asked.params.id }, desk.actor)
  const title = desk.t('requests.one', { plugin: row.instance_name ?? row.plugin_id })
  const problem = looseProblem(asked)
  return {
    head: { title, text: wish(desk, row), crumbs: crumbs(desk, title), actions: decisions(desk, row) },
    main: [
      ...(problem === null
        ? []
        : [{ kind: 'notice', id: 'request-problem', tone: 'bad', text: problem } as const]),
      factsOf(desk, row),
    ],
  }
}

function factsOf(desk: Desk, row: ListedRequest): Facts {
  const { t } = desk
  const l = labeller(desk)
  const fact = (label: string, value: Cell) => ({ label, value })
  const decided = [
    fact(t('requests.decided_by'), row.decided_by_name ?? t('requests.by_grant')),
    fact(t('requests.decided_at'), { at: row.decided_at }),
    ...(row.reason === null ? [] : [fact(l('reason'), row.reason)]),
  ]
  const href = placeOfId(row.record_id)
  return {
    ...{ kind: 'facts', id: `request-${row.id}` },
    items: [
      fact(t('requests.takes'), row.amount_minor === null ? t('requests.takes_nothing') : takes(row)),
      fact(l('client'), clientLink(row.client_id, row.client_name)),
      ...Object.entries(JSON.parse(row.body) as Record<string, unknown>).flatMap(([name, value]) =>
        typeof value === 'object' ? [] : [fact(t(`requests.field.${name}`), valueText(desk, value))],
      ),
      ...(row.record_id === row.client_id
        ? []
        : [fact(t('requests.record'), href ? { href, text: row.record_id } : { mono: row.record_id })]),
      fact(l('plugin'), pluginCell(row)),
      fact(t('requests.reference'), { mono: row.reference }),
      fact(t('requests.asked_at'), { at: row.created_at }),
      fact(l('state'), stateCell(desk, row)),
      ...(row.status === 'waiting' ? [] : decided),
    ],
  }
}

const valueText = ({ t }: Desk, value: unknown): string =>
  typeof value === 'boolean' ? t(value ? 'requests.yes' : 'requests.no') : String(value)

/** Nobody is offered to approve what they could not do themselves. */
function decisions(desk: Desk, row: ListedRequest): Button[] {
  const { t, means, actor } = desk
  if (row.status !== 'waiting') return []
  const lacking = means.writeActs[row.scope].permissions.find((one) => !covers(actor.permissions, one))
  const approve: Button = {
    label:
      row.amount_minor === null
        ? t('requests.approve')
        : t('requests.approve_sum', { amount: moneyText(desk, row.amount_minor, row.currency!) }),
    ...{ post: `${LIST}/${row.id}/approve`, icon: 'check', kind: 'primary' },
    ...(lacking === undefined ? {} : { disabled: true, reason: t('requests.may_not') }),
  }
  const refuse: Button = { label: t('requests.refuse'), href: `${LIST}/${row.id}/refuse`, icon: 'ban' }
  return [
    ...(allowed(desk, 'plugin_request.approve') ? [approve] : []),
    ...(allowed(desk, 'plugin_request.refuse') ? [refuse] : []),
  ]
}

export async function refuseRequestPage(desk: Desk, asked: Asked): Promise<DangerView> {
  const { t } = desk
  const row = await readPluginRequest(desk.means, { request_id: asked.params.id }, desk.actor)
  const title = t('requests.refuse_title')
  return {
    ...{ title, text: wish(desk, row), crumbs: crumbs(desk, title) },
    ...{ action: `${LIST}/${row.id}/refuse`, label: t('requests.refuse'), cancelHref: `${LIST}/${row.id}` },
    acts: [
      { text: t('requests.refuse_nothing'), icon: 'ban' },
      { text: t('requests.refuse_told'), icon: 'puzzle', final: true },
    ],
    reason: labeller(desk)('reason'),
    ...dangerParts(desk, asked),
  }
}
