import { list, sql } from '../../../db/index.ts'
import { NotFound } from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import {
  comparisonOf,
  countAccounts,
  listing,
  type AccountKind,
  type ComparisonRow,
  type ServerAccountRow,
} from '../../../services/index.ts'
import type { Block, Button, PageView, Row } from '../blocks.ts'
import { labeller, looseProblem, type Asked, type Desk } from '../desk.ts'
import { allowed } from './clients.ts'
import { listPage, type Tab } from './list-page.ts'
import { differencesIn, differenceWords, kindCell } from './server-account-words.ts'

const WORDS = 'admin.server_accounts'

/** Tabs beside the first and the last two; one of them holds two kinds. */
const KINDS: Readonly<Record<string, readonly AccountKind[]>> = {
  missing: ['missing'],
  stray: ['stray', 'left'],
  waiting: ['waiting'],
  differs: ['differs'],
}

type Counts = Awaited<ReturnType<typeof countAccounts>>
type Listed = ServerAccountRow & { label: string | null }

/** What a server has and what is billed, and what is to be done where that differs. */
export async function accountList(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const l = labeller(desk)
  const server = await serverOf(desk, asked.params.id!)
  const comparison = await comparisonOf(means.db, server.id)
  const counts = await countAccounts(means.db, server.id, actor)
  const at = `/admin/servers/${server.id}/accounts`
  const page = await listPage<Listed>(desk, asked, {
    ...{ noun: 'server_accounts', words: WORDS, path: at, icon: 'scale' },
    listing: {
      columns: sql`a.*, s.label`,
      from: sql`from server_accounts a left join services s on s.id = a.service_id`,
      counted: sql`from server_accounts a`,
      where: [sql`a.server_id = ${server.id}`, scoped(actor, { table: 'a', client: null })],
      key: sql`a.id`,
    },
    tabs: tabsOf(desk, counts),
    before: [...refusalOf(asked), stateOf(desk, comparison), ...problemOf(desk, comparison)],
    columns: [
      { label: l('account'), phone: 'title' },
      { label: l('found'), phone: 'side' },
      { label: l('remote_id'), phone: 'hide' },
      { label: l('service') },
      { label: l('detail') },
      { label: l('since'), phone: 'hide' },
    ],
    row: (row) => rowOf(desk, row),
  })
  const crumbs = [
    { label: t('admin.servers.title'), href: '/admin/servers' },
    { label: server.name, href: `/admin/servers/${server.id}` },
    { label: t(`${WORDS}.title`) },
  ]
  const lists = listing(means).includes(server.instance_id)
  return { ...page, head: { ...page.head, crumbs, actions: lists ? actsOf(desk, at, counts) : [] } }
}

async function serverOf(desk: Desk, id: string): Promise<{ id: string; name: string; instance_id: string }> {
  const row = await desk.means.db.get<{ id: string; name: string; instance_id: string }>(
    sql`select id, name, instance_id from servers where id = ${id}`,
  )
  if (!row) throw NotFound({ what: 'server', id })
  return row
}

function actsOf(desk: Desk, at: string, counts: Counts): Button[] {
  const { t } = desk
  const waiting = counts.get('waiting') ?? 0
  return [
    ...(waiting > 0 && allowed(desk, 'server_account.adopt_waiting')
      ? [{ label: t(`${WORDS}.adopt_all`, { accounts: waiting }), post: `${at}/adopt`, icon: 'check' }]
      : []),
    ...(allowed(desk, 'server_account.compare')
      ? [{ label: t(`${WORDS}.compare`), post: `${at}/compare`, icon: 'refresh', kind: 'primary' as const }]
      : []),
  ]
}

function tabsOf({ t }: Desk, counts: Counts): Tab[] {
  const many = (kinds: readonly AccountKind[]) =>
    kinds.reduce((sum, kind) => sum + (counts.get(kind) ?? 0), 0)
  const tab = (value: string, kinds: readonly AccountKind[]): Tab => ({
    ...{ value, label: t(`${WORDS}.tab.${value}`), count: many(kinds) },
    where: sql`a.note is null and a.kind in (${list(kinds)})`,
  })
  return [
    tab('open', Object.values(KINDS).flat()),
    ...Object.entries(KINDS).map(([value, kinds]) => tab(value, kinds)),
    { value: 'ignored', label: t(`${WORDS}.tab.ignored`), where: sql`a.note is not null` },
    { value: 'agrees', label: t(`${WORDS}.tab.agrees`), where: sql`a.note is null and a.kind = 'agrees'` },
  ]
}

function refusalOf(asked: Asked): Block[] {
  const text = looseProblem(asked)
  return text === null ? [] : [{ kind: 'notice', id: 'account-refusal', tone: 'bad', text }]
}

function stateOf(desk: Desk, comparison: ComparisonRow | undefined): Block {
  const { t } = desk
  const l = labeller(desk)
  const runs = comparison !== undefined && comparison.ended_at === null
  return {
    kind: 'facts',
    id: 'account-comparison',
    items: [
      {
        label: t(`${WORDS}.compared`),
        value: comparison?.compared_at ? { at: comparison.compared_at } : t(`${WORDS}.never`),
      },
      ...(comparison ? [{ label: l('accounts'), value: comparison.accounts }] : []),
      ...(runs ? [{ label: t(`${WORDS}.runs`), value: { at: comparison.started_at } }] : []),
    ],
  }
}

function problemOf({ t }: Desk, comparison: ComparisonRow | undefined): Block[] {
  if (!comparison?.problem) return []
  const title = t(`${WORDS}.broken`)
  return [{ kind: 'notice', id: 'account-problem', tone: 'bad', title, text: comparison.problem }]
}

function rowOf(desk: Desk, row: Listed): Row {
  const details = differencesIn(row).map((one) => differenceWords(desk, one))
  return {
    id: `row-${row.id}`,
    href: `/admin/server-accounts/${row.id}`,
    label: row.name,
    cells: [
      row.name,
      kindCell(desk, row),
      row.remote_id === null ? null : { mono: row.remote_id },
      row.service_id === null
        ? null
        : { href: `/admin/services/${row.service_id}`, text: row.label ?? row.service_id },
      row.note ?? row.problem ?? (details.join('; ') || null),
      { at: row.found_at },
    ],
  }
}
