import {
  listApiKeys,
  listSessions,
  listSignIns,
  requirePerson,
  type ListedApiKey,
} from '../../../identity/index.ts'
import { sql } from '../../../db/index.ts'
import type { Block, Cell, PageView, Row } from '../blocks.ts'
import { filled, formParts, labeller, type Asked, type Desk } from '../desk.ts'

const SIGN_INS_SHOWN = 15

const tabsOf = ({ t }: Desk, active: 'me' | 'keys') => ({
  label: t('admin.me.title'),
  tabs: [
    { label: t('admin.me.account'), href: '/admin/me', active: active === 'me' },
    { label: t('admin.keys.title'), href: '/admin/me/keys', active: active === 'keys' },
  ],
})

/** Own profile, password, and where one is signed in. */
export async function mePage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const { userId } = requirePerson(actor)
  const user = await means.db.get<{ name: string; email: string; locale: string; theme: string }>(
    sql`select name, email, locale, theme from users where id = ${userId}`,
  )
  return {
    head: { title: t('admin.me.title'), text: user!.email },
    tabs: tabsOf(desk, 'me'),
    main: [await sessionTable(desk), await signInTable(desk)],
    aside: [profileForm(desk, asked, user!), emailForm(desk, asked), passwordForm(desk, asked)],
  }
}

function profileForm(desk: Desk, asked: Asked, user: { name: string; locale: string; theme: string }): Block {
  const { t, means } = desk
  const mine = /\/(password|email)$/.test(asked.path) ? { ...asked, refused: null } : asked
  const names = new Intl.DisplayNames(desk.locale, { type: 'language' })
  const locales = [...new Set([user.locale, ...means.messages.locales])]
  return {
    kind: 'form',
    id: 'me-profile',
    title: t('admin.me.profile'),
    action: '/admin/me',
    reloads: true,
    fields: [
      { ...filled(mine, 'name', user.name), label: t('admin.label.name') },
      {
        ...filled(mine, 'locale', user.locale),
        kind: 'select',
        label: t('admin.label.language'),
        options: locales.map((value) => ({ value, label: names.of(value) ?? value })),
      },
      {
        ...filled(mine, 'theme', user.theme),
        kind: 'select',
        label: t('admin.label.theme'),
        options: ['system', 'light', 'dark'].map((value) => ({ value, label: t(`admin.me.theme.${value}`) })),
      },
    ],
    submit: { label: t('admin.save'), kind: 'secondary' },
    ...formParts(desk, mine),
  }
}

function emailForm(desk: Desk, asked: Asked): Block {
  const { t } = desk
  const mine = asked.path.endsWith('/email') ? asked : { ...asked, refused: null }
  return {
    kind: 'form',
    id: 'me-email',
    title: t('admin.me.sign_in_email'),
    action: '/admin/me/email',
    fields: [
      {
        ...filled(mine, 'email'),
        ...{ id: 'new-email', kind: 'email', autocomplete: 'email', label: t('admin.me.new_email') },
        hint: t('admin.me.email_hint'),
      },
      {
        ...filled(mine, 'current_password'),
        ...{ id: 'email-password', kind: 'password', value: '', autocomplete: 'current-password' },
        label: t('admin.me.current_password'),
      },
    ],
    submit: { label: t('admin.me.ask_email'), kind: 'secondary' },
    ...formParts(desk, mine),
  }
}

function passwordForm(desk: Desk, asked: Asked): Block {
  const { t } = desk
  const mine = asked.path.endsWith('/password') ? asked : { ...asked, refused: null }
  const field = (name: string, autocomplete: string) => ({
    ...filled(mine, name),
    ...{ kind: 'password', value: '', autocomplete, label: t(`admin.me.${name}`) },
  })
  return {
    kind: 'form',
    id: 'me-password',
    title: t('admin.me.new_password'),
    action: '/admin/me/password',
    fields: [field('current_password', 'current-password'), field('password', 'new-password')],
    submit: { label: t('admin.me.change_password'), kind: 'secondary' },
    ...formParts(desk, mine),
  }
}

async function sessionTable(desk: Desk): Promise<Block> {
  const { means, actor, t } = desk
  const l = labeller(desk)
  const sessions = await listSessions(means, {}, actor)
  return {
    kind: 'table',
    id: 'me-sessions',
    title: t('admin.me.sessions'),
    columns: [
      { label: l('browser'), phone: 'title' },
      { label: l('ip') },
      { label: l('last_seen') },
      { label: l('state'), phone: 'side' },
    ],
    rows: sessions.map((row) => ({
      id: `row-${row.id}`,
      label: browserName(row.agent),
      cells: [
        browserName(row.agent),
        row.address,
        { at: row.last_seen_at },
        row.current ? { state: 'active', label: t('admin.me.this') } : null,
      ],
      ...(row.current
        ? {}
        : {
            menu: [
              {
                label: t('admin.me.end'),
                href: `/admin/me/sessions/${row.id}/end`,
                icon: 'power',
                post: true,
              },
            ],
          }),
    })),
    empty: { icon: 'user', title: t('admin.me.no_sessions') },
    ...(sessions.length > 1
      ? {
          actions: [
            { label: t('admin.me.end_others'), post: '/admin/me/sessions/end-others', kind: 'ghost' },
          ],
        }
      : {}),
  }
}

async function signInTable(desk: Desk): Promise<Block> {
  const { means, actor, t } = desk
  const l = labeller(desk)
  const rows = (await listSignIns(means, {}, actor)).slice(0, SIGN_INS_SHOWN)
  return {
    kind: 'table',
    id: 'me-sign-ins',
    title: t('admin.me.sign_ins'),
    columns: [
      { label: l('at'), phone: 'title' },
      { label: l('outcome'), phone: 'side' },
      { label: l('browser') },
      { label: l('ip') },
    ],
    rows: rows.map((row, place) => ({
      id: `sign-in-${place}`,
      label: row.occurred_at,
      cells: [
        { at: row.occurred_at },
        {
          state: row.outcome,
          label: t(`admin.me.outcome.${row.outcome}`),
          tone: row.outcome === 'succeeded' ? 'good' : 'warn',
        },
        browserName(row.agent),
        row.address,
      ],
    })),
    empty: { icon: 'history', title: t('admin.me.no_sign_ins') },
  }
}

/** The own API keys, and a form for a new one. */
export async function keysPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const keys = await listApiKeys(means, {}, actor)
  return {
    head: {
      title: t('admin.me.title'),
      text: t('admin.keys.text'),
      actions: [
        { label: t('admin.keys.reference'), href: '/developers', icon: 'book', kind: 'ghost', plain: true },
      ],
    },
    tabs: tabsOf(desk, 'keys'),
    main: [keyTable(desk, keys), keyForm(desk, asked)],
  }
}

function keyTable(desk: Desk, keys: readonly ListedApiKey[]): Block {
  const { means, t } = desk
  const l = labeller(desk)
  const now = means.clock.now()
  const stateOf = (key: ListedApiKey) =>
    key.revoked_at ? 'revoked' : key.expires_at !== null && key.expires_at <= now ? 'expired' : 'active'
  const menuOf = (key: ListedApiKey): Pick<Row, 'menu'> => {
    if (stateOf(key) !== 'active') return {}
    const href = `/admin/me/keys/${key.id}/revoke`
    return { menu: [{ label: t('admin.keys.revoke'), href, icon: 'ban', post: true, danger: true }] }
  }
  const stateCell = (state: string): Cell => ({
    state,
    label: t(`admin.keys.state.${state}`),
    tone: state === 'active' ? 'good' : 'off',
  })
  return {
    kind: 'table',
    id: 'api-keys',
    title: t('admin.keys.title'),
    columns: [
      { label: l('name'), phone: 'title' },
      { label: l('key') },
      { label: l('scopes') },
      { label: l('last_used') },
      { label: l('expires'), phone: 'hide' },
      { label: l('state'), phone: 'side' },
    ],
    rows: keys.map((key) => ({
      id: `row-${key.id}`,
      label: key.name,
      cells: [
        key.name,
        { mono: `${key.hint}…` },
        key.scopes.join(', '),
        { at: key.last_used_at },
        { at: key.expires_at },
        stateCell(stateOf(key)),
      ],
      ...menuOf(key),
    })),
    empty: { icon: 'key', title: t('admin.keys.none') },
  }
}

function keyForm(desk: Desk, asked: Asked): Block {
  const { t } = desk
  const l = labeller(desk)
  const scopes = { ...filled(asked, 'scopes'), kind: 'textarea', rows: 4, label: l('scopes') }
  const days = { ...filled(asked, 'days', 365), kind: 'number', min: 1, max: 3650, label: l('days') }
  return {
    kind: 'form',
    id: 'key-form',
    title: t('admin.keys.new'),
    action: '/admin/me/keys',
    fields: [
      { ...filled(asked, 'name'), label: l('name'), hint: t('admin.keys.name_hint') },
      { ...scopes, hint: t('admin.keys.scopes_hint') },
      { ...days, required: false, hint: t('admin.keys.days_hint') },
    ],
    submit: { label: t('admin.keys.create') },
    ...formParts(desk, asked),
  }
}

/** The only page that ever shows a key. */
export function keyShown({ t }: Desk, { name, key }: { name: string; key: string }): PageView {
  return {
    head: {
      title: t('admin.keys.made', { name }),
      text: t('admin.keys.made_text'),
      crumbs: [{ label: t('admin.keys.title'), href: '/admin/me/keys' }, { label: name }],
    },
    main: [
      {
        kind: 'facts',
        id: 'key-made',
        title: t('admin.label.key'),
        items: [{ label: name, value: { copy: key, label: t('admin.label.key') } }],
        actions: [{ label: t('admin.keys.noted'), href: '/admin/me/keys', kind: 'primary' }],
      },
    ],
  }
}

const BROWSERS: readonly [RegExp, string][] = [
  [/Edg\//, 'Edge'],
  [/Firefox\//, 'Firefox'],
  [/OPR\//, 'Opera'],
  [/Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]

/** "Firefox", of the long text that a browser sends. */
const browserName = (agent: string): string =>
  BROWSERS.find(([pattern]) => pattern.test(agent))?.[1] ?? (agent.slice(0, 40) || '–')
