import {
  findPlugin,
  fingerprint,
  heldBack,
  keptSince,
  listInstances,
  permissionsAsked,
  removalOf,
  stoppedPlugins,
  versionBefore,
  type InstalledPlugin,
  type Instance,
  type Removal,
  type VersionBefore,
} from '../../../plugins/index.ts'
import { list, sql } from '../../../db/index.ts'
import { formatInstant } from '../../../i18n/index.ts'
import { NotFound, type Instant } from '../../../kernel/index.ts'
import type { Block, Button, DangerView, PageView, View } from '../blocks.ts'
import { labeller, looseProblem, type Asked, type Desk } from '../desk.ts'
import { auditTimeline } from './audit-timeline.ts'
import { allowed } from './clients.ts'
import { dangerParts } from './invoice-forms.ts'
import { askedTable } from './plugin-asks.ts'
import { figureStats, lastCalls, pausedNotice } from './plugin-figures.ts'
import { waitingNotice } from './plugin-grant.ts'
import { noticeOf, pluginCrumbs } from './plugin-install.ts'
import { logTable, type LogLine } from './plugin-log.ts'
import { outsideTable } from './plugin-outside.ts'
import { faresOf } from './plugin-processes.ts'
import { instanceState, switchState } from './plugins.ts'

interface Version {
  id: string
  version: string
  bundle_sha256: string
  author_key: string | null
  installed_at: Instant
  left_at: Instant | null
}

const hrefOf = (id: string): string => `/admin/plugins/${id}`

async function foundPlugin({ means }: Desk, id: string): Promise<InstalledPlugin> {
  const plugin = await findPlugin(means.db, id)
  if (!plugin) throw NotFound({ what: 'plugin', id })
  return plugin
}

const instancesOf = async ({ means }: Desk, id: string): Promise<Instance[]> =>
  (await listInstances(means.db)).filter((one) => one.plugin_id === id)

const versionsOf = ({ means }: Desk, id: string): Promise<Version[]> =>
  means.db.all<Version>(sql`
    select id, version, bundle_sha256, author_key, installed_at, left_at from plugin_versions
    where plugin_id = ${id} order by id desc limit 50`)

const logOf = ({ means }: Desk, instances: readonly Instance[]): Promise<LogLine[]> =>
  instances.length === 0
    ? Promise.resolve([])
    : means.db.all<LogLine>(sql`
        select id, instance_id, level, operation, message, occurred_at from plugin_log
        where instance_id in (${list(instances.map(({ id }) => id))}) order by id desc limit 50`)

/** Which instance it was is said only where there are several. */
const namesOf = (instances: readonly Instance[]): ReadonlyMap<string, string> =>
  new Map(instances.length > 1 ? instances.map(({ id, name }) => [id, name]) : [])

/** Everything about one plugin: how it fares, where it is set up, what it may, its versions, its log. */
export async function pluginPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means } = desk
  const plugin = await foundPlugin(desk, asked.params.plugin!)
  const instances = await instancesOf(desk, plugin.id)
  const versions = await versionsOf(desk, plugin.id)
  const before = await versionBefore(means.db, plugin, means.shipped)
  const { figures, outside, paused } = await faresOf(desk, instances)
  const problem = looseProblem(asked)
  return {
    head: {
      title: plugin.manifest.name,
      text: plugin.manifest.description,
      crumbs: pluginCrumbs(desk, plugin.manifest.name),
      status: [switchState(desk, plugin.status)],
      actions: actionsOf(desk, plugin, before),
    },
    main: [
      ...lostHosts(desk, plugin, await stoppedPlugins(means.db)),
      ...(problem === null ? [] : [noticeOf('refused', 'bad', problem)]),
      ...(await heldNotice(desk, plugin)),
      ...waitingNotice(desk, plugin),
      ...pausedNotice(desk, paused),
      figureStats(desk, figures, paused),
      instanceTable(desk, plugin, instances),
      outsideTable(desk, outside, namesOf(instances)),
      lastCalls(desk, figures, namesOf(instances)),
      logTable(desk, await logOf(desk, instances), namesOf(instances)),
      versionTable(desk, plugin, versions),
      await auditTimeline(desk, { subject: plugin.id, id: 'plugin-history' }),
    ],
    aside: [
      pluginFacts(desk, plugin),
      askedTable(desk, { asked: permissionsAsked(plugin.manifest), added: null }),
    ],
  }
}

function lostHosts({ t }: Desk, plugin: InstalledPlugin, stopped: readonly string[]): Block[] {
  if (!stopped.includes(plugin.id)) return []
  const text = t('admin.plugins.trouble.disabled', { what: plugin.manifest.name })
  return [{ kind: 'notice', id: 'lost-hosts', tone: 'bad', text }]
}

/** The way to it again is a button of this page, since nothing outside of it has changed. */
async function heldNotice(desk: Desk, { id, manifest }: InstalledPlugin): Promise<Block[]> {
  const held = await heldBack(desk.means.db, id, desk.means.shipped)
  if (!held) return []
  const text = desk.t('admin.plugins.held_back', { name: manifest.name, ...held })
  const action = {
    label: desk.t('admin.plugins.act.retry_update'),
    href: `${hrefOf(id)}/retry-update`,
    post: true,
  }
  return [noticeOf('held-back', 'bad', text, allowed(desk, 'plugin.retry_update') ? action : undefined)]
}

function actionsOf(desk: Desk, plugin: InstalledPlugin, before: VersionBefore | null): Button[] {
  const { t } = desk
  const at = hrefOf(plugin.id)
  const turn = plugin.status === 'enabled' ? 'disable' : 'enable'
  const leading = (act: string, icon: string, href: string): [string, Button] => [
    `plugin.${act}`,
    { label: t(`admin.plugins.act.${act}`), icon, kind: 'ghost', href },
  ]
  const offered: [string, Button][] = [
    [
      'plugin.offer',
      { label: t('admin.plugins.act.update'), href: '/admin/plugins/install', icon: 'upload' },
    ],
    [
      'plugin.switch',
      {
        label: t(`admin.plugins.act.${turn}`),
        ...{ post: `${at}/${turn}`, icon: 'power', kind: 'ghost' },
      },
    ],
    ...(before ? [leading('roll_back', 'history', `${at}/roll-back`)] : []),
    ...(plugin.source === 'package' ? [leading('remove', 'trash', `${at}/remove`)] : []),
  ]
  return offered.filter(([right]) => allowed(desk, right)).map(([, button]) => button)
}

function instanceTable(desk: Desk, plugin: InstalledPlugin, instances: readonly Instance[]): Block {
  const { t } = desk
  const l = labeller(desk)
  return {
    kind: 'table',
    id: 'plugin-instances',
    title: t('admin.plugins.instances'),
    columns: [{ label: l('name'), phone: 'title' }, { label: l('id') }, { label: l('state'), phone: 'side' }],
    rows: instances.map((one) => ({
      id: `row-${one.id}`,
      href: `/admin/plugins/instances/${one.id}`,
      label: one.name,
      cells: [one.name, { mono: one.id }, instanceState(desk, one)],
    })),
    empty: { icon: 'puzzle', title: t('admin.plugins.no_instances') },
    actions: allowed(desk, 'plugin_instance.create')
      ? [
          {
            label: t(instances.length === 0 ? 'admin.plugins.new' : 'admin.plugins.once_more'),
            href: `${hrefOf(plugin.id)}/new`,
            icon: 'plus',
          },
        ]
      : [],
  }
}

function versionTable(desk: Desk, plugin: InstalledPlugin, versions: readonly Version[]): Block {
  const { t } = desk
  const l = labeller(desk)
  const current = versions.find((one) => one.left_at === null)
  return {
    kind: 'table',
    id: 'plugin-versions',
    title: t('admin.plugins.versions'),
    columns: [
      { label: l('version'), phone: 'title' },
      { label: t('admin.plugins.signed_by') },
      { label: l('at') },
      { label: l('state'), phone: 'side' },
    ],
    rows: versions.map((one) => ({
      id: `row-${one.id}`,
      label: one.version,
      cells: [
        one.version,
        one.author_key === null ? t('admin.plugins.nobody') : fingerprint(one.author_key),
        { at: one.installed_at },
        one === current
          ? { state: 'current', label: t('admin.plugins.version.current'), tone: 'good' }
          : one.left_at === null
            ? { state: 'earlier', label: t('admin.plugins.version.earlier'), tone: 'neutral' }
            : { state: 'left', label: t('admin.plugins.version.left'), tone: 'off' },
      ],
    })),
    empty: {
      icon: 'package',
      title: t('admin.plugins.came_along', { version: plugin.version }),
      text: t('admin.plugins.comes_along'),
    },
  }
}

function pluginFacts(desk: Desk, plugin: InstalledPlugin): Block {
  const { t } = desk
  const l = labeller(desk)
  const author = plugin.author_key === null ? null : fingerprint(plugin.author_key)
  return {
    kind: 'facts',
    id: 'plugin-facts',
    items: [
      { label: l('version'), value: plugin.version },
      { label: l('source'), value: t(`admin.plugins.source.${plugin.source}`) },
      {
        label: t('admin.plugins.signed_by'),
        value:
          plugin.source === 'bundled'
            ? t('admin.plugins.source.bundled')
            : (author ?? t('admin.plugins.nobody')),
      },
      { label: t('admin.plugins.code_hash'), value: { mono: plugin.bundle_sha256.slice(0, 16) } },
      { label: l('id'), value: { copy: plugin.id, label: l('id') } },
    ],
  }
}

/** Says first what goes with the plugin; where records point to it, that it can only be switched off. */
export async function removePage(desk: Desk, asked: Asked): Promise<View> {
  const { t, means } = desk
  const removal = await removalOf(means, asked.params.plugin!)
  const { plugin, instances, used } = removal
  if (used.length > 0) return keptPage(desk, plugin, used)
  const { name } = plugin.manifest
  return {
    ...dangerHead(desk, plugin, 'remove'),
    acts: [
      { text: t('admin.plugins.remove_effect.calls'), icon: 'power' },
      ...(instances.length > 0
        ? [
            {
              text: t('admin.plugins.remove_effect.instances', {
                ...{ count: instances.length, names: instances.map((one) => one.name).join(', ') },
              }),
              final: true,
            },
          ]
        : []),
      { text: t('admin.plugins.remove_effect.secrets', { count: removal.secrets }), final: true },
      { text: t('admin.plugins.remove_effect.storage', { count: removal.storage }), final: true },
      ...(removal.beside > 0
        ? [{ text: t('admin.plugins.remove_effect.storage_record', { count: removal.beside }), final: true }]
        : []),
      { text: t('admin.plugins.remove_effect.log', { count: removal.log }), final: true },
      { text: t('admin.plugins.remove_effect.versions'), final: true },
      { text: t('admin.plugins.remove_effect.kept', { name }), icon: 'archive' },
    ],
    word: plugin.id,
    reason: false,
    ...dangerParts(desk, asked),
    ...(asked.refused?.fields.confirm ? { error: asked.refused.fields.confirm } : {}),
  }
}

const dangerHead = (
  { t }: Desk,
  { id, manifest }: InstalledPlugin,
  act: 'remove' | 'roll_back',
): Pick<DangerView, 'title' | 'crumbs' | 'action' | 'label' | 'cancelHref'> => ({
  title: t(`admin.plugins.${act}_title`, { name: manifest.name }),
  crumbs: [
    { label: t('admin.plugins.title'), href: '/admin/plugins' },
    { label: manifest.name, href: hrefOf(id) },
    { label: t(`admin.plugins.act.${act}`) },
  ],
  action: `${hrefOf(id)}/${act.replace('_', '-')}`,
  label: t(`admin.plugins.act.${act}`),
  cancelHref: hrefOf(id),
})

function keptPage(desk: Desk, plugin: InstalledPlugin, used: Removal['used']): PageView {
  const { t } = desk
  const { title, crumbs = [] } = dangerHead(desk, plugin, 'remove')
  const names = used.map(({ name }) => name).join(', ')
  return {
    head: { title, crumbs },
    main: [
      {
        ...{ kind: 'notice', id: 'plugin-in-use', tone: 'warn' },
        text: t('admin.plugins.in_use', { names }),
        action: { label: t('common.form.back'), href: hrefOf(plugin.id) },
      },
    ],
  }
}

export async function rollBackPage(desk: Desk, asked: Asked): Promise<DangerView> {
  const { t } = desk
  const plugin = await foundPlugin(desk, asked.params.plugin!)
  const before = await versionBefore(desk.means.db, plugin, desk.means.shipped)
  const names = { version: before?.version ?? '', current: plugin.version }
  const rights = before?.source === 'bundled' ? 'own_rights' : 'rights'
  const kept = before ? await keptSince(desk.means.db, before.leaves) : null
  const effects = before ? ['version', 'calls', rights, ...(kept === null ? ['data'] : [])] : ['none']
  const putBack = kept === null ? [] : ['put_back', 'lost', 'stays']
  const at = kept === null ? '' : formatInstant(kept, desk.zone, desk.locale)
  return {
    ...dangerHead(desk, plugin, 'roll_back'),
    acts: [
      ...effects.map((effect) => ({ text: t(`admin.plugins.roll_back_effect.${effect}`, names) })),
      ...putBack.map((effect) => ({
        text: t(`admin.plugins.roll_back_effect.${effect}`, { ...names, at }),
        ...(effect === 'lost' ? { final: true } : {}),
      })),
    ],
    reason: false,
    ...dangerParts(desk, asked),
  }
}
