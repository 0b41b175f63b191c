import { inheritSetting, overrideSetting } from '../../billing/index.ts'
import { changeClientGroup, createClientGroup, groupClient, retireClientGroup } from '../../clients/index.ts'
import type { FormBody } from '../context.ts'
import { optional, textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { schemaValues } from './schema-values.ts'
import { clientGroupPage, clientGroupsPage, groupSettings, newClientGroup } from './views/client-groups.ts'
import { editClient } from './views/client-forms.ts'
import { fieldName } from './views/settings.ts'

const at = '/client-groups/:id'

export const clientGroups: Section = {
  pages: [
    { path: '/client-groups', permission: 'client_group.list', draw: clientGroupsPage },
    { path: '/client-groups/new', permission: 'client_group.create', draw: newClientGroup },
    { path: at, permission: 'client_group.read', draw: clientGroupPage },
  ],
  acts: [
    { path: '/client-groups', permission: 'client_group.create', again: newClientGroup, act: create },
    { path: at, permission: 'client_group.change', again: clientGroupPage, act: change },
    { path: `${at}/retire`, permission: 'client_group.retire', again: clientGroupPage, act: retire },
    { path: `${at}/settings`, permission: 'setting.override', again: clientGroupPage, act: saveSettings },
    { path: '/clients/:id/group', permission: 'client.group', again: editClient, act: group },
  ],
}

const href = ({ params }: Asked): string => `/admin/client-groups/${params.id!}`

const detailsOf = (form: FormBody) => ({
  name: textOf(form, 'name'),
  note: optional(form, 'note'),
  price_list_id: optional(form, 'price_list_id'),
})

async function create({ means, actor, t }: Desk, { form }: Asked) {
  const details = detailsOf(form)
  const id = await createClientGroup(means, { brand_id: textOf(form, 'brand_id'), ...details }, actor)
  return { href: `/admin/client-groups/${id}`, message: t('prices.group.created', { name: details.name }) }
}

async function change({ means, actor, t }: Desk, asked: Asked) {
  const details = detailsOf(asked.form)
  await changeClientGroup(means, { group_id: asked.params.id, ...details }, actor)
  return { href: href(asked), message: t('prices.group.changed', { name: details.name }) }
}

async function retire({ means, actor, t }: Desk, asked: Asked) {
  await retireClientGroup(means, { group_id: asked.params.id }, actor)
  return { href: href(asked), message: t('prices.group.retired') }
}

/** A value without its tick goes: what is wider holds again. */
async function saveSettings({ means, actor, t }: Desk, asked: Asked) {
  const group = (asked.form.values ?? {}) as FormBody
  const place = { scope: 'client_group', scope_id: asked.params.id }
  const settings = groupSettings()
  const properties = Object.fromEntries(settings.map(({ key, schema }) => [fieldName(key), schema]))
  const { settings: typed } = schemaValues({ properties }, [], group)
  for (const { key } of settings) {
    const name = fieldName(key)
    if (textOf(group, `own.${name}`) === '') await inheritSetting(means, { key, ...place }, actor)
    else await overrideSetting(means, { key, ...place, value: numbers(typed[name]) }, actor)
  }
  return { href: href(asked), message: t('admin.settings.saved') }
}

/** Days come as text, one or several. */
const numbers = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(numbers)
    : typeof value === 'string' && /^\d+$/.test(value)
      ? Number(value)
      : (value ?? [])

async function group({ means, actor, t }: Desk, { form, params }: Asked) {
  await groupClient(means, { client_id: params.id, group_id: optional(form, 'group_id') }, actor)
  return { href: `/admin/clients/${params.id!}`, message: t('prices.group.moved') }
}
