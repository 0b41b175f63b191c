import { changeServer, createServer, setServerStatus, testServer } from '../../services/index.ts'
import type { FormBody } from '../context.ts'
import { schemaValues } from './schema-values.ts'
import { trustValues } from './trust-values.ts'
import { countOf, optional, textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { newServer, serverList, serverPage } from './views/servers.ts'
import { troubleText } from './views/trouble-text.ts'

export const servers: Section = {
  pages: [
    { path: '/servers', permission: 'server.list', draw: serverList },
    { path: '/servers/new', permission: 'server.create', draw: newServer },
    { path: '/servers/:id', permission: 'server.read', draw: serverPage },
  ],
  acts: [
    { path: '/servers', confirmed: true, permission: 'server.create', again: newServer, act: create },
    { path: '/servers/:id', confirmed: true, permission: 'server.change', again: serverPage, act: change },
    { path: '/servers/:id/test', permission: 'server.test', again: serverPage, act: test },
    { path: '/servers/:id/status/:act', permission: 'server.set_status', again: serverPage, act: setStatus },
  ],
}

async function create({ means, actor, t }: Desk, { form }: Asked) {
  const instance_id = textOf(form, 'instance_id')
  const { facts } = await factsOf(means, instance_id, form)
  const id = await createServer(means, { instance_id, ...facts }, actor)
  return { href: `/admin/servers/${id}`, message: t('admin.servers.done.created') }
}

async function change({ means, actor, t }: Desk, { form, params, version }: Asked) {
  const { facts, lost } = await factsOf(means, textOf(form, 'instance_id'), form)
  await changeServer(means, { server_id: params.id, version, ...facts }, actor)
  const words = [t('admin.servers.done.changed'), ...lost.map((host) => t('trust.lost', { host }))]
  return { href: `/admin/servers/${params.id!}`, message: words.join(' ') }
}

async function factsOf(means: Desk['means'], instanceId: string, form: FormBody) {
  const { schema, secrets: secretNames, hosts = [] } = await means.serverSettings(instanceId)
  const { settings, secrets } = schemaValues(schema, secretNames, form.settings)
  const [name, group_id, capacity] = [
    textOf(form, 'name'),
    optional(form, 'group_id'),
    countOf(form, 'capacity'),
  ]
  const { lost, ...trust } = trustValues(form, hosts, settings)
  return { facts: { name, group_id, capacity, settings, secrets, ...trust }, lost }
}

async function test(desk: Desk, { params }: Asked) {
  const { means, actor, t } = desk
  const { ok, steps, troubles = [] } = await testServer(means, { server_id: params.id }, actor)
  const told = steps
    .map((step) => `${step.ok ? '✓' : '✗'} ${step.name}${step.detail ? `: ${step.detail}` : ''}`)
    .join(' · ')
  const detail = troubleText(desk, troubles) || told
  const message = t(ok ? 'admin.servers.done.reached' : 'admin.servers.done.not_reached', { detail })
  return { href: `/admin/servers/${params.id!}`, message, failed: !ok }
}

async function setStatus({ means, actor, t }: Desk, { params }: Asked) {
  await setServerStatus(means, { server_id: params.id, act: params.act }, actor)
  return { href: `/admin/servers/${params.id!}`, message: t('admin.servers.done.switched') }
}
