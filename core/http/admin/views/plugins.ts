import {
  allHeldBack,
  getInstance,
  hostFields,
  listInstances,
  listPlugins,
  permissionsAsked,
  trustInstance,
  type Instance,
  type Manifest,
} from '../../../plugins/index.ts'
import type { ProviderKind } from '../../../../sdk/index.ts'
import { sql } from '../../../db/index.ts'
import { NotFound } from '../../../kernel/index.ts'
import type { Block, Button, Cell, Field, PageView } from '../blocks.ts'
import { filled, formParts, labeller, type Asked, type Desk } from '../desk.ts'
import { auditTimeline } from './audit-timeline.ts'
import { allowed } from './clients.ts'
import { askedTable } from './plugin-asks.ts'
import { figureStats, lastCalls, pausedNotice } from './plugin-figures.ts'
import { waitingMark, waitingNotice } from './plugin-grant.ts'
import { pluginCrumbs } from './plugin-install.ts'
import { logTable, type LogLine } from './plugin-log.ts'
import { outsideTable } from './plugin-outside.ts'
import { faresOf } from './plugin-processes.ts'
import { settingsFields } from './settings-fields.ts'
import { trustFields } from './trust-fields.ts'
import { trustedHosts } from './trusted-hosts.ts'
import { kindName } from './words.ts'

export const switchState = (desk: Desk, status: string): Cell => ({
  state: status,
  label: desk.t(status === 'active' || status === 'enabled' ? 'admin.plugins.on' : 'admin.plugins.off'),
  tone: status === 'active' || status === 'enabled' ? 'good' : 'off',
})

/** An instance is as off as its plugin. */
export const instanceState = (desk: Desk, one: Pick<Instance, 'status' | 'plugin_status'>): Cell =>
  switchState(desk, one.plugin_status === 'disabled' ? 'disabled' : one.status)

/** The kind whose connection can be tested. */
export const testedKind = ({ kinds }: Manifest): ProviderKind | undefined =>
  (Object.keys(kinds) as ProviderKind[]).find((kind) => kinds[kind]?.includes('test_connection'))

export async function pluginList(desk: Desk, _asked: Asked): Promise<PageView> {
  const { t, means } = desk
  const l = labeller(desk)
  const plugins = await listPlugins(means.db)
  const instances = await listInstances(means.db)
  const held = new Map((await allHeldBack(means.db, means.shipped)).map((one) => [one.id, one.version]))
  return {
    head: {
      title: t('admin.plugins.title'),
      actions: listActions(desk),
    },
    main: [
      {
        kind: 'table',
        id: 'plugin-instances',
        title: t('admin.plugins.instances'),
        columns: [
          { label: l('name'), phone: 'title' },
          { label: l('plugin') },
          { label: l('kind') },
          { label: l('state'), phone: 'side' },
        ],
        rows: instances.map((row) => ({
          id: `row-${row.id}`,
          href: `/admin/plugins/instances/${row.id}`,
          label: row.name,
          cells: [row.name, row.manifest.name, kindName(desk, row.manifest.kinds), instanceState(desk, row)],
        })),
        empty: {
          icon: 'puzzle',
          title: t('admin.plugins.no_instances'),
          text: t('admin.plugins.no_instances_text'),
        },
      },
      installedTable(desk, { plugins, instances, held }),
    ],
  }
}

interface Installed {
  plugins: Awaited<ReturnType<typeof listPlugins>>
  instances: readonly Instance[]
  /** Versions that were held back, by plugin. */
  held: ReadonlyMap<string, string>
}

function installedTable(desk: Desk, { plugins, instances, held }: Installed): Block {
  const { t } = desk
  const l = labeller(desk)
  return {
    kind: 'table',
    id: 'plugins',
    title: t('admin.plugins.installed'),
    columns: [
      { label: l('plugin'), phone: 'title' },
      { label: l('kind') },
      { label: l('version') },
      { label: l('state'), phone: 'side' },
      { label: l('set_up') },
    ],
    rows: plugins.map((row) => ({
      id: `row-${row.id}`,
      href: `/admin/plugins/${row.id}`,
      label: row.manifest.name,
      cells: [
        row.manifest.name,
        kindName(desk, (row.asks ?? row.manifest).kinds),
        row.version,
        {
          cells: [switchState(desk, row.status), waitingMark(desk, row), heldMark(desk, held.get(row.id))],
        },
        {
          href: `/admin/plugins/${row.id}/new`,
          text: t(
            instances.some(({ plugin_id }) => plugin_id === row.id)
              ? 'admin.plugins.once_more'
              : 'admin.plugins.new',
          ),
        },
      ],
    })),
    empty: { icon: 'puzzle', title: t('admin.plugins.none') },
  }
}

const heldMark = ({ t }: Desk, version: string | undefined): Cell =>
  version === undefined
    ? null
    : { state: 'held_back', label: t('admin.plugins.held_mark', { version }), tone: 'bad' }

function listActions(desk: Desk) {
  const { t } = desk
  return [
    ...(allowed(desk, 'plugin.offer')
      ? [{ label: t('admin.plugins.install'), href: '/admin/plugins/install', icon: 'upload' }]
      : []),
    ...(allowed(desk, 'plugin.read')
      ? [
          {
            ...{ label: t('admin.plugins.health'), href: '/admin/plugins/health', icon: 'heartbeat' },
            kind: 'ghost' as const,
          },
        ]
      : []),
  ]
}

export async function newInstance(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means } = desk
  const plugin = (await listPlugins(means.db)).find(({ id }) => id === asked.params.plugin)
  if (!plugin) throw NotFound({ what: 'plugin', id: asked.params.plugin! })
  const head = {
    title: t('admin.plugins.new_title', { name: plugin.manifest.name }),
    text: plugin.manifest.description ?? '',
    crumbs: pluginCrumbs(desk, plugin.manifest.name),
  }
  if (plugin.asks !== null) return { head, main: waitingNotice(desk, plugin) }
  return {
    head,
    main: [
      {
        kind: 'form',
        id: 'instance-form',
        action: `/admin/plugins/${plugin.id}`,
        fields: [
          { ...filled(asked, 'name', plugin.manifest.name), label: t('admin.label.name') },
          ...(await settingsFields(desk, asked, {
            schema: plugin.manifest.settings,
            values: {},
            ownerId: null,
          })),
          ...trustOf(desk, asked, plugin.manifest, {}),
        ],
        submit: { label: t('admin.plugins.create') },
        cancelHref: '/admin/plugins',
        ...formParts(desk, asked),
      },
      askedTable(desk, { asked: permissionsAsked(plugin.manifest), added: null }),
    ],
  }
}

/** Settings by the plugin's schema with secrets masked, what it may do, and its last log lines. */
export async function instancePage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means } = desk
  const l = labeller(desk)
  const instance = await getInstance(means.db, asked.params.id!)
  const lines = await means.db.all<LogLine>(
    sql`select id, level, operation, message, occurred_at from plugin_log where instance_id = ${instance.id} order by id desc limit 50`,
  )
  const { figures, outside, paused } = await faresOf(desk, [instance])
  const at = `/admin/plugins/instances/${instance.id}`
  const settings = JSON.parse(instance.settings) as Record<string, unknown>
  return {
    head: {
      title: instance.name,
      text: instance.manifest.name,
      crumbs: [
        ...pluginCrumbs(desk, '').slice(0, 1),
        { label: instance.manifest.name, href: `/admin/plugins/${instance.plugin_id}` },
        { label: instance.name },
      ],
      status: [instanceState(desk, instance)],
      actions: instanceActs(desk, instance, at),
    },
    main: [
      ...pausedNotice(desk, paused),
      figureStats(desk, figures, paused),
      {
        kind: 'form',
        id: 'instance-form',
        title: t('admin.plugins.settings'),
        action: at,
        fields: [
          { ...filled(asked, 'name', instance.name), label: l('name') },
          ...(await settingsFields(desk, asked, {
            schema: instance.manifest.settings,
            values: settings,
            ownerId: instance.id,
          })),
          ...trustOf(desk, asked, instance.manifest, settings),
        ],
        submit: { label: t('admin.save') },
        ...formParts(desk, asked, instance.version),
      },
      ...trustedHosts(desk, {
        fields: hostFields(instance.manifest, 'settings'),
        settings,
        at,
        permission: TRUST,
      }),
      outsideTable(desk, outside),
      lastCalls(desk, figures),
      logTable(desk, lines),
      await auditTimeline(desk, { subject: instance.id, id: 'instance-history' }),
    ],
    aside: [
      instanceFacts(desk, instance),
      askedTable(desk, { asked: permissionsAsked(instance.manifest), added: null }),
    ],
  }
}

function instanceActs(desk: Desk, { status, manifest }: Instance, at: string): Button[] {
  const { t } = desk
  const turn = status === 'active' ? 'disable' : 'enable'
  const [label, post] = [t(`admin.plugins.act.${turn}`), `${at}/${turn}`]
  return [
    ...(allowed(desk, 'plugin_instance.test') && testedKind(manifest)
      ? [{ label: t('admin.plugins.test'), post: `${at}/test`, icon: 'plug-connected' }]
      : []),
    ...(allowed(desk, 'plugin_instance.switch')
      ? [{ label, post, icon: 'power', kind: 'ghost' as const }]
      : []),
  ]
}

const TRUST = trustInstance.permission

const trustOf = (desk: Desk, asked: Asked, manifest: Manifest, settings: Record<string, unknown>): Field[] =>
  allowed(desk, TRUST)
    ? trustFields(desk, asked, {
        fields: hostFields(manifest, 'settings'),
        schema: manifest.settings,
        settings,
      })
    : []

function instanceFacts(desk: Desk, instance: Instance): Block {
  const { t, means } = desk
  const l = labeller(desk)
  return {
    kind: 'facts',
    id: 'instance-facts',
    items: [
      { label: l('version'), value: instance.manifest.version },
      { label: l('kind'), value: kindName(desk, instance.manifest.kinds) },
      {
        label: l('webhook_address'),
        value: { copy: `${means.publicUrl}/webhooks/${instance.id}`, label: l('webhook_address') },
      },
      {
        label: t('admin.webhooks.title'),
        value: { href: `/admin/webhook-events?instance=${instance.id}`, text: t('admin.plugins.events') },
      },
      { label: l('id'), value: { copy: instance.id, label: l('id') } },
    ],
  }
}
