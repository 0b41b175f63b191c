import {
  findPlugin,
  listInstances,
  listPlugins,
  permissionsAsked,
  permissionsMarked,
  type InstalledPlugin,
  type PermissionAsked,
} from '../../../plugins/index.ts'
import { NotFound } from '../../../kernel/index.ts'
import type { Block, Cell, Notice, PageView } from '../blocks.ts'
import { formParts, tickedField, type Asked, type Desk } from '../desk.ts'
import { allowed } from './clients.ts'
import { askedTable } from './plugin-asks.ts'
import { noticeOf, pluginCrumbs } from './plugin-install.ts'

/** A plugin of which some waits for staff. */
type Waiting = Pick<InstalledPlugin, 'id' | 'manifest' | 'asks'>

export const grantHref = (id: string): string => `/admin/plugins/${id}/grant`

/** What of it waits, and whether nothing was granted so far. */
function waitsOf({ manifest, asks }: Waiting) {
  const first = permissionsAsked(manifest).length === 0
  return { first, ...(asks === null ? { asked: [], added: [] } : permissionsMarked(manifest, asks)) }
}

/** What a plugin that comes with Berth asks for, the difference marked, before any of it is granted. */
export async function grantPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means } = desk
  const plugin = await findPlugin(means.db, asked.params.plugin!)
  if (!plugin) throw NotFound({ what: 'plugin', id: asked.params.plugin! })
  const { name, description, version } = plugin.manifest
  const head = { title: t('admin.plugins.grant_page', { name }), text: description }
  const crumbs = pluginCrumbs(desk, name)
  if (plugin.asks === null)
    return { head: { ...head, crumbs }, main: [noticeOf('granted', 'good', t('admin.plugins.all_granted'))] }
  const { first, asked: all, added } = waitsOf(plugin)
  const state = t(`admin.plugins.${first ? 'grant_first' : 'grant_more'}`, { name, version })
  return {
    head: { ...head, crumbs },
    main: [
      noticeOf('grant-state', first ? 'info' : 'warn', state),
      askedTable(desk, {
        ...{ asked: all, added: first ? null : added },
        title: t('admin.plugins.asks_for_title'),
      }),
      {
        kind: 'form',
        id: 'grant-form',
        title: t('admin.plugins.grant_title'),
        action: grantHref(plugin.id),
        fields: grantFields(desk, asked, added),
        submit: { label: t('admin.plugins.grant') },
        cancelHref: `/admin/plugins/${plugin.id}`,
        ...formParts(desk, asked),
      },
    ],
  }
}

/** The tick is for what was shown: another update may come while somebody reads. */
function grantFields(desk: Desk, asked: Asked, added: readonly PermissionAsked[]) {
  const grave = added.some((one) => one.grave)
  return [
    {
      ...tickedField(asked, 'grant', false),
      ...{ label: desk.t(grave ? 'admin.plugins.tick.grant_grave' : 'admin.plugins.tick.grant') },
      required: true,
    },
    { kind: 'hidden', name: 'read', label: '', value: JSON.stringify(added.map(({ key }) => key)) },
  ]
}

/** One sentence, and the way to the page where it is decided for whoever may. */
export function waitingNotice(desk: Desk, plugin: Waiting): Notice[] {
  if (plugin.asks === null) return []
  const { first, added } = waitsOf(plugin)
  const { name, version } = plugin.manifest
  const facts = { name, version, count: added.length }
  const text = desk.t(`admin.plugins.${first ? 'waits_first' : 'waits_more'}`, facts)
  const action = { label: desk.t('admin.plugins.read_asks'), href: grantHref(plugin.id) }
  const id = `waits-${plugin.id}`
  return [noticeOf(id, first ? 'info' : 'warn', text, allowed(desk, 'plugin.grant') ? action : undefined)]
}

/** Of plugins that are set up: what nobody uses calls for nobody. */
export async function waitingNotices(desk: Desk): Promise<Block[]> {
  const used = new Set((await listInstances(desk.means.db)).map(({ plugin_id }) => plugin_id))
  const plugins = (await listPlugins(desk.means.db)).filter(({ id }) => used.has(id))
  return plugins.flatMap((plugin) => waitingNotice(desk, plugin))
}

/** Beside the state of a plugin in lists; null: nothing waits. */
export const waitingMark = ({ t }: Desk, { asks }: Waiting): Cell =>
  asks === null ? null : { state: 'asks', label: t('admin.plugins.asks_mark'), tone: 'warn' }
