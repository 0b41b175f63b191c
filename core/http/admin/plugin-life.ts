import {
  grantPlugin,
  installOffer,
  offerFolder,
  offerFromIndex,
  readIndexIcon,
  offerPackage,
  removePlugin,
  retryUpdate,
  rollBackPlugin,
  setPluginStatus,
} from '../../plugins/index.ts'
import { sql } from '../../db/index.ts'
import { invalidInput } from '../../kernel/index.ts'
import { textOf, ticked, type Asked, type Desk } from './desk.ts'
import type { Act, Section } from './pages.ts'
import { pluginPage, removePage, rollBackPage } from './views/plugin.ts'
import { grantPage } from './views/plugin-grant.ts'
import { pluginHealthPage } from './views/plugin-health.ts'
import { installPage, offerPage } from './views/plugin-install.ts'
import { indexPage } from './views/plugin-list.ts'

/** Opened by itself a picture is a document: it runs nothing and reaches nothing. */
const ICON_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

const one = '/plugins/:plugin'
const offer = '/plugins/offers/:offer'

/** From a package to a plugin that runs, and back. Nothing that comes from outside runs before it was granted. */
export const pluginLife: Section = {
  pages: [
    { path: '/plugins/install', confirmed: true, permission: 'plugin.offer', draw: installPage },
    { path: '/plugins/index', confirmed: true, permission: 'plugin.read_index', draw: indexPage },
    { path: offer, confirmed: true, permission: 'plugin.install', draw: offerPage },
    { path: '/plugins/health', permission: 'plugin.read', draw: pluginHealthPage },
    { path: one, permission: 'plugin.read', draw: pluginPage },
    { path: `${one}/grant`, confirmed: true, permission: 'plugin.grant', draw: grantPage },
    { path: `${one}/roll-back`, confirmed: true, permission: 'plugin.roll_back', draw: rollBackPage },
    { path: `${one}/remove`, confirmed: true, permission: 'plugin.remove', draw: removePage },
  ],
  files: [
    {
      path: '/plugins/index/icons/:icon.svg',
      permission: 'plugin.read_index',
      send: async ({ means }, { params }) => ({
        ...{ type: 'image/svg+xml', policy: ICON_POLICY },
        body: await readIndexIcon(means, params.icon!),
      }),
    },
  ],
  acts: [
    { path: '/plugins/install', confirmed: true, permission: 'plugin.offer', again: installPage, act: take },
    {
      path: '/plugins/install/folder',
      ...{ confirmed: true, permission: 'plugin.offer_folder', again: installPage, act: takeFolder },
    },
    {
      path: '/plugins/index/:plugin/:version',
      ...{ confirmed: true, permission: 'plugin.fetch', again: indexPage, act: fetchPackage },
    },
    { path: offer, confirmed: true, permission: 'plugin.install', again: offerPage, act: install },
    { path: `${one}/enable`, permission: 'plugin.switch', again: pluginPage, act: turn('enabled') },
    { path: `${one}/disable`, permission: 'plugin.switch', again: pluginPage, act: turn('disabled') },
    { path: `${one}/grant`, confirmed: true, permission: 'plugin.grant', again: grantPage, act: grant },
    {
      path: `${one}/retry-update`,
      ...{ permission: 'plugin.retry_update', again: pluginPage, act: tryAgain },
    },
    {
      path: `${one}/roll-back`,
      ...{ confirmed: true, permission: 'plugin.roll_back', again: rollBackPage, act: rollBack },
    },
    {
      path: `${one}/remove`,
      ...{ confirmed: true, permission: 'plugin.remove', again: removePage, act: remove },
    },
  ],
}

const offered = (id: string) => ({ href: `/admin/plugins/offers/${id}` })
const hrefOf = (id: string): string => `/admin/plugins/${id}`

async function take({ means, actor, t }: Desk, { uploads }: Asked) {
  const file = uploads.get('u.package')
  if (!file) throw invalidInput({ 'f.package': t('admin.plugins.no_file') })
  const text = new TextDecoder().decode(file.bytes)
  return offered(await offerPackage(means, { package: text }, actor))
}

async function takeFolder({ means, actor }: Desk, { form }: Asked) {
  return offered(await offerFolder(means, { folder: textOf(form, 'folder') }, actor))
}

async function fetchPackage({ means, actor }: Desk, { params }: Asked) {
  const input = { plugin_id: params.plugin, version: params.version }
  return offered(await offerFromIndex(means, input, actor))
}

async function install({ means, actor, t }: Desk, { params, form }: Asked) {
  const ticks = {
    ...{ offer_id: params.offer!, grant: ticked(form, 'grant'), unsigned: ticked(form, 'unsigned') },
    ...{ author: ticked(form, 'author'), lower: ticked(form, 'lower') },
  }
  const { id, version } = await installOffer(means, ticks, actor)
  return { href: hrefOf(id), message: t('admin.plugins.done.installed', { id, version }) }
}

function turn(status: 'enabled' | 'disabled'): Act['act'] {
  return async ({ means, actor, t }, { params }) => {
    await setPluginStatus(means, { plugin_id: params.plugin, status }, actor)
    return { href: hrefOf(params.plugin!), message: t(`admin.plugins.done.plugin_${status}`) }
  }
}

async function tryAgain({ means, actor, t }: Desk, { params }: Asked) {
  const id = params.plugin!
  const version = await retryUpdate(means, { plugin_id: id }, actor)
  return { href: hrefOf(id), message: t('admin.plugins.done.updated', { id, version }) }
}

/** Whoever grants the first time wants to set it up. */
async function grant({ means, actor, t }: Desk, { params, form }: Asked) {
  const id = params.plugin!
  const granted = ticked(form, 'grant') ? keysOf(textOf(form, 'read')) : []
  await grantPlugin(means, { plugin_id: id, granted }, actor)
  const [{ uses }] = (await means.db.all<{ uses: number }>(
    sql`select count(*) as uses from plugin_instances where plugin_id = ${id}`,
  )) as [{ uses: number }]
  const href = Number(uses) > 0 ? hrefOf(id) : `${hrefOf(id)}/new`
  return { href, message: t('admin.plugins.done.granted', { id }) }
}

/** What the page had shown; anything else that comes in its place grants nothing. */
function keysOf(text: string): string[] {
  try {
    const keys: unknown = JSON.parse(text)
    return Array.isArray(keys) ? keys.map(String) : []
  } catch {
    return []
  }
}

async function rollBack({ means, actor, t }: Desk, { params }: Asked) {
  const { version } = await rollBackPlugin(means, { plugin_id: params.plugin }, actor)
  return { href: hrefOf(params.plugin!), message: t('admin.plugins.done.rolled_back', { version }) }
}

/** The id is typed once more, because nothing of it can be had back. */
async function remove({ means, actor, t }: Desk, { params, form }: Asked) {
  if (textOf(form, 'confirm') !== params.plugin)
    throw invalidInput({ confirm: t('admin.plugins.type_id', { id: params.plugin! }) })
  await removePlugin(means, { plugin_id: params.plugin }, actor)
  return { href: '/admin/plugins', message: t('admin.plugins.done.removed', { id: params.plugin! }) }
}
