import { changeServerGroup, createServerGroup } from '../../services/index.ts'
import type { FormBody } from '../context.ts'
import { textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { serverGroupPage } from './views/server-group.ts'
import { serverList } from './views/servers.ts'

const at = '/server-groups/:id'

export const serverGroups: Section = {
  pages: [{ path: at, permission: 'server.list', draw: serverGroupPage }],
  acts: [
    { path: '/server-groups', permission: 'server_group.create', again: serverList, act: add },
    { path: at, permission: 'server_group.change', again: serverGroupPage, act: change },
  ],
}

const factsOf = (form: FormBody) => ({ name: textOf(form, 'name'), fill: textOf(form, 'fill') })

async function add({ means, actor, t }: Desk, { form }: Asked) {
  await createServerGroup(means, factsOf(form), actor)
  return { href: '/admin/servers', message: t('admin.servers.done.group') }
}

async function change({ means, actor, t }: Desk, { form, params, version }: Asked) {
  await changeServerGroup(means, { group_id: params.id, version, ...factsOf(form) }, actor)
  return { href: `/admin/server-groups/${params.id!}`, message: t('admin.servers.done.group_changed') }
}
