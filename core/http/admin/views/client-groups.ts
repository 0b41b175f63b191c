import { findClientGroup, type ClientGroup } from '../../../clients/index.ts'
import { sql } from '../../../db/index.ts'
import { allSettings, scoped, storedSettings, type Setting } from '../../../records/index.ts'
import type { Block, Field, PageView } from '../blocks.ts'
import { filled, formParts, type Asked, type Desk } from '../desk.ts'
import { auditTimeline } from './audit-timeline.ts'
import { allowed } from './clients.ts'
import { brandField, stateOf } from './price-lists.ts'
import { settingFields } from './settings.ts'
import { currenciesAt } from './sum-rows.ts'

interface Listed extends ClientGroup {
  brand: string
  list: string | null
  clients: number
}

export async function clientGroupsPage(desk: Desk, _asked: Asked): Promise<PageView> {
  const { t, means } = desk
  const rows = await means.db.all<Listed>(sql`
    select g.*, b.name as brand, l.name as list,
      (select count(*) from clients c where c.client_group_id = g.id) as clients
    from client_groups g join brands b on b.id = g.brand_id left join price_lists l on l.id = g.price_list_id
    where ${scoped(desk.actor, { table: 'g', client: null })} order by g.retired_at is not null, b.name, g.name, g.id`)
  return {
    head: {
      title: t('prices.group.title'),
      text: t('prices.group.text'),
      actions: allowed(desk, 'client_group.create')
        ? [{ label: t('prices.group.new'), href: '/admin/client-groups/new', kind: 'primary', icon: 'plus' }]
        : [],
    },
    main: [
      {
        kind: 'table',
        id: 'client-groups',
        title: t('prices.group.title'),
        columns: [
          { label: t('admin.label.name'), phone: 'title' },
          { label: t('admin.label.brand') },
          { label: t('prices.group.list') },
          { label: t('admin.clients.title'), align: 'end' },
          { label: t('admin.label.state'), phone: 'side' },
        ],
        rows: rows.map((row) => ({
          id: `row-${row.id}`,
          href: `/admin/client-groups/${row.id}`,
          label: row.name,
          cells: [
            row.name,
            row.brand,
            row.list ?? t('prices.group.default'),
            row.clients,
            stateOf(desk, row.retired_at),
          ],
        })),
        empty: { icon: 'users', title: t('prices.group.none'), text: t('prices.group.none_text') },
      },
    ],
  }
}

/** The settings that a group may have a value of its own for. */
export const groupSettings = (): Setting[] =>
  [...allSettings.values()]
    .filter(({ scopes }) => scopes.includes('client_group'))
    .sort((a, b) => (a.key < b.key ? -1 : 1))

export async function clientGroupPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const group = await findClientGroup(means.db, actor, asked.params.id!)
  const at = `/admin/client-groups/${group.id}`
  const ofRules = asked.path.endsWith('/settings')
  const refused = (mine: boolean): Asked => (mine ? asked : { ...asked, refused: null })
  return {
    head: {
      title: group.name,
      crumbs: [{ label: t('prices.group.title'), href: '/admin/client-groups' }, { label: group.name }],
      status: [stateOf(desk, group.retired_at)],
      actions:
        group.retired_at === null && allowed(desk, 'client_group.retire')
          ? [{ label: t('prices.retire'), post: `${at}/retire`, kind: 'ghost', icon: 'archive' }]
          : [],
    },
    main: [
      {
        kind: 'form',
        id: 'client-group-form',
        action: at,
        fields: await factFields(desk, refused(!ofRules), group),
        submit: { label: t('admin.save') },
        ...formParts(desk, refused(!ofRules), group.version),
      },
      await settingsForm(desk, refused(ofRules), group),
      await membersTable(desk, group),
      await auditTimeline(desk, { subject: group.id, id: 'client-group-history' }),
    ],
  }
}

async function settingsForm(desk: Desk, asked: Asked, group: ClientGroup): Promise<Block> {
  const { t, means } = desk
  const place = { scope: 'client_group', scopeId: group.id } as const
  const wide = await storedSettings(means.db, { scope: 'installation', scopeId: '' })
  const own = await storedSettings(means.db, place)
  const drawn = {
    section: 'billing',
    settings: groupSettings(),
    place,
    own,
    wide,
    names: new Map<string, string>(),
    currencies: await currenciesAt(desk, place),
  }
  return {
    kind: 'form',
    id: 'client-group-settings',
    title: t('prices.group.rules'),
    text: t('prices.group.rules_text'),
    action: `/admin/client-groups/${group.id}/settings`,
    fields: drawn.settings.flatMap((setting) => settingFields(desk, asked, setting, drawn)),
    submit: { label: t('admin.save'), kind: 'secondary', disabled: !allowed(desk, 'setting.override') },
    ...formParts(desk, asked),
  }
}

async function membersTable({ means, t }: Desk, group: ClientGroup): Promise<Block> {
  const rows = await means.db.all<{ id: string; name: string; email: string; status: string }>(sql`
    select c.id, coalesce(c.company, c.name) as name, c.email, c.status from clients c
    where c.client_group_id = ${group.id} order by c.id desc limit 50`)
  return {
    kind: 'table',
    id: 'client-group-clients',
    title: t('admin.clients.title'),
    columns: [
      { label: t('admin.label.name'), phone: 'title' },
      { label: t('admin.label.email') },
      { label: t('admin.label.state'), phone: 'side' },
    ],
    rows: rows.map((row) => ({
      id: `row-${row.id}`,
      href: `/admin/clients/${row.id}`,
      label: row.name,
      cells: [row.name, row.email, { state: row.status }],
    })),
    empty: { icon: 'users', title: t('prices.group.empty') },
  }
}

export async function newClientGroup(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const title = t('prices.group.new')
  return {
    head: {
      title,
      crumbs: [{ label: t('prices.group.title'), href: '/admin/client-groups' }, { label: title }],
    },
    main: [
      {
        kind: 'form',
        id: 'client-group-form',
        action: '/admin/client-groups',
        fields: [await brandField(desk, asked), ...(await factFields(desk, asked, null))],
        submit: { label: t('prices.group.create') },
        cancelHref: '/admin/client-groups',
        ...formParts(desk, asked),
      },
    ],
  }
}

async function factFields(desk: Desk, asked: Asked, group: ClientGroup | null): Promise<Field[]> {
  const { t, means, actor } = desk
  const lists = await means.db.all<{ id: string; name: string }>(sql`
    select l.id, l.name from price_lists l where l.retired_at is null
      and ${group ? sql`l.brand_id = ${group.brand_id}` : scoped(actor, { table: 'l', client: null })} order by l.name, l.id`)
  return [
    { ...filled(asked, 'name', group?.name), label: t('admin.label.name') },
    {
      ...filled(asked, 'price_list_id', group?.price_list_id),
      kind: 'select',
      required: false,
      label: t('prices.group.list'),
      options: [
        { value: '', label: t('prices.group.default') },
        ...lists.map(({ id, name }) => ({ value: id, label: name })),
      ],
    },
    { ...filled(asked, 'note', group?.note), label: t('admin.label.note'), required: false },
  ]
}
