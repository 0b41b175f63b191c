import { changeOptionValue, createOptionValue, retireOptionValue } from '../../catalog/index.ts'
import type { FormBody } from '../context.ts'
import { countOf, optional, textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { optionPage } from './views/option.ts'
import { reachValue, valuePage } from './views/option-value.ts'

const at = '/catalog/values/:id'

export const optionValues: Section = {
  pages: [{ path: at, permission: 'option.read', draw: valuePage }],
  acts: [
    {
      path: '/catalog/options/:id/values',
      permission: 'option_value.create',
      again: optionPage,
      act: add,
    },
    { path: at, permission: 'option_value.change', again: valuePage, act: change },
    { path: `${at}/retire`, permission: 'option_value.retire', again: valuePage, act: retire },
  ],
}

const valueOf = (form: FormBody) => ({
  label: textOf(form, 'label'),
  key: textOf(form, 'key'),
  module_value: optional(form, 'module_value'),
  server_group_id: optional(form, 'server_group_id'),
  position: countOf(form, 'position') ?? 0,
})

const backTo = (optionId: string): string => `/admin/catalog/options/${optionId}`

async function add({ means, actor, t }: Desk, { form, params }: Asked) {
  await createOptionValue(means, { option_id: params.id, ...valueOf(form) }, actor)
  return { href: backTo(params.id!), message: t('admin.options.done.value') }
}

async function change(desk: Desk, { form, params, version }: Asked) {
  const { means, actor, t } = desk
  const { option } = await reachValue(desk, params.id!)
  await changeOptionValue(means, { id: params.id, ...(version ? { version } : {}), ...valueOf(form) }, actor)
  return { href: backTo(option.id), message: t('admin.options.done.value_changed') }
}

async function retire(desk: Desk, { params }: Asked) {
  const { option } = await reachValue(desk, params.id!)
  await retireOptionValue(desk.means, { id: params.id }, desk.actor)
  return { href: backTo(option.id), message: desk.t('admin.options.done.value_retired') }
}
