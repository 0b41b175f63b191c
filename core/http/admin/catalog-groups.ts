import { changeGroup, createGroup, moveGroup, moveProduct, retireGroup } from '../../catalog/index.ts'
import type { FormBody } from '../context.ts'
import { countOf, optional, textOf, ticked, type Asked, type Desk } from './desk.ts'
import type { Act, Section } from './pages.ts'
import { groupPage, newGroup, retireGroupPage } from './views/groups.ts'

const at = '/catalog/groups/:id'

export const catalogGroups: Section = {
  pages: [
    { path: '/catalog/groups/new', permission: 'group.create', draw: newGroup },
    { path: at, permission: 'group.read', draw: groupPage },
    { path: `${at}/retire`, permission: 'group.retire', draw: retireGroupPage },
  ],
  acts: [
    { path: '/catalog/groups', permission: 'group.create', again: newGroup, act: add },
    { path: at, permission: 'group.change', again: groupPage, act: edit },
    { path: `${at}/retire`, permission: 'group.retire', again: retireGroupPage, act: retire },
    ...(['up', 'down'] as const).flatMap((to): Act[] => [
      {
        path: `${at}/groups/:groupId/${to}`,
        permission: 'group.sort',
        again: groupPage,
        act: sort('group', to),
      },
      {
        path: `${at}/products/:productId/${to}`,
        permission: 'product.sort',
        again: groupPage,
        act: sort('product', to),
      },
    ]),
  ],
}

const href = ({ params }: Asked): string => `/admin/catalog/groups/${params.id!}`

const groupOf = (form: FormBody) => ({
  parent_id: optional(form, 'parent_id'),
  name: textOf(form, 'name'),
  slug: textOf(form, 'slug'),
  headline: optional(form, 'headline'),
  description: optional(form, 'description'),
  layout: textOf(form, 'layout'),
  position: countOf(form, 'position') ?? 0,
  hidden: ticked(form, 'hidden'),
})

async function add({ means, actor, t }: Desk, { form }: Asked) {
  const id = await createGroup(means, { brand_id: textOf(form, 'brand_id'), ...groupOf(form) }, actor)
  return { href: `/admin/catalog/groups/${id}`, message: t('admin.groups.done.created') }
}

async function edit({ means, actor, t }: Desk, asked: Asked) {
  const { form, params, version } = asked
  await changeGroup(means, { id: params.id, ...(version ? { version } : {}), ...groupOf(form) }, actor)
  return { href: href(asked), message: t('admin.groups.done.changed') }
}

async function retire({ means, actor, t }: Desk, { params }: Asked) {
  await retireGroup(means, { id: params.id }, actor)
  return { href: '/admin/catalog', message: t('admin.groups.done.retired') }
}

function sort(what: 'group' | 'product', to: 'up' | 'down'): Act['act'] {
  const verb = what === 'group' ? moveGroup : moveProduct
  return async ({ means, actor, t }, asked) => {
    const isMoved = await verb(means, { id: asked.params[`${what}Id`], to }, actor)
    return { href: href(asked), message: t(`admin.groups.done.${isMoved ? 'sorted' : 'not_sorted'}`) }
  }
}
