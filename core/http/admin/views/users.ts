import { sql } from '../../../db/index.ts'
import {
  isManaged,
  readUser,
  usersOf,
  type Session,
  type SignInRecord,
  type UserDetails,
} from '../../../identity/index.ts'
import type { Instant } from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import type { Block, Button, DangerView, PageView } from '../blocks.ts'
import { filled, formParts, labeller, type Asked, type Desk } from '../desk.ts'
import { auditTimeline } from './audit-timeline.ts'
import { allowed } from './clients.ts'
import { listPage } from './list-page.ts'
import { browserName } from './me.ts'
import { dangerParts } from './invoice-forms.ts'

interface Listed {
  id: string
  email: string
  name: string
  status: string
  last_seen_at: Instant | null
  created_at: Instant
  clients: number
}

export function userList(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const l = labeller(desk)
  return listPage<Listed>(desk, asked, {
    noun: 'users',
    path: '/admin/users',
    icon: 'user',
    listing: {
      columns: sql`u.id, u.email, u.name, u.status, u.last_seen_at, u.created_at,
        (select count(*) from memberships m where m.user_id = u.id) as clients`,
      from: sql`from users u`,
      where: [usersOf(desk.actor)],
      key: sql`u.id`,
    },
    searchIn: [sql`u.email_key`, sql`u.name`, sql`u.id`],
    tabs: [
      { value: 'all', label: t('admin.tab.all') },
      ...['active', 'disabled'].map((value) => ({
        value,
        label: t(`common.state.${value}`),
        where: sql`u.status = ${value}`,
      })),
    ],
    columns: [
      { label: l('name'), phone: 'title' },
      { label: l('email') },
      { label: l('state'), phone: 'side' },
      { label: t('admin.users.clients'), align: 'end', phone: 'hide' },
      { label: l('last_seen') },
      { label: l('since'), phone: 'hide' },
    ],
    row: (row) => ({
      id: `row-${row.id}`,
      href: `/admin/users/${row.id}`,
      label: row.name,
      cells: [
        ...[row.name, row.email, { state: row.status }, row.clients],
        ...[{ at: row.last_seen_at }, { at: row.created_at }],
      ],
    }),
  })
}

/** One account: for whom it acts, where it is signed in, and what was tried. */
export async function userPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor } = desk
  const details = await readUser(means, { user_id: asked.params.id! }, actor)
  const { user } = details
  return {
    head: {
      title: user.name,
      text: user.email,
      crumbs: crumbsTo(desk, user, null),
      status: [{ state: user.status }],
      actions: (await isManaged(means.db, actor, user.id)) ? actsOf(desk, user) : [],
    },
    main: [
      await clientTable(desk, user.id),
      sessionTable(desk, details.sessions),
      signInTable(desk, details.sign_ins),
      await auditTimeline(desk, { subject: user.id, id: `user-${user.id}-history` }),
    ],
    aside: [facts(desk, user)],
  }
}

type User = UserDetails['user']

const crumbsTo = ({ t }: Desk, user: User, last: string | null) => [
  { label: t('admin.users.title'), href: '/admin/users' },
  ...(last === null
    ? [{ label: user.name }]
    : [{ label: user.name, href: `/admin/users/${user.id}` }, { label: last }]),
]

function actsOf(desk: Desk, user: User): Button[] {
  const { t } = desk
  const at = `/admin/users/${user.id}`
  const turn = user.status === 'active' ? 'disable' : 'enable'
  const offers: [permission: string, button: Button][] = [
    ['user.ask_email', { label: t('admin.users.email'), href: `${at}/email`, icon: 'mail' }],
    ['user.send_reset', { label: t('admin.users.reset'), post: `${at}/reset`, icon: 'key', kind: 'ghost' }],
    [
      'user.end_sessions',
      { label: t('admin.users.end_sessions'), post: `${at}/end-sessions`, icon: 'power', kind: 'ghost' },
    ],
    [
      `user.${turn}`,
      {
        ...{ label: t(`admin.users.${turn}.act`), href: `${at}/${turn}`, kind: 'ghost' },
        icon: turn === 'disable' ? 'ban' : 'player-play',
      },
    ],
  ]
  return offers.filter(([permission]) => allowed(desk, permission)).map(([, button]) => button)
}

function facts(desk: Desk, user: User): Block {
  const { t } = desk
  const l = labeller(desk)
  return {
    kind: 'facts',
    id: `user-${user.id}-facts`,
    title: t('admin.users.facts'),
    items: [
      { label: l('email'), value: { copy: user.email, label: l('email') } },
      {
        label: t('admin.users.verified'),
        value: user.email_verified_at ? { at: user.email_verified_at } : t('admin.users.unverified'),
      },
      { label: l('language'), value: user.locale },
      { label: l('last_seen'), value: { at: user.last_seen_at } },
      { label: l('since'), value: { at: user.created_at } },
      { label: l('id'), value: { copy: user.id, label: l('id') } },
    ],
  }
}

async function clientTable(desk: Desk, userId: string): Promise<Block> {
  const { t, means, actor } = desk
  const l = labeller(desk)
  const rows = await means.db.all<{
    id: string
    client_id: string
    name: string
    owner: number
    status: string
  }>(sql`
    select m.id, m.client_id, coalesce(c.company, c.name) as name, m.owner, c.status
    from memberships m join clients c on c.id = m.client_id
    where m.user_id = ${userId} and ${scoped(actor, { table: 'c', client: 'id' })} order by m.id desc limit 50`)
  return {
    kind: 'table',
    id: `user-${userId}-clients`,
    title: t('admin.users.clients'),
    columns: [
      { label: l('name'), phone: 'title' },
      { label: l('role') },
      { label: l('state'), phone: 'side' },
    ],
    rows: rows.map((row) => ({
      id: `row-${row.id}`,
      href: `/admin/clients/${row.client_id}`,
      label: row.name,
      cells: [row.name, row.owner === 1 ? t('admin.clients.owner') : null, { state: row.status }],
    })),
    empty: { icon: 'users', title: t('admin.users.no_clients') },
  }
}

function sessionTable(desk: Desk, sessions: readonly Session[]): Block {
  const { t } = desk
  const l = labeller(desk)
  return {
    kind: 'table',
    id: 'user-sessions',
    title: t('admin.users.sessions'),
    columns: [{ label: l('browser'), phone: 'title' }, { label: l('ip') }, { label: l('last_seen') }],
    rows: sessions.map((row) => ({
      id: `row-${row.id}`,
      label: browserName(row.agent),
      cells: [browserName(row.agent), row.address, { at: row.last_seen_at }],
    })),
    empty: { icon: 'user', title: t('admin.users.no_sessions') },
  }
}

function signInTable(desk: Desk, signIns: readonly SignInRecord[]): Block {
  const { t } = desk
  const l = labeller(desk)
  return {
    kind: 'table',
    id: 'user-sign-ins',
    title: t('admin.users.sign_ins'),
    columns: [
      { label: l('at'), phone: 'title' },
      { label: l('outcome'), phone: 'side' },
      { label: l('browser') },
      { label: l('ip') },
    ],
    rows: signIns.slice(0, 15).map((row, place) => ({
      id: `sign-in-${place}`,
      label: row.occurred_at,
      cells: [
        { at: row.occurred_at },
        {
          ...{ state: row.outcome, label: t(`admin.me.outcome.${row.outcome}`) },
          tone: row.outcome === 'succeeded' ? 'good' : 'warn',
        },
        browserName(row.agent),
        row.address,
      ],
    })),
    empty: { icon: 'history', title: t('admin.users.no_sign_ins') },
  }
}

export const userMove =
  (move: 'disable' | 'enable') =>
  async (desk: Desk, asked: Asked): Promise<DangerView> => {
    const { t, means, actor } = desk
    const { user } = await readUser(means, { user_id: asked.params.id! }, actor)
    return {
      title: t(`admin.users.${move}.title`, { name: user.name }),
      crumbs: crumbsTo(desk, user, t(`admin.users.${move}.act`)),
      action: `/admin/users/${user.id}/${move}`,
      label: t(`admin.users.${move}.act`),
      cancelHref: `/admin/users/${user.id}`,
      acts: [{ text: t(`admin.users.${move}.effect`) }, { text: t(`admin.users.${move}.keeps`) }],
      ...dangerParts(desk, asked),
    }
  }

export async function userEmailPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const { user } = await readUser(means, { user_id: asked.params.id! }, actor)
  return {
    head: {
      title: t('admin.users.email'),
      text: user.email,
      crumbs: crumbsTo(desk, user, t('admin.users.email')),
    },
    main: [
      {
        kind: 'form',
        id: `user-${user.id}-email`,
        text: t('admin.users.email_text'),
        action: `/admin/users/${user.id}/email`,
        cancelHref: `/admin/users/${user.id}`,
        fields: [
          { ...filled(asked, 'email'), kind: 'email', autocomplete: 'off', label: t('admin.label.email') },
        ],
        submit: { label: t('admin.users.ask') },
        ...formParts(desk, asked),
      },
    ],
  }
}
