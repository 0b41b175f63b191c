import {
  countAccounts,
  healthOf,
  listing,
  listServers,
  trustServer,
  type ServerHealth,
} from '../../../services/index.ts'
import { sql } from '../../../db/index.ts'
import { NotFound, type Instant } from '../../../kernel/index.ts'
import type { Button, Cell, Field, PageView } from '../blocks.ts'
import { filled, formParts, labeller, type Asked, type Desk } from '../desk.ts'
import { auditTimeline } from './audit-timeline.ts'
import { allowed } from './clients.ts'
import { capacityFacts, fillOf } from './server-capacity.ts'
import { serverGroupFields } from './server-group.ts'
import { serverState } from './server-state.ts'
import { settingsFields } from './settings-fields.ts'
import { trustFields } from './trust-fields.ts'
import { trustedHosts } from './trusted-hosts.ts'

const TRUST = trustServer.permission

const TONES = { good: 'good', degraded: 'warn', down: 'bad' } as const

/** What its plugin found last, of a server in use that is asked; of others it says nothing. */
const healthState = (desk: Desk, status: string, health: ServerHealth | null) =>
  health === null || status !== 'active'
    ? null
    : { state: health, label: desk.t(`admin.servers.health.${health}`), tone: TONES[health] }

export async function serverList(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const l = labeller(desk)
  const { servers, groups } = await listServers(means, {}, actor)
  return {
    head: {
      title: t('admin.servers.title'),
      actions: [{ label: t('admin.servers.new'), href: '/admin/servers/new', kind: 'primary', icon: 'plus' }],
    },
    main: [
      {
        kind: 'table',
        id: 'servers',
        title: t('admin.servers.title'),
        columns: [
          { label: l('name'), phone: 'title' },
          { label: l('instance') },
          { label: l('group') },
          { label: l('fill'), align: 'end' },
          { label: l('failures'), align: 'end', phone: 'hide' },
          { label: l('accounts'), align: 'end', phone: 'hide' },
          { label: l('last_contact') },
          { label: l('health') },
          { label: l('state'), phone: 'side' },
        ],
        rows: servers.map((row) => ({
          id: `row-${row.id}`,
          href: `/admin/servers/${row.id}`,
          label: row.name,
          cells: [
            row.name,
            row.instance_name,
            row.group_name,
            fillOf(desk, row),
            row.failures,
            accountsCell(row.id, row.accounts),
            { at: row.last_contact_at },
            healthState(desk, row.status, row.health),
            serverState(desk, row.status),
          ],
        })),
        empty: {
          icon: 'server',
          title: t('admin.servers.none'),
          text: t('admin.servers.none_text'),
          action: { label: t('admin.servers.new'), href: '/admin/servers/new' },
        },
      },
      {
        kind: 'table',
        id: 'server-groups',
        title: t('admin.servers.groups'),
        columns: [{ label: l('name'), phone: 'title' }, { label: l('rule') }],
        rows: groups.map((group) => ({
          id: `row-${group.id}`,
          href: `/admin/server-groups/${group.id}`,
          label: group.name,
          cells: [group.name, t(`admin.servers.fill.${group.fill}`)],
        })),
        empty: { icon: 'folder', title: t('admin.servers.no_groups') },
      },
      ...(allowed(desk, 'server_group.create') ? [groupForm(desk, asked)] : []),
    ],
  }
}

/** How many differ from what is billed; none are not worth a glance. */
const accountsCell = (id: string, accounts: number): Cell =>
  accounts === 0 ? null : { href: `/admin/servers/${id}/accounts`, text: String(accounts) }

async function comparedLink(desk: Desk, id: string): Promise<Cell> {
  const counts = await countAccounts(desk.means.db, id, desk.actor)
  const open = [...counts].reduce((sum, [kind, many]) => (CALM.has(kind) ? sum : sum + many), 0)
  const text = desk.t(`admin.server_accounts.${open > 0 ? 'differ' : 'title'}`, { accounts: open })
  return { href: `/admin/servers/${id}/accounts`, text }
}

const CALM: ReadonlySet<string> = new Set(['agrees', 'ignored'])

function groupForm(desk: Desk, asked: Asked) {
  const { t } = desk
  return {
    kind: 'form' as const,
    id: 'server-group-form',
    title: t('admin.servers.new_group'),
    action: '/admin/server-groups',
    fields: serverGroupFields(desk, asked, null),
    submit: { label: t('admin.servers.add_group'), kind: 'secondary' as const },
    ...formParts(desk, asked),
  }
}

interface ServerFacts {
  id: string
  instance_id: string
  instance: string
  group_id: string | null
  name: string
  settings: string
  capacity: number | null
  status: string
  told_capacity: string | null
  told_free: number | null
  told_at: Instant | null
  last_contact_at: Instant | null
  last_problem: string | null
  version: number
}

async function readServer(desk: Desk, id: string): Promise<ServerFacts> {
  const row = await desk.means.db.get<ServerFacts>(
    sql`select v.*, i.name as instance from servers v join plugin_instances i on i.id = v.instance_id where v.id = ${id}`,
  )
  if (!row) throw NotFound({ what: 'server', id })
  return row
}

export async function serverPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const l = labeller(desk)
  const server = await readServer(desk, asked.params.id!)
  const { hosts = [] } = await desk.means.serverSettings(server.instance_id)
  const found = await healthOf(desk.means.db, server.id)
  const health = healthState(desk, server.status, found?.health ?? null)
  const at = `/admin/servers/${server.id}`
  return {
    head: {
      title: server.name,
      crumbs: [{ label: t('admin.servers.title'), href: '/admin/servers' }, { label: server.name }],
      status: [serverState(desk, server.status), ...(health ? [health] : [])],
      actions: serverActs(desk, server.status, at),
    },
    main: [
      ...(server.last_problem
        ? [
            {
              kind: 'notice',
              id: `server-${server.id}-problem`,
              tone: 'bad',
              title: t('admin.servers.problem'),
              text: server.last_problem,
            } as const,
          ]
        : []),
      await settingsForm(desk, asked, { server, instanceId: server.instance_id }),
      ...trustedHosts(desk, {
        ...{ fields: hosts, settings: JSON.parse(server.settings) as Record<string, unknown> },
        ...{ at, permission: TRUST },
      }),
      await auditTimeline(desk, { subject: server.id, id: `server-${server.id}-history` }),
    ],
    aside: [
      {
        kind: 'facts',
        id: `server-${server.id}-facts`,
        items: [
          {
            label: l('instance'),
            value: { href: `/admin/plugins/instances/${server.instance_id}`, text: server.instance },
          },
          { label: l('last_contact'), value: { at: server.last_contact_at } },
          ...(health && found ? [{ label: health.label, value: { at: found.since } }] : []),
          {
            label: l('services'),
            value: { href: `/admin/services?server=${server.id}`, text: t('admin.servers.services') },
          },
          ...(listing(desk.means).includes(server.instance_id)
            ? [{ label: l('accounts'), value: await comparedLink(desk, server.id) }]
            : []),
          {
            label: l('deliveries'),
            value: {
              href: `/admin/deliveries?status=all&server=${server.id}`,
              text: t('admin.deliveries.title'),
            },
          },
          { label: l('id'), value: { copy: server.id, label: l('id') } },
        ],
      },
      ...capacityFacts(desk, server),
    ],
  }
}

function serverActs(desk: Desk, status: string, at: string): Button[] {
  const { t } = desk
  const other = status === 'active' ? 'maintain' : 'activate'
  const [label, post] = [t(`admin.servers.to.${other}`), `${at}/status/${other}`]
  return [
    ...(allowed(desk, 'server.test')
      ? [{ label: t('admin.servers.test'), post: `${at}/test`, icon: 'plug-connected' }]
      : []),
    ...(allowed(desk, 'server.set_status') ? [{ label, post, icon: 'tool', kind: 'ghost' as const }] : []),
  ]
}

/** First which instance, then the settings that its plugin asks for. */
export async function newServer(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means } = desk
  const instances = await means.db.all<{ id: string; name: string; manifest: string }>(sql`
    select i.id, i.name, p.manifest from plugin_instances i join plugins p on p.id = i.plugin_id where i.status = 'active' order by i.name`)
  const provisioners = instances.filter(
    ({ manifest }) => (JSON.parse(manifest) as { kinds?: Record<string, unknown> }).kinds?.provisioner,
  )
  const instanceId =
    asked.query.instance ??
    (typeof asked.refused?.values.instance_id === 'string' ? asked.refused.values.instance_id : undefined)
  const head = {
    title: t('admin.servers.new'),
    crumbs: [{ label: t('admin.servers.title'), href: '/admin/servers' }, { label: t('admin.servers.new') }],
  }
  if (instanceId) return { head, main: [await settingsForm(desk, asked, { server: null, instanceId })] }
  if (provisioners.length === 0)
    return {
      head,
      main: [
        {
          kind: 'notice',
          id: 'server-none',
          tone: 'info',
          text: t('admin.servers.no_instance'),
          action: { label: t('admin.plugins.title'), href: '/admin/plugins' },
        },
      ],
    }
  return {
    head,
    main: [
      {
        kind: 'form',
        id: 'server-instance',
        method: 'get',
        action: '/admin/servers/new',
        keys: {},
        fields: [
          {
            kind: 'select',
            name: 'instance',
            label: t('admin.label.delivering_plugin'),
            options: provisioners.map(({ id, name }) => ({ value: id, label: name })),
          },
        ],
        submit: { label: t('admin.next') },
      },
    ],
  }
}

async function settingsForm(
  desk: Desk,
  asked: Asked,
  of: { server: ServerFacts | null; instanceId: string },
) {
  const { t, means } = desk
  const { server, instanceId } = of
  const { schema, hosts = [] } = await means.serverSettings(instanceId)
  const settings = server ? (JSON.parse(server.settings) as Record<string, unknown>) : {}
  const groups = await means.db.all<{ id: string; name: string }>(
    sql`select id, name from server_groups order by name`,
  )
  const drawn = await settingsFields(desk, asked, {
    schema,
    values: settings,
    ownerId: server?.id ?? null,
  })
  const fields: Field[] = [
    { name: 'instance_id', kind: 'hidden', label: '', value: instanceId },
    { ...filled(asked, 'name', server?.name), label: t('admin.label.name') },
    {
      ...filled(asked, 'group_id', server?.group_id),
      kind: 'select',
      required: false,
      label: t('admin.label.group'),
      options: [{ value: '', label: '–' }, ...groups.map(({ id, name }) => ({ value: id, label: name }))],
    },
    {
      ...filled(asked, 'capacity', server?.capacity),
      kind: 'number',
      min: 0,
      required: false,
      label: t('admin.label.capacity'),
      hint: t('admin.servers.capacity_hint'),
    },
    ...drawn,
    ...(allowed(desk, TRUST) ? trustFields(desk, asked, { fields: hosts, schema, settings }) : []),
  ]
  return {
    kind: 'form' as const,
    id: 'server-form',
    title: t('admin.servers.settings'),
    action: server ? `/admin/servers/${server.id}` : '/admin/servers',
    fields,
    submit: { label: t(server ? 'admin.save' : 'admin.servers.create') },
    cancelHref: '/admin/servers',
    ...formParts(desk, asked, server?.version),
  }
}
