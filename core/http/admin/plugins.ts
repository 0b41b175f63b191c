import {
  changeInstance,
  createInstance,
  getInstance,
  hostFields,
  setInstanceStatus,
  type Manifest,
} from '../../plugins/index.ts'
import { sql } from '../../db/index.ts'
import { BerthError, NotFound } from '../../kernel/index.ts'
import { schemaValues } from './schema-values.ts'
import { trustValues } from './trust-values.ts'
import { textOf, type Asked, type Desk } from './desk.ts'
import type { Act, Section } from './pages.ts'
import { spoken } from './views/plugin-log.ts'
import { instancePage, newInstance, pluginList, testedKind } from './views/plugins.ts'
import { troubleText } from './views/trouble-text.ts'

const one = '/plugins/instances/:id'

export const plugins: Section = {
  pages: [
    { path: '/plugins', permission: 'plugin.list', draw: pluginList },
    { path: '/plugins/:plugin/new', permission: 'plugin_instance.create', draw: newInstance },
    { path: one, permission: 'plugin.read', draw: instancePage },
  ],
  acts: [
    { path: one, confirmed: true, permission: 'plugin_instance.change', again: instancePage, act: change },
    { path: `${one}/test`, permission: 'plugin_instance.test', again: instancePage, act: test },
    { path: `${one}/enable`, permission: 'plugin_instance.switch', again: instancePage, act: turn('active') },
    {
      path: `${one}/disable`,
      permission: 'plugin_instance.switch',
      again: instancePage,
      act: turn('disabled'),
    },
    { path: '/plugins/:plugin', permission: 'plugin_instance.create', again: newInstance, act: create },
  ],
}

const href = (id: string): string => `/admin/plugins/instances/${id}`

async function create({ means, actor, t }: Desk, { form, params }: Asked) {
  const plugin = await means.db.get<{ manifest: string }>(
    sql`select manifest from plugins where id = ${params.plugin!}`,
  )
  const manifest = JSON.parse(plugin?.manifest ?? '{}') as Partial<Manifest>
  const { settings } = schemaValues(manifest.settings ?? {}, [], form.settings)
  const { trust } = trustValues(form, hostFields(manifest, 'settings'), settings)
  const row = await createInstance(
    means,
    { plugin_id: params.plugin, name: textOf(form, 'name'), settings, ...(trust ? { trust } : {}) },
    actor,
  )
  return { href: href(row.id), message: t('admin.plugins.done.created', { name: row.name }) }
}

/** A secret that is left empty is left out, which keeps it. */
async function change({ means, actor, t }: Desk, { form, params, version }: Asked) {
  const instance = await getInstance(means.db, params.id!)
  const { settings } = schemaValues(instance.manifest.settings ?? {}, [], form.settings)
  const { lost, ...trust } = trustValues(form, hostFields(instance.manifest, 'settings'), settings)
  const input = {
    instance_id: instance.id,
    version: version ?? instance.version,
    name: textOf(form, 'name'),
    settings,
    ...trust,
  }
  await changeInstance(means, input, actor)
  const words = [t('admin.plugins.done.changed'), ...lost.map((host) => t('trust.lost', { host }))]
  return { href: href(instance.id), message: words.join(' ') }
}

interface Report {
  ok: boolean
  steps: readonly { name: string; ok: boolean; detail?: string }[]
}

async function test(desk: Desk, { params }: Asked) {
  const { means, t } = desk
  const instance = await getInstance(means.db, params.id!)
  const kind = testedKind(instance.manifest)
  if (!kind) throw NotFound({ what: 'connection test', id: instance.id })
  const { ok, steps } = await means.plugins
    .call<Report>(instance.id, kind, 'test_connection', {}, { deadline: 'act' })
    .catch((error: unknown): Report => {
      if (!(error instanceof BerthError)) throw error
      return { ok: false, steps: [{ name: instance.name, ok: false, detail: spoken(desk, error.message) }] }
    })
  const troubles = ok ? [] : ((await means.plugins.troubledHosts?.({ instanceId: instance.id })) ?? [])
  const told = steps
    .map((step) => `${step.ok ? '✓' : '✗'} ${step.name}${step.detail ? `: ${step.detail}` : ''}`)
    .join(' · ')
  const detail = troubleText(desk, troubles) || told
  const message = t(ok ? 'admin.plugins.done.reached' : 'admin.plugins.done.not_reached', { detail })
  return { href: href(instance.id), message, failed: !ok }
}

function turn(status: 'active' | 'disabled'): Act['act'] {
  return async ({ means, actor, t }, { params }) => {
    await setInstanceStatus(means, { instance_id: params.id, status }, actor)
    return { href: href(params.id!), message: t(`admin.plugins.done.${status}`) }
  }
}
